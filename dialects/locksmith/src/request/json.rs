//! Reads a JSON body the way the cloud's decoder does: it applies what it can and never complains.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How deep arrays and objects may nest before the cloud's decoder gives up.
/// Source: the decoder of Go's standard library.
const MAX_DEPTH: usize = 10_000;

/// What a field holds, as far as any field of this cloud cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A string.
    Text(String),
    /// Anything else.
    Other,
}

/// One field that was asked for, and what the body has in it.
pub(crate) type Field = (&'static str, Value);

/// The wanted fields of the body's first JSON value, repetitions included, in the body's order;
/// none if that value is no object or no JSON at all. What follows the first value is not looked
/// at.
pub(crate) fn wanted_fields(body: &[u8], wanted: &[&'static str]) -> Vec<Field> {
    let text = String::from_utf8_lossy(body);
    if nests_too_deep(text.as_bytes()) {
        return Vec::new();
    }
    let mut decoder = serde_json::Deserializer::from_str(&text);
    Fields { wanted }
        .deserialize(&mut decoder)
        .unwrap_or_default()
}

/// Whether the first value nests deeper than the cloud's decoder follows.
fn nests_too_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text {
        if escaped {
            escaped = false;
        } else if in_string {
            escaped = *byte == b'\\';
            in_string = *byte != b'"';
        } else {
            match byte {
                b'"' => in_string = true,
                b'[' | b'{' => depth += 1,
                b']' | b'}' if depth <= 1 => return false,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Whether the cloud's decoder takes a name for a field's: letter case does not count, and two
/// letters beyond ASCII count as the ASCII letters that they fold to.
fn names(name: &str, field: &str) -> bool {
    let folded = name.chars().map(|character| match character {
        '\u{017f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    });
    folded.eq(field.chars())
}

/// Picks the wanted fields out of an object.
struct Fields<'a> {
    wanted: &'a [&'static str],
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = Vec<Field>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        decoder.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Vec<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key_seed(Name {
            wanted: self.wanted,
        })? {
            match name {
                Some(name) => fields.push((name, map.next_value_seed(AnyValue)?)),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

/// Recognises the name of a wanted field.
struct Name<'a> {
    wanted: &'a [&'static str],
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<&'static str>;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        decoder.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<&'static str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let mut wanted = self.wanted.iter().copied();
        Ok(wanted.find(|field| names(name, field)))
    }
}

/// Reads any value, keeping only what a field could use.
struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        decoder.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Value::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, wanted_fields};

    fn fields(body: &str) -> Vec<(&'static str, Value)> {
        wanted_fields(body.as_bytes(), &["key_pair_id", "store_private_key"])
    }

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn unknown_fields_are_passed_over_whatever_they_hold() {
        let body = r#"{"a":1e999,"b":{"key_pair_id":"no"},"c":["\ud800"],"key_pair_id":"yes"}"#;
        assert_eq!(fields(body), [("key_pair_id", text("yes"))]);
    }

    #[test]
    fn names_match_whatever_their_case() {
        let body = "{\"KEY_PAIR_ID\":\"a\",\"Key_Pair_Id\":\"b\",\"\u{212a}ey_pair_id\":\"c\",\
                    \"\u{017f}tore_private_key\":true,\"key-pair-id\":\"no\",\"key_pair_i\":\"no\"}";
        assert_eq!(
            fields(body),
            [
                ("key_pair_id", text("a")),
                ("key_pair_id", text("b")),
                ("key_pair_id", text("c")),
                ("store_private_key", Value::Bool(true)),
            ]
        );
    }

    #[test]
    fn values_keep_only_what_a_field_could_use() {
        for (json, value) in [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            (r#""\u0041\n""#, text("A\n")),
            ("-1", Value::Other),
            ("1", Value::Other),
            ("1.5", Value::Other),
            ("[[1],{}]", Value::Other),
            (r#"{"x":["y"]}"#, Value::Other),
        ] {
            let body = format!(r#"{{"key_pair_id":{json}}}"#);
            assert_eq!(fields(&body), [("key_pair_id", value)], "{json}");
        }
    }

    #[test]
    fn only_the_first_value_counts() {
        for rest in ["garbage", "}", "{\"key_pair_id\":\"b\"}", "\u{0}"] {
            let body = format!(" \t\r\n{{\"key_pair_id\":\"a\"}} {rest}");
            assert_eq!(fields(&body), [("key_pair_id", text("a"))], "{rest}");
        }
    }

    #[test]
    fn nothing_is_read_from_what_is_no_object() {
        for body in [
            "",
            " ",
            "null",
            "[]",
            "\"key_pair_id\"",
            "5",
            "key_pair_id=a",
            "{\"key_pair_id\":\"a\"",
            "{\"key_pair_id\":\"a\",}",
            "{'key_pair_id':'a'}",
            "\u{feff}{\"key_pair_id\":\"a\"}",
            "{\"key_pair_id\":\"a\nb\"}",
        ] {
            assert_eq!(fields(body), [], "{body:?}");
        }
    }

    #[test]
    fn damaged_utf_8_is_replaced() {
        let body = b"{\"key_pair_id\":\"a\xff\xe2\x82b\"}";
        let found = wanted_fields(body, &["key_pair_id"]);
        assert_eq!(found, [("key_pair_id", text("a\u{fffd}\u{fffd}b"))]);
    }

    #[test]
    fn a_lone_surrogate_escape_in_a_wanted_field_is_no_json() {
        assert_eq!(fields(r#"{"key_pair_id":"a\ud800"}"#), []);
    }

    #[test]
    fn values_may_nest_ten_thousand_deep() {
        let nested = |depth: usize| {
            // The object around the array is one level itself.
            let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
            format!(r#"{{"key_pair_id":"a","x":{open}{close}}} [[["#)
        };
        assert_eq!(fields(&nested(10_000)), [("key_pair_id", text("a"))]);
        assert_eq!(fields(&nested(10_001)), []);
        let brackets_in_text = format!(r#"{{"x":"\"{}","key_pair_id":"a"}}"#, "[".repeat(20_000));
        assert_eq!(fields(&brackets_in_text), [("key_pair_id", text("a"))]);
    }
}
