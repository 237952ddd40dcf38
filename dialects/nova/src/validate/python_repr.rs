//! Values as Python prints them: `repr` and `str`, of which Nova's messages are made.

use std::fmt::Write;

use crate::request::json::{Text, Value};
use crate::validate::printable::is_printable;

/// `str(value)`: a string is itself, everything else is its [`repr`].
pub(crate) fn str_of(value: &Value) -> String {
    match value.as_text() {
        Some(text) => text.lossy().to_owned(),
        None => repr(value),
    }
}

/// `repr(value)`.
pub(crate) fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// `repr` of a string.
pub(crate) fn repr_text(text: &Text) -> String {
    let mut out = String::new();
    write_text(&mut out, text);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Integer(digits) => out.push_str(digits),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::String(text) => write_text(out, text),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(out, element);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_text(out, name);
                out.push_str(": ");
                write_value(out, value);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &Text) {
    let lossy = text.lossy();
    let quote = if lossy.contains('\'') && !lossy.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for point in text.code_points() {
        match char::from_u32(point) {
            Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) if is_printable(c) => out.push(c),
            Some(_) | None => write_escape(out, point),
        }
    }
    out.push(quote);
}

fn write_escape(out: &mut String, point: u32) {
    // Writing to a String cannot fail.
    let _ = match point {
        0..=0xff => write!(out, "\\x{point:02x}"),
        0x100..=0xffff => write!(out, "\\u{point:04x}"),
        _ => write!(out, "\\U{point:08x}"),
    };
}

/// The shortest digits that read back as the same number; an exponent of at least two digits below
/// 1e-4 and from 1e16 on, else a point with a digit on both sides.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) {
        return format!("{number:?}");
    }
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::json::parse;

    fn repr_of(json: &str) -> String {
        repr(&parse(json.as_bytes()).unwrap())
    }

    /// Both columns come from Python: `repr(json.loads(left))`.
    #[test]
    fn values_print_as_python_prints_them() {
        let cases = [
            ("null", "None"),
            ("[true, false]", "[True, False]"),
            ("{}", "{}"),
            ("[]", "[]"),
            (
                r#"{"name": "x", "bogus": 1, "name": "y"}"#,
                "{'name': 'y', 'bogus': 1}",
            ),
            (
                "[1, -0, 1.5, 1e30, -0.0, NaN, -Infinity]",
                "[1, 0, 1.5, 1e+30, -0.0, nan, -inf]",
            ),
            (
                "[1e15, 1e16, 123456789012345680.0, 0.0001, 0.00001, 1.5e-7, 1e400]",
                "[1000000000000000.0, 1e+16, 1.2345678901234568e+17, 0.0001, 1e-05, 1.5e-07, inf]",
            ),
            (
                "[5e-324, 1.7976931348623157e308, 0.1, 100.0]",
                "[5e-324, 1.7976931348623157e+308, 0.1, 100.0]",
            ),
            (r#""it's""#, r#""it's""#),
            (r#""say \"hi\"""#, r#"'say "hi"'"#),
            (r#""it's \"both\"""#, r#"'it\'s "both"'"#),
            (r#""back\\slash""#, r"'back\\slash'"),
            (r#""\n\r\t\u0000\u001b\u007f""#, r"'\n\r\t\x00\x1b\x7f'"),
            (r#""ключ é""#, "'ключ é'"),
            (
                r#""\u00a0\u00ad\u200b\u2028\ue000""#,
                r"'\xa0\xad\u200b\u2028\ue000'",
            ),
            (r#""\ud83d\ude00\udb40\udc01""#, "'😀\\U000e0001'"),
            (r#""\ud800x""#, r"'\ud800x'"),
            (r#""e\u0301""#, "'e\u{301}'"),
        ];
        for (json, printed) in cases {
            assert_eq!(repr_of(json), printed, "{json}");
        }
    }

    #[test]
    fn a_string_is_its_own_str() {
        assert_eq!(str_of(&parse(br#""a\nb'""#).unwrap()), "a\nb'");
        assert_eq!(str_of(&parse(br#"["a"]"#).unwrap()), "['a']");
    }
}
