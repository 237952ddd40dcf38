//! Signature version 3, TC3-HMAC-SHA256, in the Authorization header.
//!
//! Source: the vendor's page on it, and its SDKs where they differ.

use std::borrow::Cow;

use dialect_api::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::request::Message;
use crate::request::decode::integer;

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What the last part of a credential's scope says.
const TERMINATOR: &str = "tc3_request";

/// The service that clients of key pairs name in a credential's scope.
const SERVICE: &str = "cvm";

/// The value of X-TC-Content-SHA256 by which a client leaves its body out of the signature.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The most headers that a signature may cover: a bound on the work for a header made of names.
const MAX_SIGNED_HEADERS: usize = 64;

/// An Authorization header, taken apart.
#[derive(Debug)]
pub(super) struct Authorization<'h> {
    /// Whose key signed.
    pub(super) secret_id: &'h str,
    /// The day of the key, `YYYY-MM-DD`.
    date: &'h str,
    /// The service of the key. It is not looked at: the Node SDK sends what stands before the
    /// first dot of its endpoint, `127` for `127.0.0.1:8080`.
    service: &'h str,
    /// The names of the signed headers, as they stand.
    signed_headers: &'h str,
    signature: [u8; 32],
}

impl<'h> Authorization<'h> {
    /// Takes `TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` apart; the three may
    /// stand in any order.
    ///
    /// # Errors
    /// [`Error::InvalidAuthorization`] with the part that is not as it should be;
    /// [`Error::MissingParameter`] for an empty secret id.
    pub(super) fn parse(header: &'h str) -> Result<Self, Error> {
        let items = header
            .trim()
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or(Error::InvalidAuthorization("Credential"))?;
        let item = |wanted: &'static str| {
            items
                .split(',')
                .filter_map(|item| item.trim().split_once('='))
                .find_map(|(name, value)| (name == wanted).then_some(value))
                .filter(|value| !value.is_empty())
                .ok_or(Error::InvalidAuthorization(wanted))
        };
        let (secret_id, date, service) = take_credential_apart(item("Credential")?)?;
        let signed_headers = item("SignedHeaders")?;
        check_signed_headers(signed_headers)?;
        let signature = lower_hex(item("Signature")?)?;
        if !is_date(date) {
            return Err(Error::InvalidAuthorization("Date"));
        }
        if secret_id.is_empty() {
            return Err(Error::MissingParameter("SecretId".to_owned()));
        }
        Ok(Self {
            secret_id,
            date,
            service,
            signed_headers,
            signature,
        })
    }
}

/// Secret id, date and service of `<id>/<date>/<service>/tc3_request`. The service is what is left
/// in the middle: with a path in its endpoint, Node's has slashes.
fn take_credential_apart(credential: &str) -> Result<(&str, &str, &str), Error> {
    let apart = || {
        let (secret_id, rest) = credential.split_once('/')?;
        let (date, rest) = rest.split_once('/')?;
        let (service, terminator) = rest.rsplit_once('/')?;
        (terminator == TERMINATOR).then_some((secret_id, date, service))
    };
    apart().ok_or(Error::InvalidAuthorization("Credential"))
}

fn check_signed_headers(names: &str) -> Result<(), Error> {
    let covers = |wanted: &str| names.split(';').any(|name| name == wanted);
    let is_bounded = names.split(';').count() <= MAX_SIGNED_HEADERS;
    if covers("content-type") && covers("host") && is_bounded {
        Ok(())
    } else {
        Err(Error::InvalidAuthorization("SignedHeaders"))
    }
}

/// 64 lower-case hex digits.
fn lower_hex(text: &str) -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    let has_upper_case = text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) if !has_upper_case => Ok(bytes),
        Ok(()) | Err(_) => Err(Error::InvalidAuthorization("Signature")),
    }
}

/// Whether a text has the shape `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether the request's signature fits it, for any of the hosts and the other spellings that
/// clients were seen to sign.
pub(super) fn verify<'h>(
    message: &Message<'_>,
    authorization: &Authorization<'_>,
    timestamp: &str,
    hosts: impl Iterator<Item = Cow<'h, str>>,
    secret: &Secret,
) -> bool {
    if utc_date(timestamp).as_deref() != Some(authorization.date) {
        return false;
    }
    let Some(key) = signing_key(secret, authorization.date, authorization.service) else {
        return false;
    };
    let payload_hash = payload_hash(message);
    let scope = format!(
        "{}/{}/{TERMINATOR}",
        authorization.date, authorization.service
    );
    let is_signed = |host: &str, spelling: Spelling<'_>| {
        let canonical = Canonical {
            message,
            signed_headers: authorization.signed_headers,
            host,
            spelling,
            payload_hash: &payload_hash,
        };
        signature(key.as_slice(), timestamp, &scope, &canonical.hash())
            .is_some_and(|mac| mac.verify_slice(&authorization.signature).is_ok())
    };
    let spellings = Spelling::candidates(message);
    hosts
        .into_iter()
        .any(|host| spellings.iter().any(|spelling| is_signed(&host, *spelling)))
}

