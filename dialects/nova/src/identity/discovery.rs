//! The documents that name the versions of the service. No token is asked.

use dialect_api::Response;
use http::StatusCode;
use http::header::{HeaderValue, LOCATION};
use serde::Serialize;

use super::answer;
use crate::route::Base;

#[derive(Serialize)]
struct Version {
    id: &'static str,
    status: &'static str,
    updated: &'static str,
    links: [Link; 1],
    #[serde(rename = "media-types")]
    media_types: [MediaType; 1],
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

#[derive(Serialize)]
struct MediaType {
    base: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct OneVersion {
    version: Version,
}

#[derive(Serialize)]
struct Index {
    versions: Values,
}

/// Unlike compute, identity has one more object around the list.
#[derive(Serialize)]
struct Values {
    values: [Version; 2],
}

/// Source: Keystone 30, `GET /v3`.
fn version_3(base: &Base) -> Version {
    Version {
        id: "v3.14",
        status: "stable",
        updated: "2020-04-07T00:00:00Z",
        links: [self_link(base, "v3")],
        media_types: [media_type("application/vnd.openstack.identity-v3+json")],
    }
}

/// Source: Rackspace Cloud Identity developer guide, versions.
fn version_2(base: &Base) -> Version {
    Version {
        id: "v2.0",
        status: "CURRENT",
        updated: "2011-01-21T11:33:21Z",
        links: [self_link(base, "v2.0")],
        media_types: [media_type("application/vnd.openstack.identity-v2.0+json")],
    }
}

fn self_link(base: &Base, version: &str) -> Link {
    Link {
        rel: "self",
        href: format!("{}/{version}/", base.identity),
    }
}

fn media_type(kind: &'static str) -> MediaType {
    MediaType {
        base: "application/json",
        kind,
    }
}

/// `GET /`: a choice, of which the newest is recommended.
pub(super) fn index(base: &Base) -> Response {
    let versions = Values {
        values: [version_3(base), version_2(base)],
    };
    let mut response = answer::json(StatusCode::MULTIPLE_CHOICES, &Index { versions });
    if let Ok(newest) = HeaderValue::try_from(format!("{}/v3/", base.identity)) {
        response.headers_mut().insert(LOCATION, newest);
    }
    response
}

/// `GET /v3`.
pub(super) fn v3(base: &Base) -> Response {
    let version = version_3(base);
    answer::json(StatusCode::OK, &OneVersion { version })
}

/// `GET /v2.0`.
pub(super) fn v2(base: &Base) -> Response {
    let version = version_2(base);
    answer::json(StatusCode::OK, &OneVersion { version })
}
