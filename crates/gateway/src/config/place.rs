//! Where in the file a setting stands, for messages.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::ConfigError;

/// The error with the line of its key, if its file has that key.
pub(crate) fn with_line(error: ConfigError) -> ConfigError {
    match error {
        ConfigError::UnknownKey { origin, key, hint } => ConfigError::UnknownKey {
            origin: placed(origin, &key),
            key,
            hint,
        },
        ConfigError::BadValue {
            origin,
            key,
            problem,
        } => ConfigError::BadValue {
            origin: placed(origin, &key),
            key,
            problem,
        },
        other @ (ConfigError::Unreadable { .. } | ConfigError::NotToml { .. }) => other,
    }
}

/// `FILE: line N`, or what was there.
fn placed(origin: String, key: &str) -> String {
    // An origin that is no file is a variable's name, or a word for the rest.
    let text = std::fs::read_to_string(Path::new(&origin)).ok();
    match text.and_then(|text| line(&text, key)) {
        Some(line) => format!("{origin}: line {line}"),
        None => origin,
    }
}

/// The line, from 1, of a dotted key, or of the innermost table on the way to it that is there: a
/// key that is missing is missing in that.
fn line(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let steps: Vec<_> = key.split('.').map(step).collect();
    let at = in_table(document.get_ref(), &steps)?;
    Some(text.get(..at)?.matches('\n').count() + 1)
}

/// `tokens[1]` as name and number.
fn step(part: &str) -> (&str, Option<usize>) {
    let Some((name, number)) = part.split_once('[') else {
        return (part, None);
    };
    (name, number.trim_end_matches(']').parse().ok())
}

/// Where the last of the steps that can be gone begins; `None` if not even the first can.
fn in_table(table: &DeTable<'_>, steps: &[(&str, Option<usize>)]) -> Option<usize> {
    let ((name, number), rest) = steps.split_first()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
    let here = key.span().start;
    let inner = match (value.get_ref(), number) {
        (DeValue::Table(inner), _) => in_table(inner, rest),
        (DeValue::Array(items), Some(number)) => items.get(*number).map(|item| {
            let deeper = item
                .get_ref()
                .as_table()
                .and_then(|one| in_table(one, rest));
            deeper.unwrap_or(item.span().start)
        }),
        // Which entry is meant is not said: the first that has the key.
        (DeValue::Array(items), None) => items
            .iter()
            .filter_map(|item| item.get_ref().as_table())
            .find_map(|item| in_table(item, rest)),
        _ => None,
    };
    Some(inner.unwrap_or(here))
}

#[cfg(test)]
mod tests {
    use super::line;

    const TEXT: &str = "\
listen = 1
[limits]
max = 2
[[a.users]]
id = 3
[[a.users]]
name = 4
id = 5
[b]
tokens = [
  { token = 6 },
  { token = 7 },
]
";

    #[test]
    fn keys_are_found_in_tables_and_lists() {
        for (key, expected) in [
            ("listen", Some(1)),
            ("limits.max", Some(3)),
            ("a.users.name", Some(7)),
            ("a.users[1].id", Some(8)),
            ("b.tokens[1].token", Some(12)),
            ("b.tokens[0]", Some(11)),
            ("limits.missing", Some(2)),
            ("missing", None),
        ] {
            assert_eq!(line(TEXT, key), expected, "{key}");
        }
    }
}
