//! Answers: the envelope around everything that the cloud says, and what successes add to it.

mod go_json;

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use dialect_api::{Response, response};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use keypair_core::{Algorithm, PrivateKey, PublicKey, PublicMaterial, encoding};
use zeroize::Zeroizing;

use crate::validate::{Slug, Subject};
use go_json::{MAX_EXPANSION, push_array, push_string};

/// What the cloud says of every answer, JSON included: it leaves the type to be guessed.
const TEXT: &str = "text/plain; charset=utf-8";
/// The status of every success.
const SUCCESS: &str = "success";
/// The bytes of an envelope and its extra keys without any text in them, at most.
const FRAME_BYTES: usize = 256;

/// The two halves of a key pair as they are sent: base64 of PEM.
pub(crate) struct Halves {
    public_key: String,
    private_key: Option<Zeroizing<String>>,
}

impl Halves {
    /// Whether a public half has a form that this cloud could send.
    pub(crate) fn can_show(public: &PublicMaterial) -> bool {
        let is_rsa = |key: &PublicKey| key.algorithm() == Algorithm::Rsa;
        // The usual case is decided without encoding anything.
        public.as_ssh().is_some_and(is_rsa) || Self::public(public).is_some()
    }

    /// The public half alone; `None` if the key has no form that this cloud could send.
    pub(crate) fn public(public: &PublicMaterial) -> Option<Self> {
        let key = public.as_ssh()?;
        let pem = match key.algorithm() {
            Algorithm::Rsa => encoding::to_pkcs1_public_pem(key),
            // Another cloud's key pair in a shared realm: a form that every tool reads.
            Algorithm::Ed25519
            | Algorithm::EcdsaP256
            | Algorithm::EcdsaP384
            | Algorithm::EcdsaP521
            | Algorithm::Dsa
            | Algorithm::SkEd25519
            | Algorithm::SkEcdsaP256 => encoding::to_spki_pem(key),
        };
        Some(Self {
            public_key: Base64::encode_string(pem.ok()?.as_bytes()),
            private_key: None,
        })
    }

    /// Both halves; `None` if one has no form that this cloud could send.
    pub(crate) fn both(public: &PublicMaterial, private: &PrivateKey) -> Option<Self> {
        let pem = encoding::to_pkcs1_pem(private).ok()?;
        Some(Self {
            private_key: Some(Zeroizing::new(Base64::encode_string(pem.as_bytes()))),
            ..Self::public(public)?
        })
    }

