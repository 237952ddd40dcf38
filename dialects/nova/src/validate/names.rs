//! The name of a key pair: what v2.1 and v2 compat accept, in the order in which they look.
//!
//! Source: nova, `api/validation/parameter_types.py` and `api/openstack/compute/schemas/keypairs.py`.

use crate::request::json::Text;
use crate::validate::printable::{is_control, is_control_or_space, is_strippable};

/// The most code points in a name.
pub(crate) const MAX_CODE_POINTS: usize = 255;
/// Nova's expressions cover U+0000 to U+FFFE: what lies beyond is never printable to them.
const LAST_CODE_POINT: u32 = 0xfffe;

/// Which rules hold for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameRule {
    /// v2.1 before 2.92: letters, digits, space, `-` and `_`.
    Plain,
    /// v2.1 from 2.92 on: `@` and `.` too.
    WithAtAndDot,
    /// v2 compat: anything printable, with white space at the ends.
    Spaced,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameFault {
    /// It is not made of printable characters; the message that stands alone.
    NotPrintable(&'static str),
    /// It is empty.
    Empty,
    /// It has too many code points.
    TooLong,
    /// It does not match; the pattern as Python prints it.
    Pattern(&'static str),
}

impl NameRule {
    /// Looks at a name as it was sent.
    ///
    /// # Errors
    /// The first [`NameFault`].
    pub(crate) fn check(self, name: &Text) -> Result<(), NameFault> {
        if !self.is_printable(name) {
            return Err(NameFault::NotPrintable(self.not_printable()));
        }
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        if name.code_points().nth(MAX_CODE_POINTS).is_some() {
            return Err(NameFault::TooLong);
        }
        let Some((pattern, fits)) = self.pattern() else {
            return Ok(());
        };
        let matches = without_final_line_feed(name).all(|point| {
            char::from_u32(point).is_some_and(|c| c.is_ascii_alphanumeric() || fits.contains(c))
        });
        if matches {
            Ok(())
        } else {
            Err(NameFault::Pattern(pattern))
        }
    }

    fn is_printable(self, name: &Text) -> bool {
        match self {
            Self::Plain | Self::WithAtAndDot => {
                let first = name.code_points().next();
                let last = without_final_line_feed(name).last();
                let ends_well = |point: Option<u32>| point.is_none_or(|p| !bad(p));
                ends_well(first) && ends_well(last) && !without_final_line_feed(name).any(control)
            }
            Self::Spaced => {
                !without_final_line_feed(name).any(control)
                    && without_final_line_feed(name).any(|point| !bad(point))
            }
        }
    }

    fn not_printable(self) -> &'static str {
        match self {
            Self::Plain | Self::WithAtAndDot => {
                "An invalid 'name' value was provided. The name must be: printable characters. \
                 Can not start or end with whitespace."
            }
            Self::Spaced => {
                "An invalid 'name' value was provided. The name must be: printable characters \
                 with at least one non space character"
            }
        }
    }

    /// The pattern as Python prints it, and what it permits besides letters and digits.
    fn pattern(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Plain => Some((r"'^[_\\- a-zA-Z0-9]+$'", "_- ")),
            Self::WithAtAndDot => Some((r"'^[_\\-\\@\\. a-zA-Z0-9]+$'", "_-@. ")),
            Self::Spaced => None,
        }
    }
}

/// The name as it is stored: without white space at its ends.
pub(crate) fn stored(name: &str) -> &str {
    name.trim_matches(is_strippable)
}

fn bad(point: u32) -> bool {
    point > LAST_CODE_POINT || char::from_u32(point).is_none_or(is_control_or_space)
}

fn control(point: u32) -> bool {
    point > LAST_CODE_POINT || char::from_u32(point).is_none_or(is_control)
}

/// The code points before one final line feed: Python's `$` matches in front of it.
fn without_final_line_feed(name: &Text) -> impl Iterator<Item = u32> + '_ {
    let count = name.code_points().count();
    let ends = name.lossy().ends_with('\n');
    name.code_points().take(count - usize::from(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rule: NameRule, name: &str) -> Option<NameFault> {
        rule.check(&Text::from(name)).err()
    }

    #[test]
    fn a_final_line_feed_is_left_out_of_account_but_counted() {
        assert_eq!(fault(NameRule::Plain, "a\n"), None);
        assert_eq!(stored("a\n"), "a");
        let long = format!("{}\n", "a".repeat(MAX_CODE_POINTS));
        assert_eq!(fault(NameRule::Plain, &long), Some(NameFault::TooLong));
        let not_printable = NameFault::NotPrintable(NameRule::Plain.not_printable());
        for name in ["\n", "a\n\n", "a\nb", "\na"] {
            assert_eq!(
                fault(NameRule::Plain, name),
                Some(not_printable),
                "{name:?}"
            );
        }
    }

    #[test]
    fn faults_come_in_order() {
        let plain = NameRule::Plain;
        let printable = NameFault::NotPrintable(plain.not_printable());
        let long = "/".repeat(MAX_CODE_POINTS + 1);
        assert_eq!(fault(plain, &format!(" {long}")), Some(printable));
        assert_eq!(fault(plain, &long), Some(NameFault::TooLong));
        assert_eq!(fault(plain, ""), Some(NameFault::Empty));
        assert!(matches!(fault(plain, "a.b"), Some(NameFault::Pattern(_))));
        assert_eq!(fault(NameRule::WithAtAndDot, "a.b@c"), None);
        assert!(matches!(
            fault(NameRule::WithAtAndDot, "a/b"),
            Some(NameFault::Pattern(_))
        ));
    }

    #[test]
    fn length_is_in_code_points() {
        assert_eq!(fault(NameRule::Spaced, &"я".repeat(255)), None);
        assert_eq!(
            fault(NameRule::Spaced, &"я".repeat(256)),
            Some(NameFault::TooLong)
        );
    }

    #[test]
    fn compat_trims_any_white_space() {
        for name in [" a ", "\u{a0}a\u{3000}", "a \n"] {
            assert_eq!(fault(NameRule::Spaced, name), None, "{name:?}");
            assert_eq!(stored(name), "a");
        }
        for name in ["", " ", "\u{a0}", "\t", "a\tb", "😀", "\u{ffff}"] {
            assert!(
                matches!(
                    fault(NameRule::Spaced, name),
                    Some(NameFault::NotPrintable(_))
                ),
                "{name:?}"
            );
        }
    }
}
