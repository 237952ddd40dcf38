//! The headers that answers of compute carry.

use std::sync::LazyLock;

use bytes::Bytes;
use dialect_api::{RequestContext, Response};
use http::header::{HeaderName, HeaderValue, VARY, VIA};

use super::{REQUEST_ID, header_text, request_id};
use crate::config::MAX_MINOR;
use crate::request::microversion::{LEGACY_HEADER, Microversion, STANDARD_HEADER};
use crate::route::compute_path::Family;

const COMPUTE_REQUEST_ID: HeaderName = HeaderName::from_static("x-compute-request-id");

/// What the standard header has in front of the version.
const SERVICE: &str = "compute ";

/// Says which request it answers, the way the API does.
pub(crate) fn identify(response: &mut Response, family: Family, cx: &RequestContext) {
    let id = request_id(cx);
    let headers = response.headers_mut();
    match family {
        Family::V21 | Family::Compat => {
            headers.insert(REQUEST_ID, id.clone());
        }
        Family::Rackspace => {
            // Rackspace's answers came through a proxy, and said so.
            headers.insert(VIA, HeaderValue::from_static("1.1 keyglot"));
        }
    }
    headers.insert(COMPUTE_REQUEST_ID, id);
}

/// A version as the two headers spell it.
#[derive(Clone)]
struct Spelled {
    standard: HeaderValue,
    legacy: HeaderValue,
}

impl Spelled {
    fn new(standard: Bytes) -> Self {
        Self {
            legacy: header_text(standard.slice(SERVICE.len()..)),
            standard: header_text(standard),
        }
    }
}

/// The versions that there are, by their minor number.
static ALL: LazyLock<Vec<Spelled>> = LazyLock::new(|| {
    let versions = (0..=MAX_MINOR).map(Microversion::new);
    let texts = versions.map(|version| format!("{SERVICE}{version}"));
    // They live as long as the process, and what is static is shared without counting references.
    texts
        .map(|text| Spelled::new(Bytes::from_static(text.leak().as_bytes())))
        .collect()
});

/// Says which microversion it speaks. Clients complain when the version that they asked for does
/// not come back.
pub(crate) fn announce(response: &mut Response, version: Microversion) {
    match ALL.get(usize::from(version.minor())) {
        Some(ready) => put(response, ready.clone()),
        None => announce_text(response, &version.to_string()),
    }
}

/// Says it of a version in the words of the request, which may be none that there is.
pub(crate) fn announce_text(response: &mut Response, version: &str) {
    let standard = Bytes::from(format!("{SERVICE}{version}"));
    put(response, Spelled::new(standard));
}

fn put(response: &mut Response, Spelled { standard, legacy }: Spelled) {
    let headers = response.headers_mut();
    headers.insert(STANDARD_HEADER.clone(), standard);
    headers.insert(LEGACY_HEADER.clone(), legacy);
    headers.append(VARY, HeaderValue::from_static("OpenStack-API-Version"));
    headers.append(
        VARY,
        HeaderValue::from_static("X-OpenStack-Nova-API-Version"),
    );
}
