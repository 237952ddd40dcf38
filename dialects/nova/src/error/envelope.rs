//! From an error to the bytes of its answer.

use std::collections::BTreeMap;

use dialect_api::{EdgeError, RequestContext, Response, response};
use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{Method, StatusCode};
use serde::Serialize;

use super::Error;
use super::fault::{Answer, Circumstances, Fault, answer};
use crate::config::Config;
use crate::identity;
use crate::request::media::JSON;
use crate::request::microversion::{negotiate, newest};
use crate::response::{header_text, headers, json};
use crate::route::base::{Service, locate};
use crate::route::compute_path::Family;
use crate::route::{Base, Destination};

const FAULT_TYPE: &str = "application/json; charset=UTF-8";

#[derive(Serialize)]
struct FaultBody<'f> {
    code: u16,
    message: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'f str>,
    #[serde(rename = "retryAt", skip_serializing_if = "Option::is_none")]
    retry_at: Option<&'f str>,
    #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
    retry_after: Option<String>,
}

#[derive(Serialize)]
struct NoTokenBody {
    error: NoToken,
}

#[derive(Serialize)]
struct NoToken {
    code: u16,
    title: &'static str,
    message: &'static str,
}

/// The answer to an error, in the words of the service that the request was for.
pub(crate) fn render(
    config: &Config,
    error: &Error,
    head: &Parts,
    cx: &RequestContext,
) -> Response {
    let location = locate(head.uri.path(), cx.dedicated_listener);
    if location.is_some_and(|location| location.service == Service::Identity) {
        render_identity(error, head, cx)
    } else {
        render_compute(config, error, head, cx)
    }
}

/// Identity's own errors, and the gateway's refusals in its words; it meets no others.
fn render_identity(error: &Error, head: &Parts, cx: &RequestContext) -> Response {
    let base = Base::of(head, cx);
    if let Error::Identity(error) = error {
        return identity::render(error, head, cx, &base);
    }
    let refusal = if let Error::Edge(refusal) = error {
        refusal.clone()
    } else {
        EdgeError::Internal
    };
    identity::render(&refusal.into(), head, cx, &base)
}

fn render_compute(config: &Config, error: &Error, head: &Parts, cx: &RequestContext) -> Response {
    let destination = Destination::of(config, head, cx);
    let family = destination.family();
    let path = &*destination.path;
    let at = Circumstances {
        config,
        head,
        cx,
        family,
        path,
    };
    let mut response = match answer(error, &at) {
        Answer::Fault(fault) => fault_response(&fault),
        Answer::Page(page) => page.answer(head),
        Answer::NoToken => no_token(&Base::of(head, cx)),
    };
    if let Some(family) = family {
        headers::identify(&mut response, family, cx);
    }
    if family == Some(Family::V21)
        && let Some(version) = shown_version(config, error, head)
    {
        headers::announce_text(&mut response, &version);
    }
    response
}

/// The version that an answer shows: none before the versions were looked at, the one asked for if
/// it is not offered.
fn shown_version(config: &Config, error: &Error, head: &Parts) -> Option<String> {
    match error {
        Error::Edge(_)
        | Error::Identity(_)
        | Error::TokenUnchecked(_)
        | Error::VersionMalformed { .. } => None,
        Error::VersionNotOffered { asked } => Some(asked.clone()),
        Error::UnsupportedContentType
        | Error::MalformedBody
        | Error::ForeignProject { .. }
        | Error::Invalid { .. }
        | Error::PolicyDenied { .. }
        | Error::InvalidProject { .. }
        | Error::ResourceNotFound
        | Error::NoProject
        | Error::QuotaExceeded
        | Error::UnsafeName
        | Error::NameLength
        | Error::BadPublicKey
        | Error::BadCertificate
        | Error::KeyPairExists { .. }
        | Error::KeyPairNotFound { .. }
        | Error::KeyPairInUse { .. }
        | Error::MarkerNotFound { .. }
        | Error::Unavailable { .. }
        | Error::Failed(_) => {
            let version = negotiate(&head.headers, newest(config)).ok()?;
            Some(version.to_string())
        }
    }
}

/// What Nova calls a fault of a status. Source: nova, `api/openstack/wsgi.py`, `Fault`.
fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 | 429 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    }
}

fn fault_response(fault: &Fault) -> Response {
    let over_limit = matches!(fault.status.as_u16(), 413 | 429);
    let seconds = fault.retry_after.map(|seconds| seconds.to_string());
    let body = FaultBody {
        code: fault.status.as_u16(),
        message: &fault.message,
        details: fault.details.as_deref(),
        retry_at: fault.retry_at.as_deref(),
        // In the body the time of day goes before the seconds, where there is one.
        retry_after: fault.retry_at.clone().or(seconds).filter(|_| over_limit),
    };
    let body = BTreeMap::from([(kind(fault.status), body)]);
    let mut response = response(fault.status, FAULT_TYPE, json(&body));
    let headers = response.headers_mut();
    if let Some(seconds) = fault.retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = fault.allow {
        let names: Vec<&str> = allow.iter().map(Method::as_str).collect();
        headers.insert(ALLOW, header_text(names.join(", ")));
    }
    response
}

/// Identity's envelope, not Nova's: its middleware answers.
fn no_token(base: &Base) -> Response {
    let body = NoTokenBody {
        error: NoToken {
            code: 401,
            title: "Unauthorized",
            message: "The request you have made requires authentication.",
        },
    };
    let mut response = response(StatusCode::UNAUTHORIZED, JSON, json(&body));
    let challenge = header_text(format!("Keystone uri=\"{}/v3\"", base.identity));
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}