/// How a client wrote what it signed, where clients differ.
#[derive(Debug, Clone, Copy)]
struct Spelling<'m> {
    /// Go and Python sign `/` even when the URL has a path, Node signs the path.
    path: &'m str,
    /// A POST's query is usually left out.
    query: &'m str,
    /// The documentation puts header values into lower case, the SDKs do not.
    lower_case_values: bool,
}

impl<'m> Spelling<'m> {
    /// The spellings that make a difference for a request, the likeliest first.
    fn candidates(message: &'m Message<'_>) -> Vec<Self> {
        let path = message.head.uri.path();
        let query = message.head.uri.query().unwrap_or_default();
        let is_post = message.head.method == Method::POST;
        let first = Self {
            path: "/",
            query: if is_post { "" } else { query },
            lower_case_values: false,
        };
        let mut found = vec![first];
        let with = |found: &mut Vec<Self>, change: &dyn Fn(Self) -> Self| {
            let changed: Vec<_> = found.iter().copied().map(change).collect();
            found.extend(changed);
        };
        if path != "/" {
            with(&mut found, &|spelling| Self { path, ..spelling });
        }
        if is_post && !query.is_empty() {
            with(&mut found, &|spelling| Self { query, ..spelling });
        }
        with(&mut found, &|spelling| Self {
            lower_case_values: true,
            ..spelling
        });
        found
    }
}

/// The Authorization header by which a client signs a POST of JSON to `/`, as the SDKs in Go and
/// Python do. `None` if the timestamp, in seconds, does not lie in the calendar.
pub(crate) fn sign(
    secret_id: &str,
    secret: &Secret,
    timestamp: &str,
    host: &str,
    body: &[u8],
) -> Option<String> {
    const SIGNED_HEADERS: &str = "content-type;host";
    let date = utc_date(timestamp)?;
    let key = signing_key(secret, &date, SERVICE)?;
    let scope = format!("{date}/{SERVICE}/{TERMINATOR}");
    let payload_hash = hex::encode(Sha256::digest(body));
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\n{SIGNED_HEADERS}\n{payload_hash}"
    );
    let canonical_hash = hex::encode(Sha256::digest(canonical));
    let mac = signature(key.as_slice(), timestamp, &scope, &canonical_hash)?;
    let signature = hex::encode(mac.finalize().into_bytes());
    Some(format!(
        "{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    ))
}

/// The signature of a canonical request, by its hash.
fn signature(key: &[u8], timestamp: &str, scope: &str, canonical_hash: &str) -> Option<Mac> {
    let parts = [
        ALGORITHM.as_bytes(),
        b"\n",
        timestamp.as_bytes(),
        b"\n",
        scope.as_bytes(),
        b"\n",
        canonical_hash.as_bytes(),
    ];
    mac(key, &parts)
}

/// The canonical request. It is hashed piece by piece, never put together.
struct Canonical<'a> {
    message: &'a Message<'a>,
    signed_headers: &'a str,
    host: &'a str,
    spelling: Spelling<'a>,
    payload_hash: &'a str,
}

impl Canonical<'_> {
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.message.head.method.as_str(),
            "\n",
            self.spelling.path,
            "\n",
            self.spelling.query,
            "\n",
        ] {
            hash.update(part);
        }
        for name in self.signed_headers.split(';') {
            hash.update(name);
            hash.update(":");
            if name == "host" {
                self.add_value(&mut hash, self.host.as_bytes());
            } else if let Some(value) = self.message.head.headers.get(name) {
                self.add_value(&mut hash, value.as_bytes());
            }
            hash.update("\n");
        }
        for part in ["\n", self.signed_headers, "\n", self.payload_hash] {
            hash.update(part);
        }
        hex::encode(hash.finalize())
    }

    fn add_value(&self, hash: &mut Sha256, value: &[u8]) {
        let value = value.trim_ascii();
        if self.spelling.lower_case_values {
            hash.update(value.to_ascii_lowercase());
        } else {
            hash.update(value);
        }
    }
}

fn payload_hash(message: &Message<'_>) -> String {
    let is_unsigned = message.header("x-tc-content-sha256") == Some(UNSIGNED_PAYLOAD);
    // The text itself is hashed in the body's place. A GET's body is empty.
    let payload = if is_unsigned {
        UNSIGNED_PAYLOAD.as_bytes()
    } else {
        message.body
    };
    hex::encode(Sha256::digest(payload))
}

/// The UTC day of a timestamp, if it lies in the calendar.
fn utc_date(timestamp: &str) -> Option<String> {
    let timestamp = jiff::Timestamp::from_second(integer(timestamp)?).ok()?;
    let date = Offset::UTC.to_datetime(timestamp).date();
    Some(DateTimePrinter::new().date_to_string(&date))
}

type Mac = Hmac<Sha256>;

/// The key of a day and a service. `None` never happens: HMAC takes keys of any length.
fn signing_key(secret: &Secret, date: &str, service: &str) -> Option<Zeroizing<[u8; 32]>> {
    let first = Zeroizing::new(format!("TC3{}", secret.expose()));
    let day = derive(first.as_bytes(), date)?;
    let service = derive(day.as_slice(), service)?;
    derive(service.as_slice(), TERMINATOR)
}

fn derive(key: &[u8], text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mac = mac(key, &[text.as_bytes()])?;
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Option<Mac> {
    let mut mac = Mac::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac)
}

#[cfg(test)]
mod tests;
