//! Numbers of things in a quota: integers, also as strings.
//!
//! Source: nova, `api/openstack/compute/schemas/quota_sets.py`.

use std::borrow::Cow;

use crate::request::json::Value;
use crate::validate::python_repr::repr;

/// No limit.
pub(crate) const UNLIMITED: i64 = -1;
/// The largest limit. Source: nova, `db/constants.py`, `MAX_INT`.
const MAX: i64 = 0x7fff_ffff;

/// Reads a number from [`UNLIMITED`] to 2147483647.
///
/// # Errors
/// Nova's text about what is wrong with it.
pub(crate) fn read(value: &Value) -> Result<i64, String> {
    let digits = match value {
        Value::Integer(digits) => Cow::Borrowed(digits.as_str()),
        // To JSON schemas 2.0 is an integer too.
        Value::Float(number) if number.fract() == 0.0 => Cow::Owned(format!("{number:.0}")),
        Value::String(text) => text
            .as_str()
            .map(|text| text.strip_suffix('\n').unwrap_or(text))
            .filter(|text| is_integer(text))
            .map(Cow::Borrowed)
            .ok_or_else(|| format!("{} does not match '^-?[0-9]+$'", repr(value)))?,
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::Array(_) | Value::Object(_) => {
            return Err(format!(
                "{} is not of type 'integer', 'string'",
                repr(value)
            ));
        }
    };
    // What is too long for a number is far out on one side or the other.
    let number = digits.parse().unwrap_or(if digits.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    });
    if number < UNLIMITED {
        Err(format!(
            "{} is less than the minimum of {UNLIMITED}",
            shown(&digits)
        ))
    } else if number > MAX {
        Err(format!(
            "{} is greater than the maximum of {MAX}",
            shown(&digits)
        ))
    } else {
        Ok(number)
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number as Python prints it once it is one: without zeros in front.
fn shown(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    format!("{sign}{}", digits.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json::parse;

    fn outcome(json: &str) -> Result<i64, String> {
        read(&parse(json.as_bytes()).unwrap())
    }

    #[test]
    fn integers_may_be_strings() {
        for (json, number) in [
            ("-1", -1),
            ("0", 0),
            ("2147483647", MAX),
            ("\"07\"", 7),
            ("\"-1\"", -1),
            ("\"5\\n\"", 5),
            ("2.0", 2),
            ("-0.0", 0),
        ] {
            assert_eq!(outcome(json), Ok(number), "{json}");
        }
    }

    #[test]
    fn the_rest_is_refused() {
        let cases = [
            ("-2", "-2 is less than the minimum of -1"),
            ("\"-02\"", "-2 is less than the minimum of -1"),
            (
                "2147483648",
                "2147483648 is greater than the maximum of 2147483647",
            ),
            (
                "99999999999999999999",
                "99999999999999999999 is greater than the maximum of 2147483647",
            ),
            (
                "-99999999999999999999",
                "-99999999999999999999 is less than the minimum of -1",
            ),
            ("\"x\"", "'x' does not match '^-?[0-9]+$'"),
            ("\"\"", "'' does not match '^-?[0-9]+$'"),
            ("\"+1\"", "'+1' does not match '^-?[0-9]+$'"),
            ("null", "None is not of type 'integer', 'string'"),
            ("true", "True is not of type 'integer', 'string'"),
            ("1.5", "1.5 is not of type 'integer', 'string'"),
            ("1e400", "inf is not of type 'integer', 'string'"),
            ("-2.0", "-2 is less than the minimum of -1"),
            (
                "1e22",
                "10000000000000000000000 is greater than the maximum of 2147483647",
            ),
        ];
        for (json, text) in cases {
            assert_eq!(outcome(json), Err(text.to_owned()), "{json}");
        }
    }
}
