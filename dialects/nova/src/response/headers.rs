//! The headers that answers of compute carry.

use bytes::Bytes;
use dialect_api::{RequestContext, Response};
use http::header::{HeaderName, HeaderValue, VARY, VIA};

use super::header_text;
use crate::request::microversion::{LEGACY_HEADER, STANDARD_HEADER};
use crate::route::compute_path::Family;

const OPENSTACK_REQUEST_ID: HeaderName = HeaderName::from_static("x-openstack-request-id");
const COMPUTE_REQUEST_ID: HeaderName = HeaderName::from_static("x-compute-request-id");

/// What the standard header has in front of the version.
const SERVICE: &str = "compute ";

/// Says which request it answers, the way the API does.
pub(crate) fn identify(response: &mut Response, family: Family, cx: &RequestContext) {
    let id = header_text(format!("req-{}", cx.request_id.as_uuid()));
    let headers = response.headers_mut();
    match family {
        Family::V21 | Family::Compat => {
            headers.insert(OPENSTACK_REQUEST_ID, id.clone());
        }
        Family::Rackspace => {
            // Rackspace's answers came through a proxy, and said so.
            headers.insert(VIA, HeaderValue::from_static("1.1 keyglot"));
        }
    }
    headers.insert(COMPUTE_REQUEST_ID, id);
}

/// Says which microversion it speaks. Clients complain when the version that they asked for does
/// not come back.
pub(crate) fn announce_version(response: &mut Response, version: &str) {
    let both = Bytes::from(format!("{SERVICE}{version}"));
    let number = both.slice(SERVICE.len()..);
    let headers = response.headers_mut();
    headers.insert(STANDARD_HEADER.clone(), header_text(both));
    headers.insert(LEGACY_HEADER.clone(), header_text(number));
    headers.append(VARY, HeaderValue::from_static("OpenStack-API-Version"));
    headers.append(
        VARY,
        HeaderValue::from_static("X-OpenStack-Nova-API-Version"),
    );
}
