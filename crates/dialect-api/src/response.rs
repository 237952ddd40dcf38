//! Building answers: the one place that knows how a body becomes bytes.

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use zeroize::Zeroizing;

/// An answer. Its length is the transport's to say.
pub type Response = http::Response<Bytes>;

/// Serialises compactly. Wire structs serialise by construction; should one not, the body is empty
/// and the status is still the dialect's.
pub fn json_bytes<T: Serialize + ?Sized>(body: &T) -> Bytes {
    // Most answers fit, so that they are written without moving.
    let mut buffer = Vec::with_capacity(1024);
    match serde_json::to_writer(&mut buffer, body) {
        Ok(()) => Bytes::from(buffer),
        Err(_) => Bytes::new(),
    }
}

/// Serialises compactly into memory that is wiped when the last reference goes, for bodies that
/// hold a private key.
pub fn secret_json_bytes<T: Serialize + ?Sized>(body: &T) -> Bytes {
    // Large enough for the longest answer (RSA 4096, twice base64): growing would leave copies.
    let mut buffer = Zeroizing::new(Vec::with_capacity(12 * 1024));
    match serde_json::to_writer(&mut *buffer, body) {
        Ok(()) => Bytes::from_owner(buffer),
        Err(_) => Bytes::new(),
    }
}

/// An answer with a body.
pub fn response(status: StatusCode, content_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    // No cloud's answer has more, so that the map is made once.
    headers.reserve(12);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer without a body and without a content type.
pub fn empty_response(status: StatusCode) -> Response {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
