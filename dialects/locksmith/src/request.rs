//! What callers ask for, decoded but not yet judged.

pub(crate) mod json;
pub(crate) mod query;

use keypair_core::Passphrase;

use crate::error::{Error, Fault};
use json::{Field, Value, wanted_fields};
use query::Query;

/// Key pair id, in bodies and queries.
const KEY_PAIR_ID: &str = "key_pair_id";
/// Key store, as the cloud's program reads it.
const KEY_STORE_ID: &str = "key_store_id";
/// Key store, as the cloud's documentation calls it.
const KEY_STORE_NAME: &str = "key_store_name";
/// Protects the stored private key.
const PASSPHRASE: &str = "passphrase";
/// Asks to keep the private key.
const STORE_PRIVATE_KEY: &str = "store_private_key";

/// The body of a key pair create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CreateKeyPairRequest {
    /// The wished id; empty if there is none that could be read.
    pub(crate) key_pair_id: String,
    /// The key store; `None` for the default one.
    pub(crate) key_store: Option<String>,
    /// The passphrase for the stored copy, if it is not empty.
    pub(crate) passphrase: Option<Passphrase>,
    /// Whether to keep the private key.
    pub(crate) store_private_key: bool,
}

impl CreateKeyPairRequest {
    /// Decodes a body.
    ///
    /// # Errors
    /// [`Fault::InvalidJson`] for a passphrase that is no string: to ignore it, as is done with
    /// every other field of a wrong type, would keep the private key unprotected.
    pub(crate) fn decode(body: &[u8]) -> Result<Self, Error> {
        const WANTED: &[&str] = &[
            KEY_PAIR_ID,
            KEY_STORE_ID,
            KEY_STORE_NAME,
            PASSPHRASE,
            STORE_PRIVATE_KEY,
        ];
        let fields = wanted_fields(body, WANTED);
        let passphrase = match last(&fields, PASSPHRASE, |value| !matches!(value, Value::Null)) {
            None => None,
            Some(Value::Text(text)) => passphrase(text.clone()),
            Some(Value::Null | Value::Bool(_) | Value::Other) => {
                return Err(Fault::InvalidJson.into());
            }
        };
        Ok(Self {
            key_pair_id: last_text(&fields, KEY_PAIR_ID).to_owned(),
            key_store: chosen(
                last_text(&fields, KEY_STORE_ID),
                last_text(&fields, KEY_STORE_NAME),
            ),
            passphrase,
            store_private_key: last(&fields, STORE_PRIVATE_KEY, |value| {
                matches!(value, Value::Bool(_))
            }) == Some(&Value::Bool(true)),
        })
    }
}

/// The body of a key store create: the name; empty if there is none that could be read.
pub(crate) fn decode_key_store_name(body: &[u8]) -> String {
    last_text(&wanted_fields(body, &[KEY_STORE_NAME]), KEY_STORE_NAME).to_owned()
}

/// Which halves a read asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halves {
    /// The public one.
    Public,
    /// Both, the private one opened with the passphrase if that is not empty.
    Both(Option<Passphrase>),
}

/// The query of a read or of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyPairQuery {
    /// The id as it was sent, which answers echo; `None` if there was none.
    pub(crate) key_pair_id: Option<Vec<u8>>,
    /// The key store; `None` for the default one.
    pub(crate) key_store: Option<String>,
    /// Which halves are wanted.
    pub(crate) halves: Halves,
}

impl KeyPairQuery {
    /// Decodes a query string.
    pub(crate) fn decode(query: &str) -> Self {
        let query = Query::parse(query);
        let text = |name| query.first_text(name).unwrap_or_default();
        Self {
            key_pair_id: query.first(KEY_PAIR_ID).map(<[u8]>::to_vec),
            key_store: chosen(&text(KEY_STORE_ID), &text(KEY_STORE_NAME)),
            halves: match query.first_text(PASSPHRASE) {
                None => Halves::Public,
                Some(text) => Halves::Both(passphrase(text.into_owned())),
            },
        }
    }
}

/// Whether a query string names a key pair.
pub(crate) fn names_key_pair(query: &str) -> bool {
    Query::parse(query).first(KEY_PAIR_ID).is_some()
}

/// The key store that two fields choose: the first that is not empty.
fn chosen(id: &str, name: &str) -> Option<String> {
    let mut named = [id, name].into_iter().filter(|text| !text.is_empty());
    named.next().map(str::to_owned)
}

