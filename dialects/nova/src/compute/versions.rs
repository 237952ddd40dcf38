//! Version documents, most of which are there for everybody.

use bytes::Bytes;
use dialect_api::{EdgeError, Request, RequestContext, Response, response};
use http::StatusCode;

use super::{Call, agree, sign};
use crate::config::Config;
use crate::error::Error;
use crate::request::media::{JSON, preferred_json};
use crate::response::versions;
use crate::route::compute_path::Family;
use crate::route::{Base, Destination};

/// The list of versions.
pub(crate) fn list(config: &Config, request: &Request, cx: &RequestContext) -> Response {
    let body = versions::list(config, &Base::of(&request.head, cx));
    document(request, body)
}

/// One version, for whoever asks.
///
/// # Errors
/// [`Error::VersionMalformed`], [`Error::VersionNotOffered`]: a version may be asked for here too,
/// and changes nothing.
pub(crate) fn show_to_all(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
) -> Result<Response, Error> {
    let family = Destination::of(config, &request.head, cx).family();
    let family = family.ok_or(EdgeError::RouteNotFound)?;
    let api = agree(config, family, request)?;
    let mut response = show(config, family, request, cx);
    sign(&mut response, api, cx);
    Ok(response)
}

/// One version, for a caller with a token.
pub(super) fn show_with_token(call: &Call<'_>) -> Response {
    show(call.config, call.api.family, call.request, call.cx)
}

fn show(config: &Config, family: Family, request: &Request, cx: &RequestContext) -> Response {
    let body = versions::one(config, family, &Base::of(&request.head, cx));
    document(request, body)
}

/// Where a path below none of the versions could have been meant.
pub(crate) fn choices(config: &Config, request: &Request, cx: &RequestContext) -> Response {
    let path = Destination::of(config, &request.head, cx).path;
    let body = versions::choices(config, &Base::of(&request.head, cx), &path);
    response(StatusCode::MULTIPLE_CHOICES, JSON, body)
}

fn document(request: &Request, body: Bytes) -> Response {
    response(StatusCode::OK, preferred_json(&request.head.headers), body)
}
