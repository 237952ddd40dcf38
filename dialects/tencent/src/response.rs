//! The envelope of every answer, and key pairs as this cloud shows them.

use std::time::SystemTime;

use dialect_api::{
    RequestContext, Response, WireError as _, json_bytes, response, secret_json_bytes,
};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use jiff::fmt::temporal::DateTimePrinter;
use keypair_core::{KeyPair, KeyPairId, KeyPairSeed, PublicMaterial};
use serde::Serialize;

use crate::config::{CommentStyle, Config};
use crate::error::Error;
use crate::request::{Surface, form::Parameters, is_legacy_path};

/// Exactly this: with a charset behind it, the Python SDK and with it the command line take an
/// error for a success.
const CONTENT_TYPE: &str = "application/json";

static REQUEST_ID: HeaderName = HeaderName::from_static("x-tc-requestid");
static TRACE_ID: HeaderName = HeaderName::from_static("x-tc-traceid");

/// The number in the comment of an account's first key pair, less one: six digits from the start.
const COMMENT_BASE: u64 = 100_000;

/// The property under which a key pair's project is kept.
pub(crate) const PROJECT_PROPERTY: &str = "tencent.project_id";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a, T> {
    response: Content<'a, T>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content<'a, T> {
    #[serde(flatten)]
    fields: T,
    request_id: &'a str,
}

/// The fields of an answer that says nothing but that it was done.
#[derive(Serialize)]
pub(crate) struct Done {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Fault {
    error: FaultContent,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FaultContent {
    code: &'static str,
    message: String,
}

/// An answer. Whatever it says, its status is 200: clients find the code of an error nowhere else.
pub(crate) fn success<T: Serialize>(fields: T, head: &Parts, cx: &RequestContext) -> Response {
    let id = request_id(head, cx);
    let body = json_bytes(&envelope(fields, &id));
    answer(body, id, head)
}

/// An answer that holds a private key.
pub(crate) fn secret<T: Serialize>(fields: T, head: &Parts, cx: &RequestContext) -> Response {
    let id = request_id(head, cx);
    let body = secret_json_bytes(&envelope(fields, &id));
    answer(body, id, head)
}

/// The answer to an error.
pub(crate) fn fault(error: &Error, head: &Parts, cx: &RequestContext, config: &Config) -> Response {
    let chinese = (config.localize && asks_for_chinese(head))
        .then(|| error.chinese())
        .flatten();
    let error = FaultContent {
        code: error.code(),
        message: chinese.unwrap_or_else(|| error.to_string()),
    };
    success(Fault { error }, head, cx)
}

fn envelope<T>(fields: T, request_id: &str) -> Envelope<'_, T> {
    Envelope {
        response: Content { fields, request_id },
    }
}

/// Upper case on the legacy entry, as its documentation shows it, lower case elsewhere.
fn request_id(head: &Parts, cx: &RequestContext) -> String {
    let id = cx.request_id.as_uuid().to_string();
    if is_legacy_path(head.uri.path()) {
        id.to_ascii_uppercase()
    } else {
        id
    }
}

fn answer(body: bytes::Bytes, request_id: String, head: &Parts) -> Response {
    let mut answer = response(StatusCode::OK, CONTENT_TYPE, body);
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::try_from(request_id) {
        headers.insert(&REQUEST_ID, id);
    }
    // Node puts it into its exceptions.
    if let Some(trace) = head.headers.get(&TRACE_ID) {
        headers.insert(&TRACE_ID, trace.clone());
    }
    answer
}

/// Whether header or query ask for Chinese. A form is not at hand where errors are worded.
fn asks_for_chinese(head: &Parts) -> bool {
    const CHINESE: &str = "zh-CN";
    let by_header = head.headers.get("x-tc-language");
    if by_header.is_some_and(|language| language == CHINESE) {
        return true;
    }
    let mut parameters = Parameters::new(is_legacy_path(head.uri.path()));
    let query = head.uri.query().unwrap_or_default();
    parameters.extend(query.as_bytes()).is_ok() && parameters.get("Language") == Some(CHINESE)
}

/// A tag.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

/// A key pair.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyPairView<'a> {
    key_id: String,
    key_name: &'a str,
    project_id: i64,
    description: &'a str,
    public_key: String,
    /// Only in the answer to the call that made it. Elsewhere even the name must not be there:
    /// Terraform would overwrite what it has stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'a str>,
    associated_instance_ids: Vec<&'a str>,
    created_time: String,
    /// How the legacy entry's sample of the list spells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<String>,
    tags: Vec<Tag>,
}

impl<'a> KeyPairView<'a> {
    /// A key pair as the create call shows it.
    pub(crate) fn new(key_pair: &'a KeyPair, config: &Config) -> Self {
        let attributes = &key_pair.attributes;
        let tags = attributes.tags.iter().flatten();
        Self {
            key_id: key_id(key_pair.seed).as_str().to_owned(),
            key_name: key_pair.name.as_str(),
            project_id: project_id(key_pair),
            description: attributes.description.as_deref().unwrap_or_default(),
            public_key: public_key(key_pair, config),
            private_key: None,
            associated_instance_ids: key_pair
                .attachments
                .iter()
                .map(keypair_core::Attachment::as_str)
                .collect(),
            created_time: time(key_pair.created_at),
            create_time: None,
            tags: tags
                .map(|(key, value)| Tag {
                    key: key.clone(),
                    value: value.clone(),
                })
                .collect(),
        }
    }

    /// With its private half, for the one answer.
    pub(crate) fn with_private_key(mut self, pem: &'a str) -> Self {
        self.private_key = Some(pem);
        self
    }

    /// As the list call of an entry shows it.
    pub(crate) fn listed_on(mut self, surface: Surface) -> Self {
        if surface == Surface::Legacy {
            self.create_time = Some(self.created_time.clone());
        }
        self
    }
}

/// The id that this cloud gives to a key pair: `skey-` and eight digits of base 36.
pub fn key_id(seed: KeyPairSeed) -> KeyPairId {
    // There are so many ids. What a seed is beyond that shows in none of them; without it, the
    // digits need no divisions of 128 bits.
    const IDS: u128 = 36_u128.pow(8);
    let mut id = *b"skey-00000000";
    let mut rest = u64::try_from(seed.0 % IDS).unwrap_or_default();
    for digit in id.iter_mut().rev().take(8) {
        let value = u8::try_from(rest % 36).unwrap_or_default();
        *digit = if value < 10 {
            b'0' + value
        } else {
            b'a' + value - 10
        };
        rest /= 36;
    }
    KeyPairId::new(String::from_utf8_lossy(&id))
}

/// The project of a key pair; project 0 for one that was made through another dialect.
pub(crate) fn project_id(key_pair: &KeyPair) -> i64 {
    let kept = key_pair.attributes.properties.get(PROJECT_PROPERTY);
    kept.and_then(|id| id.parse().ok()).unwrap_or_default()
}

/// The public line with a comment: Terraform cuts the last of its fields off, whatever it is.
fn public_key(key_pair: &KeyPair, config: &Config) -> String {
    match &key_pair.public {
        PublicMaterial::Ssh(key) if key.comment().is_empty() => {
            let line = key.without_comment();
            match config.comment_style {
                CommentStyle::Seed => {
                    let number = COMMENT_BASE.saturating_add(key_pair.sequence).to_string();
                    [line, " skey_", &number].concat()
                }
                CommentStyle::KeyId => [line, " ", key_id(key_pair.seed).as_str()].concat(),
            }
        }
        PublicMaterial::Ssh(_) | PublicMaterial::X509(_) => {
            key_pair.public.as_str().trim_end().to_owned()
        }
    }
}

/// UTC, whole seconds.
pub(crate) fn time(at: SystemTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    let at = jiff::Timestamp::try_from(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    PRINTER.timestamp_to_string(&at)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use keypair_core::KeyPairSeed;

    use super::{key_id, time};

    #[test]
    fn ids_are_eight_digits_of_base_36() {
        assert_eq!(key_id(KeyPairSeed(0)).as_str(), "skey-00000000");
        assert_eq!(key_id(KeyPairSeed(35)).as_str(), "skey-0000000z");
        let documented = KeyPairSeed(0x1a1_412d_2f9f);
        assert_eq!(key_id(documented).as_str(), "skey-mv9yzyjj");
        assert_eq!(key_id(KeyPairSeed(u128::MAX)).as_str(), "skey-lhzmsp33");
    }

    #[test]
    fn times_have_no_fraction() {
        let at = UNIX_EPOCH + Duration::from_millis(1_480_638_160_999);
        assert_eq!(time(at), "2016-12-02T00:22:40Z");
    }
}