    fn push(&self, json: &mut Vec<u8>) {
        json.extend_from_slice(br#","key_pair":{"public_key":"#);
        push_string(json, self.public_key.as_bytes());
        if let Some(private_key) = &self.private_key {
            json.extend_from_slice(br#","private_key":"#);
            push_string(json, private_key.as_bytes());
        }
        json.push(b'}');
    }

    fn len(&self) -> usize {
        self.public_key.len() + self.private_key.as_ref().map_or(0, |key| key.len())
    }
}

/// What stands after the three keys of the envelope.
enum Extra<'a> {
    Nothing,
    KeyPairs(&'a [Slug]),
    KeyPair {
        halves: &'a Halves,
        id: Option<&'a Slug>,
    },
    KeyStores(&'a [Slug]),
    KeyStoreId(&'a Slug),
}

/// An answer to a create.
pub(crate) fn key_pair_created(subject: &Subject, halves: &Halves) -> Response {
    let message = subject.fill_in("Successfully created Key Pair '{id}' in Key Store '{store}'!");
    let id = Some(&subject.key_pair);
    success(&message, &Extra::KeyPair { halves, id })
}

/// An answer to a read.
pub(crate) fn key_pair_read(subject: &Subject, halves: &Halves) -> Response {
    let message = subject.fill_in(match halves.private_key {
        Some(_) => "Loaded Key Pair ID '{sent}' ({id}) in Key Store '{store}'",
        None => "Public Key for Key Pair ID '{sent}' ({id}) in Key Store '{store}'",
    });
    success(&message, &Extra::KeyPair { halves, id: None })
}

/// An answer to a listing that is not empty.
pub(crate) fn key_pair_list(subject: &Subject, ids: &[Slug]) -> Response {
    let message = subject.fill_in("Listing of Key Pair IDs in Key Store '{store}'");
    success(&message, &Extra::KeyPairs(ids))
}

/// An answer to a listing of key stores.
pub(crate) fn key_store_list(ids: &[Slug]) -> Response {
    success(b"Listings of Key Stores", &Extra::KeyStores(ids))
}

/// An answer to a key store create.
pub(crate) fn key_store_created(id: &Slug) -> Response {
    success(b"Key Store successfully created!", &Extra::KeyStoreId(id))
}

fn success(message: &[u8], extra: &Extra<'_>) -> Response {
    text(StatusCode::OK, envelope(SUCCESS, &[], &[message], extra))
}

/// An answer to an error.
pub(crate) fn failure(
    http: StatusCode,
    status: &str,
    error: &[u8],
    message: Option<&str>,
) -> Response {
    let messages: Vec<_> = message.iter().map(|text| text.as_bytes()).collect();
    text(http, envelope(status, &[error], &messages, &Extra::Nothing))
}

/// The answer to an unknown path: the one of the cloud's HTTP library.
pub(crate) fn page_not_found() -> Response {
    let mut response = text(
        StatusCode::NOT_FOUND,
        Bytes::from_static(b"404 page not found\n"),
    );
    with_header(
        &mut response,
        X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// An answer to `healthz`.
pub(crate) fn healthy() -> Response {
    text(StatusCode::OK, Bytes::from_static(b"OK"))
}

/// An answer to `version`: the version of the program whose API this is.
pub(crate) fn version() -> Response {
    text(
        StatusCode::OK,
        Bytes::from_static(b"Locksmith version: 0.0.1\n"),
    )
}

/// Adds a header to an answer.
pub(crate) fn with_header(response: &mut Response, name: HeaderName, value: HeaderValue) {
    response.headers_mut().insert(name, value);
}

fn text(status: StatusCode, body: Bytes) -> Response {
    response(status, TEXT, body)
}

/// Writes an envelope, compactly and without a line's end, into memory that is wiped when the last
/// reference goes. Its size is bounded before, so it never moves and leaves no copy of a private
/// key behind.
///
/// Not by way of `serde_json`, which has no say over bytes that are no UTF-8.
fn envelope(status: &str, errors: &[&[u8]], messages: &[&[u8]], extra: &Extra<'_>) -> Bytes {
    let texts = errors.iter().chain(messages);
    let text_bytes: usize = texts.map(|text| text.len() * MAX_EXPANSION).sum();
    let capacity = FRAME_BYTES + text_bytes + extra_bytes(extra);
    let mut json = Zeroizing::new(Vec::with_capacity(capacity));
    json.extend_from_slice(br#"{"status":"#);
    push_string(&mut json, status.as_bytes());
    json.extend_from_slice(br#","errors":"#);
    push_array(&mut json, errors);
    json.extend_from_slice(br#","messages":"#);
    push_array(&mut json, messages);
    push_extra(&mut json, extra);
    json.push(b'}');
    debug_assert!(json.len() <= capacity, "the answer has moved");
    Bytes::from_owner(json)
}

/// At most how many bytes an envelope's extra keys hold, the frame not counted. Slugs and base64
/// have nothing to escape.
fn extra_bytes(extra: &Extra<'_>) -> usize {
    const QUOTES_AND_COMMA: usize = 3;
    match extra {
        Extra::Nothing => 0,
        Extra::KeyPairs(ids) | Extra::KeyStores(ids) => ids
            .iter()
            .map(|id| id.as_str().len() + QUOTES_AND_COMMA)
            .sum(),
        Extra::KeyPair { halves, id } => halves.len() + id.map_or(0, |id| id.as_str().len()),
        Extra::KeyStoreId(id) => id.as_str().len(),
    }
}

fn push_extra(json: &mut Vec<u8>, extra: &Extra<'_>) {
    match extra {
        Extra::Nothing => {}
        Extra::KeyPairs(ids) => {
            json.extend_from_slice(br#","key_pairs":"#);
            push_array(json, ids.iter().map(Slug::as_str));
        }
        Extra::KeyPair { halves, id } => {
            halves.push(json);
            if let Some(id) = id {
                json.extend_from_slice(br#","key_pair_id":"#);
                push_string(json, id.as_str().as_bytes());
            }
        }
        Extra::KeyStores(ids) => {
            json.extend_from_slice(br#","key_stores":"#);
            push_array(json, ids.iter().map(Slug::as_str));
        }
        Extra::KeyStoreId(id) => {
            json.extend_from_slice(br#","key_store_id":"#);
            push_string(json, id.as_str().as_bytes());
        }
    }
}
