//! Version documents, most of which are there for everybody.

use bytes::Bytes;
use dialect_api::{EdgeError, Request, RequestContext, Response, response};
use http::StatusCode;

use super::{Call, agree, read_body, sign};
use crate::config::Config;
use crate::error::Error;
use crate::request::media::preferred_json;
use crate::response::versions;
use crate::route::compute_path::Family;
use crate::route::{Base, Destination};

/// The list of versions.
///
/// # Errors
/// [`Error::UnsupportedContentType`], [`Error::MalformedBody`]: a body means nothing here, and is
/// read all the same.
pub(crate) fn list(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
) -> Result<Response, Error> {
    read_meaningless_body(request)?;
    let body = versions::list(config, &Base::of(&request.head, cx));
    Ok(document(request, body))
}

/// One version, for whoever asks.
///
/// # Errors
/// [`Error::VersionMalformed`], [`Error::VersionNotOffered`]: a version may be asked for here too,
/// and changes nothing. As [`list`], but not in the rackspace flavour.
pub(crate) fn show_to_all(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
) -> Result<Response, Error> {
    let family = Destination::of(config, &request.head, cx).family();
    let family = family.ok_or(EdgeError::RouteNotFound)?;
    let api = agree(config, family, request)?;
    if family != Family::Rackspace {
        read_meaningless_body(request)?;
    }
    let mut response = show(config, family, family, request, cx);
    sign(&mut response, api, cx);
    Ok(response)
}

/// One version, for a caller with a token. Below v2.1 both may be asked for by their ids.
///
/// # Errors
/// [`Error::ResourceNotFound`].
pub(super) fn show_with_token(call: &Call<'_>) -> Result<Response, Error> {
    let (config, own) = (call.config, call.api.family);
    let family = match (own, call.resource.name()) {
        (_, "") | (Family::Compat | Family::Rackspace, _) => own,
        (Family::V21, id) => {
            let v2 = Family::of_v2(config);
            let found = [own, v2].into_iter().find(|it| it.document_id() == id);
            found.ok_or(Error::ResourceNotFound)?
        }
    };
    // The other's document too links to where it was asked for.
    Ok(show(config, family, own, call.request, call.cx))
}

/// The transport has dropped a body that is too long, and nothing is wrong with that here.
fn read_meaningless_body(request: &Request) -> Result<(), Error> {
    match read_body(request) {
        Ok(_) | Err(Error::Edge(EdgeError::BodyTooLarge { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

fn show(
    config: &Config,
    family: Family,
    linked: Family,
    request: &Request,
    cx: &RequestContext,
) -> Response {
    let body = versions::one(config, family, linked, &Base::of(&request.head, cx));
    document(request, body)
}

/// Where a path below none of the versions could have been meant.
///
/// # Errors
/// As [`list`].
pub(crate) fn choices(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
) -> Result<Response, Error> {
    read_meaningless_body(request)?;
    let path = Destination::of(config, &request.head, cx).path;
    let path = path.strip_suffix('/').unwrap_or(&path);
    let body = versions::choices(config, &Base::of(&request.head, cx), path);
    let content_type = preferred_json(&request.head);
    Ok(response(StatusCode::MULTIPLE_CHOICES, content_type, body))
}

fn document(request: &Request, body: Bytes) -> Response {
    response(StatusCode::OK, preferred_json(&request.head), body)
}
