//! What all answers of the identity service have in common.

use dialect_api::{RequestContext, Response, response};
use http::StatusCode;
use http::header::{HeaderValue, VARY};
use serde::Serialize;

use crate::response::{REQUEST_ID, request_id};

/// A JSON answer.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    response(status, "application/json", crate::response::json(body))
}

/// Adds what every answer carries.
pub(super) fn with_common_headers(mut response: Response, cx: &RequestContext) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("X-Auth-Token"));
    headers.insert(REQUEST_ID, request_id(cx));
    response
}
