//! JSON without the liberties that typed readers take: a value first, its meaning later, and an
//! object that names a member twice is no JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value, as far as this dialect looks into it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// A string.
    Text(String),
    /// An object.
    Object(BTreeMap<String, Json>),
    /// A number, a boolean or an array: nothing that any field may be.
    Other,
}

/// Parses one value and nothing behind it; `None` if that is not what the bytes are. A value that
/// is nested more than 127 deep, or a number beyond the range of a double, is refused as well.
pub(crate) fn parse(bytes: &[u8]) -> Option<Json> {
    serde_json::from_slice(bytes).ok()
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    /// Elements are read for the sake of the objects in them.
    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json, A::Error> {
        while elements.next_element::<Json>()?.is_some() {}
        Ok(Json::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry::<String, Json>()? {
            if members.insert(key, value).is_some() {
                return Err(A::Error::custom("a member is named twice"));
            }
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, parse};

    #[test]
    fn values_keep_their_kind() {
        assert_eq!(parse(b" null "), Some(Json::Null));
        assert_eq!(
            parse(br#""a\u00e9""#),
            Some(Json::Text("a\u{e9}".to_owned()))
        );
        for other in ["5", "-5", "1.5e3", "18446744073709551616", "true", "[1,{}]"] {
            assert_eq!(parse(other.as_bytes()), Some(Json::Other), "{other}");
        }
        let Some(Json::Object(members)) = parse(br#"{"a":{"b":null}}"#) else {
            panic!("not an object");
        };
        assert_eq!(members.len(), 1);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in [
            "",
            "{",
            "{} {}",
            "{}x",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "[{\"a\":1,\"a\":1}]",
            "{\"o\":{\"a\":1,\"a\":1}}",
            "\u{feff}{}",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":NaN}",
            "\"\\ud800\"",
            "\"\n\"",
            &deep,
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse(b"\"\xff\""), None);
    }
}