/// A passphrase; an empty one is none.
fn passphrase(text: String) -> Option<Passphrase> {
    (!text.is_empty()).then(|| Passphrase::new(text))
}

/// The last value of a field that counts.
fn last<'a>(fields: &'a [Field], name: &str, counts: impl Fn(&Value) -> bool) -> Option<&'a Value> {
    let mut values = fields
        .iter()
        .rev()
        .filter(|(known, value)| *known == name && counts(value));
    values.next().map(|(_, value)| value)
}

/// The last string in a field; empty if there is none.
fn last_text<'a>(fields: &'a [Field], name: &str) -> &'a str {
    match last(fields, name, |value| matches!(value, Value::Text(_))) {
        Some(Value::Text(text)) => text,
        Some(Value::Null | Value::Bool(_) | Value::Other) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{CreateKeyPairRequest, Halves, KeyPairQuery, decode_key_store_name};
    use crate::error::Fault;

    fn decode(body: &str) -> CreateKeyPairRequest {
        CreateKeyPairRequest::decode(body.as_bytes()).unwrap()
    }

    fn passphrase(request: &CreateKeyPairRequest) -> Option<&[u8]> {
        request
            .passphrase
            .as_ref()
            .map(keypair_core::Passphrase::as_bytes)
    }

    #[test]
    fn fields_have_defaults() {
        for body in [
            "{}",
            "",
            r#"{"key_pair_id":null,"key_store_id":"","passphrase":null}"#,
        ] {
            let request = decode(body);
            assert_eq!(request.key_pair_id, "");
            assert_eq!(request.key_store, None);
            assert_eq!(request.passphrase, None);
            assert!(!request.store_private_key);
        }
    }

    #[test]
    fn the_last_value_of_the_right_type_counts() {
        let request = decode(
            r#"{"key_pair_id":"a","KEY_PAIR_ID":"b","key_pair_id":5,"key_pair_id":null,
                "store_private_key":true,"store_private_key":"no","store_private_key":0}"#,
        );
        assert_eq!(request.key_pair_id, "b");
        assert!(request.store_private_key);
        assert!(
            !decode(r#"{"store_private_key":true,"store_private_key":false}"#).store_private_key
        );
    }

    #[test]
    fn a_key_store_id_wins_over_a_key_store_name() {
        for (body, key_store) in [
            (r#"{"key_store_name":"n","key_store_id":"i"}"#, Some("i")),
            (r#"{"key_store_name":"n","key_store_id":""}"#, Some("n")),
            (r#"{"key_store_name":"n","key_store_id":7}"#, Some("n")),
            (r#"{"key_store_name":"","key_store_id":""}"#, None),
            (r#"{"key_store_name":" "}"#, Some(" ")),
        ] {
            assert_eq!(decode(body).key_store.as_deref(), key_store, "{body}");
        }
    }

    #[test]
    fn a_passphrase_of_another_type_is_refused_unless_corrected() {
        for value in ["5", "true", "false", "[]", "{}"] {
            let body = format!(r#"{{"passphrase":"p","passphrase":{value},"passphrase":null}}"#);
            let error = CreateKeyPairRequest::decode(body.as_bytes()).unwrap_err();
            assert_eq!(error.fault(), Fault::InvalidJson, "{value}");
            let body = format!(r#"{{"passphrase":{value},"passphrase":"p"}}"#);
            assert_eq!(passphrase(&decode(&body)), Some(&b"p"[..]));
        }
        assert_eq!(
            decode(r#"{"passphrase":"p","passphrase":""}"#).passphrase,
            None
        );
    }

    #[test]
    fn a_key_store_create_reads_the_name_only() {
        assert_eq!(decode_key_store_name(br#"{"Key_Store_Name":"n"}"#), "n");
        assert_eq!(decode_key_store_name(br#"{"key_store_id":"i"}"#), "");
        assert_eq!(decode_key_store_name(br#"{"key_store_name":["n"]}"#), "");
    }

    #[test]
    fn an_empty_passphrase_parameter_still_asks_for_the_private_key() {
        for query in ["passphrase", "passphrase=", "a=b&passphrase=&passphrase=x"] {
            assert_eq!(
                KeyPairQuery::decode(query).halves,
                Halves::Both(None),
                "{query}"
            );
        }
        assert_eq!(KeyPairQuery::decode("Passphrase=x").halves, Halves::Public);
        assert_eq!(KeyPairQuery::decode("passphrase=%").halves, Halves::Public);
    }
}
