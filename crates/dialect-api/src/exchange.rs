//! A request as a dialect sees it, and what comes with it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AsHeaderName, HOST};
use http::request::Parts;
use keypair_core::Realm;

use crate::edge::EdgeError;

/// A request whose body has been read.
#[derive(Debug)]
pub struct Request {
    /// Method, URI, headers.
    pub head: Parts,
    body: Body,
}

/// What became of the body.
#[derive(Debug)]
pub enum Body {
    /// It was read whole.
    Whole(Bytes),
    /// It was longer than permitted, and dropped.
    TooLarge {
        /// The most bytes.
        limit_bytes: usize,
    },
}

impl Request {
    /// Puts a request together.
    pub fn new(head: Parts, body: Body) -> Self {
        Self { head, body }
    }

    /// The body. Where in its order of checks a cloud refuses a body that is too long is for the
    /// dialect to say, by asking for the body there.
    ///
    /// # Errors
    /// [`EdgeError::BodyTooLarge`].
    pub fn body(&self) -> Result<&Bytes, EdgeError> {
        match &self.body {
            Body::Whole(bytes) => Ok(bytes),
            Body::TooLarge { limit_bytes } => Err(EdgeError::BodyTooLarge {
                limit_bytes: *limit_bytes,
            }),
        }
    }

    /// A header's value, if it is there once or more and is text: the first one.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.head
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    }
}

/// 128 random bits per request: the only randomness that a dialect has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub u128);

impl RequestId {
    /// The id as a random (version 4) UUID, lower case.
    pub fn as_uuid(self) -> Uuid {
        Uuid::v4(self.0)
    }
}

/// A random UUID that prints in lower case as 8-4-4-4-12.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uuid(u128);

impl Uuid {
    /// Makes a version 4 UUID from random bits (six of which are lost).
    pub fn v4(random: u128) -> Self {
        let versioned = (random & !(0xf << 76)) | (0x4 << 76);
        Self((versioned & !(0x3 << 62)) | (0x2 << 62))
    }

    /// As it prints. Every answer has one or two of these: no allocation, no general formatting.
    pub fn to_ascii(self) -> [u8; 36] {
        let digits = hex_digits(self.0);
        let mut text = [b'-'; 36];
        for (group, place) in [
            (0..8, 0..8),
            (8..12, 9..13),
            (12..16, 14..18),
            (16..20, 19..23),
            (20..32, 24..36),
        ] {
            if let (Some(group), Some(place)) = (digits.get(group), text.get_mut(place)) {
                place.copy_from_slice(group);
            }
        }
        text
    }
}

/// The 32 lower-case hex digits of a number.
fn hex_digits(number: u128) -> [u8; 32] {
    let mut digits = [b'0'; 32];
    let done = hex::encode_to_slice(number.to_be_bytes(), &mut digits);
    debug_assert!(done.is_ok(), "16 bytes are 32 digits");
    digits
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

/// What comes with a request besides the request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Whose namespace the dialect's key pairs live in: the `realm` of every scope that it makes.
    /// The dialect's own name unless the config says otherwise.
    pub realm: Realm,
    /// Fresh for each request; never the client's.
    pub request_id: RequestId,
    /// When its head had been read.
    pub received_at: SystemTime,
    /// Whether it came in on a listener of the dialect's own, where the dialect's root is `/` and
    /// `claims` was not asked.
    pub dedicated_listener: bool,
    /// `http` or `https`: how the client reached this gateway.
    pub scheme: &'static str,
    /// The configured address that clients reach the gateway by, `http(s)://host[:port]`, without
    /// a slash at the end; `None` to build links from the request.
    pub public_url: Option<Arc<str>>,
}

impl RequestContext {
    /// The scheme and authority for links in answers, `http://host:port`.
    pub fn origin<'a>(&'a self, head: &Parts) -> Cow<'a, str> {
        if let Some(url) = &self.public_url {
            return Cow::Borrowed(url);
        }
        let from_header = head.headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = from_header
            .or_else(|| head.uri.authority().map(http::uri::Authority::as_str))
            .unwrap_or("localhost");
        Cow::Owned(format!("{}://{authority}", self.scheme))
    }
}

#[cfg(test)]
mod tests {
    use super::Uuid;

    #[test]
    fn uuids_are_version_4_and_lower_case() {
        assert_eq!(
            Uuid::v4(0).to_string(),
            "00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(
            Uuid::v4(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef).to_string(),
            "01234567-89ab-4def-8123-456789abcdef"
        );
        assert_eq!(
            Uuid::v4(u128::MAX).to_string(),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
    }
}
