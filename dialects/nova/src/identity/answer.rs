//! What all answers of the identity service have in common.

use dialect_api::{RequestContext, Response, response};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue, VARY};
use serde::Serialize;

/// The request id's header.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// A JSON answer.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    response(status, "application/json", crate::response::json(body))
}

/// Adds what every answer carries.
pub(super) fn with_common_headers(mut response: Response, cx: &RequestContext) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("X-Auth-Token"));
    // A UUID is plain ASCII; were it not, an answer without an id is still an answer.
    if let Ok(id) = HeaderValue::try_from(format!("req-{}", cx.request_id.as_uuid())) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
