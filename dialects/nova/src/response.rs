//! Compute's answers.

pub(crate) mod extensions;
mod figures;
pub(crate) mod flavors;
pub(crate) mod headers;
pub(crate) mod key_pair;
pub(crate) mod limits;
mod python_style;
pub(crate) mod quotas;
pub(crate) mod time;
pub(crate) mod versions;

use bytes::Bytes;
use dialect_api::RequestContext;
use http::{HeaderName, HeaderValue};

pub(crate) use python_style::json;

/// Which request an answer belongs to, in the header that all services of the cloud have.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// What the services of the cloud call a request.
pub(crate) fn request_id(cx: &RequestContext) -> HeaderValue {
    header_text([b"req-", &cx.request_id.as_uuid().to_ascii()[..]].concat())
}

/// A header's value; empty if the text cannot be one, which only a caller's own `Host` brings about.
pub(crate) fn header_text(text: impl Into<Bytes>) -> HeaderValue {
    let value = HeaderValue::from_maybe_shared(text.into());
    value.unwrap_or(HeaderValue::from_static(""))
}
