//! Signature version 3, TC3-HMAC-SHA256, in the Authorization header.
//!
//! Source: the vendor's page on it, and its SDKs where they differ.

use std::borrow::Cow;

use dialect_api::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderName, Method};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::request::Message;
use crate::request::decode::integer;

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The items of an Authorization header.
const CREDENTIAL: &str = "Credential";
const SIGNED_HEADERS: &str = "SignedHeaders";
const SIGNATURE: &str = "Signature";

/// What the last part of a credential's scope says.
const TERMINATOR: &str = "tc3_request";

/// The service that clients of key pairs name in a credential's scope.
const SERVICE: &str = "cvm";

/// The value of X-TC-Content-SHA256 by which a client leaves its body out of the signature.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

static CONTENT_SHA256: HeaderName = HeaderName::from_static("x-tc-content-sha256");

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
            .ok_or(Error::InvalidAuthorization(CREDENTIAL))?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for item in items.split(',') {
            let Some((name, value)) = item.trim().split_once('=') else {
                continue;
            };
            let place = match name {
                CREDENTIAL => &mut credential,
                SIGNED_HEADERS => &mut signed_headers,
                SIGNATURE => &mut signature,
                _ => continue,
            };
            // Of two with one name the first counts.
            place.get_or_insert(value);
        }
        let required = |item: Option<&'h str>, name| {
            item.filter(|value| !value.is_empty())
                .ok_or(Error::InvalidAuthorization(name))
        };
        let (secret_id, date, service) = take_credential_apart(required(credential, CREDENTIAL)?)?;
        let signed_headers = required(signed_headers, SIGNED_HEADERS)?;
        check_signed_headers(signed_headers)?;
        let signature = lower_hex(required(signature, SIGNATURE)?)?;
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
    apart().ok_or(Error::InvalidAuthorization(CREDENTIAL))
}

fn check_signed_headers(names: &str) -> Result<(), Error> {
    let (mut count, mut has_type, mut has_host) = (0, false, false);
    for name in names.split(';') {
        count += 1;
        has_type |= name == "content-type";
        has_host |= name == "host";
    }
    if has_type && has_host && count <= MAX_SIGNED_HEADERS {
        Ok(())
    } else {
        Err(Error::InvalidAuthorization(SIGNED_HEADERS))
    }
}

/// 64 lower-case hex digits.
fn lower_hex(text: &str) -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    match base16ct::lower::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == 32 => Ok(bytes),
        Ok(_) | Err(_) => Err(Error::InvalidAuthorization(SIGNATURE)),
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
    let scope = [authorization.date, authorization.service];
    let is_signed = |host: &str, spelling: Spelling<'_>| {
        let canonical = Canonical {
            message,
            signed_headers: authorization.signed_headers,
            host,
            spelling,
            payload_hash: &payload_hash,
        };
        signature(key.as_slice(), timestamp, scope, &canonical.hash())
            .is_some_and(|mac| mac.verify_slice(&authorization.signature).is_ok())
    };
    hosts
        .into_iter()
        .any(|host| Spelling::candidates(message).any(|spelling| is_signed(&host, spelling)))
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
    fn candidates(message: &'m Message<'_>) -> impl Iterator<Item = Self> {
        let path = message.head.uri.path();
        let query = message.head.uri.query().unwrap_or_default();
        let is_post = message.head.method == Method::POST;
        let paths = [Some("/"), (path != "/").then_some(path)];
        let queries = if is_post {
            [Some(""), (!query.is_empty()).then_some(query)]
        } else {
            [Some(query), None]
        };
        let values_and_query = [false, true]
            .into_iter()
            .flat_map(move |lower_case_values| {
                let queries = queries.into_iter().flatten();
                queries.map(move |query| (lower_case_values, query))
            });
        values_and_query.flat_map(move |(lower_case_values, query)| {
            paths.into_iter().flatten().map(move |path| Self {
                path,
                query,
                lower_case_values,
            })
        })
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
    const COVERED: &str = "content-type;host";
    let date = utc_date(timestamp)?;
    let key = signing_key(secret, &date, SERVICE)?;
    let payload_hash = base16ct::lower::encode_string(&Sha256::digest(body));
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\n{COVERED}\n{payload_hash}"
    );
    let canonical_hash = hex_digits(Sha256::new_with_prefix(canonical));
    let mac = signature(key.as_slice(), timestamp, [&date, SERVICE], &canonical_hash)?;
    let signature = base16ct::lower::encode_string(&mac.finalize().into_bytes());
    Some(format!(
        "{ALGORITHM} {CREDENTIAL}={secret_id}/{date}/{SERVICE}/{TERMINATOR}, {SIGNED_HEADERS}={COVERED}, {SIGNATURE}={signature}"
    ))
}

/// The signature of a canonical request, by its hash; the scope is date and service.
fn signature(
    key: &[u8],
    timestamp: &str,
    [date, service]: [&str; 2],
    canonical_hash: &HexDigits,
) -> Option<Mac> {
    let parts = [
        ALGORITHM.as_bytes(),
        b"\n",
        timestamp.as_bytes(),
        b"\n",
        date.as_bytes(),
        b"/",
        service.as_bytes(),
        b"/",
        TERMINATOR.as_bytes(),
        b"\n",
        canonical_hash,
    ];
    mac(key, &parts)
}

/// The canonical request. It is hashed piece by piece, never put together.
struct Canonical<'a> {
    message: &'a Message<'a>,
    signed_headers: &'a str,
    host: &'a str,
    spelling: Spelling<'a>,
    payload_hash: &'a HexDigits,
}

impl Canonical<'_> {
    fn hash(&self) -> HexDigits {
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
        for part in ["\n", self.signed_headers, "\n"] {
            hash.update(part);
        }
        hash.update(self.payload_hash);
        hex_digits(hash)
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

fn payload_hash(message: &Message<'_>) -> HexDigits {
    let is_unsigned = message.header(&CONTENT_SHA256) == Some(UNSIGNED_PAYLOAD);
    // The text itself is hashed in the body's place. A GET's body is empty.
    let payload = if is_unsigned {
        UNSIGNED_PAYLOAD.as_bytes()
    } else {
        message.body
    };
    hex_digits(Sha256::new_with_prefix(payload))
}

type HexDigits = [u8; 64];

/// A hash in lower-case hex digits.
fn hex_digits(hash: Sha256) -> HexDigits {
    let mut digits = [0; 64];
    // Never fails: there are twice as many digits as bytes.
    let _ = base16ct::lower::encode(&hash.finalize(), &mut digits);
    digits
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
    let first = Zeroizing::new(["TC3", secret.expose()].concat());
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
