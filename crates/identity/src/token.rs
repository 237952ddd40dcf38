//! Log-in tokens: claims in few bytes, and a tag. The format is in the crate's README.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use dialect_api::{Token, TokenClaims};
use subtle::ConstantTimeEq;

use crate::keyed::{KeyedHash, Purpose};

const VERSION: u8 = 1;
const SYSTEM: u8 = 0b0001_0000;
const PROJECT: u8 = 0b0000_1000;
const AUDIT_COUNT: u8 = 0b0000_0111;
const AUDIT_ID_BYTES: usize = 16;
const MAX_AUDIT_IDS: usize = 4;

/// Half of HMAC-SHA-256, the shortest that RFC 2104 section 5 recommends.
const TAG_BYTES: usize = 16;

/// 255 characters of base64 hold as many bytes.
const MAX_BYTES: usize = 191;

/// No token that was ever signed is longer, whatever the claims' texts were; what is longer is not
/// even decoded.
const MAX_TOKEN_CHARS: usize = 4096;

/// Methods with a code of one byte; others are spelled out. Only ever append.
const KNOWN_METHODS: [&str; 8] = [
    "password",
    "token",
    "totp",
    "external",
    "application_credential",
    "mapped",
    "oauth1",
    "apikey",
];

/// Signs claims.
pub(crate) fn issue(key: &KeyedHash, claims: &TokenClaims) -> Token {
    let mut bytes = encode(claims);
    let tag = key.digest(Purpose::Token, &bytes);
    bytes.extend(tag.iter().take(TAG_BYTES));
    Token::new(Base64UrlUnpadded::encode_string(&bytes))
}

/// Gives the claims back if the tag is right, whether or not they have expired.
pub(crate) fn open(key: &KeyedHash, token: &str) -> Option<TokenClaims> {
    if token.len() > MAX_TOKEN_CHARS {
        return None;
    }
    let bytes = Base64UrlUnpadded::decode_vec(token).ok()?;
    let (claims, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
    let expected = key.digest(Purpose::Token, claims);
    if !bool::from(expected.get(..TAG_BYTES)?.ct_eq(tag)) {
        return None;
    }
    decode(claims)
}

/// What is remembered of a revoked token.
pub(crate) fn revocation_mark(key: &KeyedHash, dialect: &str, claims: &TokenClaims) -> String {
    let id = match claims.audit_ids.first() {
        Some(id) => Base64UrlUnpadded::encode_string(id),
        // Claims without an audit id can only be told by all that they say.
        None => Base64UrlUnpadded::encode_string(&key.digest(Purpose::Token, &encode(claims))),
    };
    format!("revoked-token/{dialect}/{id}")
}

fn encode(claims: &TokenClaims) -> Vec<u8> {
    let mut body = Vec::with_capacity(MAX_BYTES);
    put_number(&mut body, claims.methods.len() as u64);
    for method in &claims.methods {
        put_method(&mut body, method);
    }
    put_text(&mut body, &claims.user_id);
    if let Some(project) = &claims.project_id {
        put_text(&mut body, project);
    }
    let issued_at = seconds(claims.issued_at);
    put_number(&mut body, issued_at);
    let expires_at = seconds(claims.expires_at);
    put_number(&mut body, expires_at.saturating_sub(issued_at));

    let room = (MAX_BYTES - 1 - TAG_BYTES).saturating_sub(body.len()) / AUDIT_ID_BYTES;
    // The newest is never left out: it is what a revocation goes by.
    let kept = claims.audit_ids.iter().take(room.clamp(1, MAX_AUDIT_IDS));
    let mut first = VERSION << 5;
    first |= if claims.system { SYSTEM } else { 0 };
    first |= claims.project_id.as_ref().map_or(0, |_| PROJECT);
    first |= u8::try_from(kept.len()).unwrap_or_default() & AUDIT_COUNT;

    let mut bytes = Vec::with_capacity(MAX_BYTES);
    bytes.push(first);
    bytes.append(&mut body);
    bytes.extend(kept.flatten());
    bytes
}

fn decode(bytes: &[u8]) -> Option<TokenClaims> {
    let mut reader = Reader(bytes);
    let first = reader.byte()?;
    if first >> 5 != VERSION {
        return None;
    }
    let methods = (0..reader.number()?)
        .map(|_| reader.method())
        .collect::<Option<Vec<_>>>()?;
    let user_id = reader.text()?;
    let project_id = match first & PROJECT {
        0 => None,
        _ => Some(reader.text()?),
    };
    let issued_at = UNIX_EPOCH.checked_add(Duration::from_secs(reader.number()?))?;
    let expires_at = issued_at.checked_add(Duration::from_secs(reader.number()?))?;
    let audit_ids = (0..first & AUDIT_COUNT)
        .map(|_| reader.audit_id())
        .collect::<Option<Vec<_>>>()?;
    reader.0.is_empty().then_some(TokenClaims {
        user_id,
        project_id,
        system: first & SYSTEM != 0,
        methods,
        audit_ids,
        issued_at,
        expires_at,
    })
}

/// Whole seconds since 1970; times before count as 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// LEB128: seven bits a byte, the lowest first.
fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn put_method(bytes: &mut Vec<u8>, method: &str) {
    if let Some(position) = KNOWN_METHODS.iter().position(|known| *known == method) {
        put_number(bytes, position as u64 + 1);
    } else {
        bytes.push(0);
        put_text(bytes, method);
    }
}

/// Takes claims apart. The tag was right before, so `None` means an older or newer signer.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // Bits that fall off at the top make it no number that was put.
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let bytes = self.take(length)?;
        Some(std::str::from_utf8(bytes).ok()?.to_owned())
    }

    fn method(&mut self) -> Option<String> {
        match usize::try_from(self.number()?).ok()?.checked_sub(1) {
            Some(position) => Some((*KNOWN_METHODS.get(position)?).to_owned()),
            None => self.text(),
        }
    }

    fn audit_id(&mut self) -> Option<[u8; AUDIT_ID_BYTES]> {
        self.take(AUDIT_ID_BYTES)?.try_into().ok()
    }
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
