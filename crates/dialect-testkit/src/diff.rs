//! Differences between texts, line by line.

use std::fmt::Write as _;

/// How much of a long line is shown around the first difference, in characters.
const AROUND: usize = 40;
/// A line shorter than this is read at a glance.
const GLANCE: usize = 100;

/// The lines of both texts: `-` expected and absent, `+` there and not expected. Where one long
/// line stands for another, a third line shows where they part.
pub(crate) fn diff(expected: &str, got: &str) -> String {
    let expected: Vec<&str> = expected.split('\n').collect();
    let got: Vec<&str> = got.split('\n').collect();
    let mut text = String::new();
    let (mut left, mut right) = (expected.as_slice(), got.as_slice());
    for common in common_lines(&expected, &got) {
        let (gone, rest_left) = split_before(left, common);
        let (come, rest_right) = split_before(right, common);
        changed(&mut text, gone, come);
        let _ = writeln!(text, "  {common}");
        (left, right) = (rest_left, rest_right);
    }
    changed(&mut text, left, right);
    text
}

/// What stands before the first line that equals `line`, and what stands after it.
fn split_before<'a, 'b>(lines: &'b [&'a str], line: &str) -> (&'b [&'a str], &'b [&'a str]) {
    let at = lines.iter().position(|it| *it == line);
    let (before, from) = lines.split_at(at.unwrap_or(lines.len()));
    (before, from.get(1..).unwrap_or_default())
}

fn changed(text: &mut String, gone: &[&str], come: &[&str]) {
    for line in gone {
        let _ = writeln!(text, "- {line}");
    }
    for line in come {
        let _ = writeln!(text, "+ {line}");
    }
    if let ([gone], [come]) = (gone, come)
        && gone.len().max(come.len()) > GLANCE
    {
        let same = gone.chars().zip(come.chars());
        let column = same.take_while(|(a, b)| a == b).count();
        let cut = |line: &str| -> String {
            let from = column.saturating_sub(AROUND);
            line.chars().skip(from).take(2 * AROUND).collect()
        };
        let _ = writeln!(
            text,
            "? they part at character {}: expected …{}…\n?{:width$}got …{}…",
            column + 1,
            cut(gone),
            "",
            cut(come),
            width = 25 + (column + 1).to_string().len(),
        );
    }
}

/// The longest sequence of lines that both have in the same order.
fn common_lines<'a>(left: &[&'a str], right: &[&'a str]) -> Vec<&'a str> {
    // lengths[i][j]: how long it is for what stands from line i on the left and j on the right.
    let mut lengths = vec![vec![0_usize; right.len() + 1]; left.len() + 1];
    let length = |lengths: &[Vec<usize>], i: usize, j: usize| {
        lengths
            .get(i)
            .and_then(|row| row.get(j))
            .copied()
            .unwrap_or(0)
    };
    for (i, a) in left.iter().enumerate().rev() {
        for (j, b) in right.iter().enumerate().rev() {
            let longest = if a == b {
                1 + length(&lengths, i + 1, j + 1)
            } else {
                length(&lengths, i + 1, j).max(length(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *cell = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut common = Vec::new();
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        if a == b {
            common.push(*a);
            i += 1;
            j += 1;
        } else if length(&lengths, i + 1, j) >= length(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::diff;

    #[test]
    fn lines_that_went_and_came_are_marked() {
        assert_eq!(
            diff("=== 200\na: 1\nb: 2\n\nbody", "=== 201\na: 1\n\nbody\nmore"),
            "- === 200\n+ === 201\n  a: 1\n- b: 2\n  \n  body\n+ more\n"
        );
    }

    #[test]
    fn repeated_lines_are_kept_in_order() {
        assert_eq!(diff("a\nb\na", "b\na\na"), "- a\n  b\n  a\n+ a\n");
        assert_eq!(diff("same", "same"), "  same\n");
    }

    #[test]
    fn long_lines_say_where_they_part() {
        let (left, right) = ("x".repeat(150) + "left", "x".repeat(150) + "right");
        let text = diff(&left, &right);
        assert!(text.contains("part at character 151"), "{text}");
        assert!(text.contains("xleft…"), "{text}");
        assert!(text.contains("xright…"), "{text}");
    }
}
