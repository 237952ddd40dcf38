//! What each error is called on the wire: status and texts, by API.
//!
//! Source: nova, `exception.py` and `api/openstack/compute/keypairs.py`; for Rackspace the Cloud
//! Servers guide and its proxy's answers.

use std::time::Duration;

use dialect_api::{EdgeError, RequestContext, whole_seconds};
use http::request::Parts;
use http::{Method, StatusCode};

use super::Error;
use super::page::Page;
use crate::config::Config;
use crate::rate;
use crate::request::microversion::Microversion;
use crate::response::time;
use crate::route::compute_path::Family;

const UNAVAILABLE: &str = "The server is currently unavailable. Please try again at a later time.";
const FAILED: &str =
    "The server has either erred or is incapable of performing the requested operation.";
const NOT_FOUND: &str = "The resource could not be found.";

/// What an answer to an error is made of.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nova's own envelope.
    Fault(Fault),
    /// A page of the layer below.
    Page(Page),
    /// Identity's envelope about a missing token.
    NoToken,
}

/// Nova's own envelope.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    pub(super) message: String,
    pub(super) details: Option<String>,
    /// Seconds.
    pub(super) retry_after: Option<u64>,
    /// The same as a time of day, where the body names it so.
    pub(super) retry_at: Option<String>,
    pub(super) allow: Option<&'static [Method]>,
}

/// The request that went wrong.
pub(super) struct Circumstances<'a> {
    pub(super) config: &'a Config,
    pub(super) head: &'a Parts,
    pub(super) cx: &'a RequestContext,
    /// The API; `None` where none was named.
    pub(super) family: Option<Family>,
    /// The path below compute's mount.
    pub(super) path: &'a str,
}

/// Finds the answer to an error.
pub(super) fn answer(error: &Error, at: &Circumstances<'_>) -> Answer {
    if let Error::Edge(edge) = error {
        return refusal(edge, at);
    }
    let status = status(error, at);
    // Old Novas told callers at a full quota to come back at once.
    let retry_after = match (error, status) {
        (Error::QuotaExceeded, StatusCode::PAYLOAD_TOO_LARGE) => Some(0),
        (
            Error::Unavailable {
                retry_after: Some(wait),
                ..
            },
            _,
        ) => Some(whole_seconds(*wait)),
        _ => None,
    };
    Answer::Fault(Fault {
        retry_after,
        ..fault(status, message(error, at))
    })
}

fn fault(status: StatusCode, message: impl Into<String>) -> Fault {
    Fault {
        status,
        message: message.into(),
        details: None,
        retry_after: None,
        retry_at: None,
        allow: None,
    }
}

fn status(error: &Error, at: &Circumstances<'_>) -> StatusCode {
    let rackspace = at.family == Some(Family::Rackspace);
    match error {
        Error::UnsupportedContentType if !rackspace => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::UnsupportedContentType
        | Error::VersionMalformed { .. }
        | Error::MalformedBody
        | Error::ForeignProject { .. }
        | Error::Invalid { .. }
        | Error::InvalidProject { .. }
        | Error::UnsafeName
        | Error::NameLength
        | Error::BadPublicKey
        | Error::BadCertificate
        | Error::MarkerNotFound { .. } => StatusCode::BAD_REQUEST,
        Error::VersionNotOffered { .. } => StatusCode::NOT_ACCEPTABLE,
        Error::QuotaExceeded if rackspace && at.config.rackspace_quota_status == 413 => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        Error::PolicyDenied { .. } | Error::NoProject | Error::QuotaExceeded => {
            StatusCode::FORBIDDEN
        }
        Error::KeyPairExists { .. } | Error::KeyPairInUse { .. } => StatusCode::CONFLICT,
        Error::KeyPairNotFound { .. } | Error::ResourceNotFound => StatusCode::NOT_FOUND,
        Error::TokenUnchecked(_) | Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Edge(_) | Error::Identity(_) | Error::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn message(error: &Error, at: &Circumstances<'_>) -> String {
    match error {
        Error::VersionMalformed { asked } => format!(
            "API Version String {asked} is of invalid format. Must be of format \
             MajorNum.MinorNum."
        ),
        Error::VersionNotOffered { asked } => format!(
            "Version {asked} is not supported by the API. Minimum is {} and maximum is {}.",
            Microversion::MIN,
            at.config.max_microversion
        ),
        Error::UnsupportedContentType => "Unsupported Content-Type".to_owned(),
        Error::MalformedBody => "Malformed request body".to_owned(),
        Error::ForeignProject { asked, own } => format!(
            "Malformed request URL: URL's project_id '{asked}' doesn't match Context's \
             project_id '{}'",
            own.as_deref().unwrap_or("None")
        ),
        Error::Invalid { message } => message.clone(),
        Error::PolicyDenied { rule } => {
            format!("Policy doesn't allow os_compute_api:{rule} to be performed.")
        }
        Error::InvalidProject { project } => {
            format!("Project ID {project} is not a valid project.")
        }
        Error::ResourceNotFound => NOT_FOUND.to_owned(),
        Error::NoProject => "Forbidden".to_owned(),
        Error::QuotaExceeded => "Quota exceeded, too many key pairs.".to_owned(),
        Error::UnsafeName => invalid_key_pair("Keypair name contains unsafe characters"),
        Error::NameLength => {
            invalid_key_pair("Keypair name must be between 1 and 255 characters long")
        }
        Error::BadPublicKey => invalid_key_pair("failed to generate fingerprint"),
        Error::BadCertificate => invalid_key_pair(
            "failed to generate X509 fingerprint. Error message: not a certificate in PEM",
        ),
        Error::KeyPairExists { name } => format!("Key pair '{name}' already exists."),
        Error::KeyPairInUse { name } => format!("Key pair '{name}' is in use."),
        Error::KeyPairNotFound { name, user_id } => not_found(name, user_id.as_deref(), at),
        Error::MarkerNotFound { marker } => format!("Marker {marker} could not be found."),
        Error::TokenUnchecked(_) | Error::Unavailable { .. } => UNAVAILABLE.to_owned(),
        Error::Edge(_) | Error::Identity(_) | Error::Failed(_) => FAILED.to_owned(),
    }
}

fn not_found(name: &str, user_id: Option<&str>, at: &Circumstances<'_>) -> String {
    match (at.family, user_id) {
        (Some(Family::V21 | Family::Compat), Some(user)) => {
            format!("Keypair {name} not found for user {user}")
        }
        (Some(Family::Rackspace) | None, _) | (_, None) => NOT_FOUND.to_owned(),
    }
}

fn invalid_key_pair(reason: &str) -> String {
    format!("Keypair data is invalid: {reason}")
}

fn refusal(edge: &EdgeError, at: &Circumstances<'_>) -> Answer {
    let rackspace = at.family == Some(Family::Rackspace);
    let fault = match edge {
        EdgeError::RouteNotFound if rackspace => fault(
            StatusCode::NOT_FOUND,
            format!("Resource not found: {}", at.path),
        ),
        EdgeError::MethodNotAllowed { allow } if rackspace => bad_method(at.head, allow),
        // Nova has no 405: a path without the method is no path.
        EdgeError::RouteNotFound | EdgeError::MethodNotAllowed { .. } => {
            return Answer::Page(Page::not_found());
        }
        EdgeError::BodyTooLarge { limit_bytes } => {
            return Answer::Page(Page::too_large(*limit_bytes));
        }
        EdgeError::Unauthenticated if rackspace => fault(
            StatusCode::UNAUTHORIZED,
            "No valid token provided. Please use the 'X-Auth-Token' header with a valid token.",
        ),
        EdgeError::Unauthenticated => return Answer::NoToken,
        EdgeError::RateLimited {
            limit,
            period_seconds,
            retry_after,
        } => {
            let wait = whole_seconds(*retry_after);
            if rackspace {
                rate_limited_by_proxy(wait, at.cx)
            } else {
                rate_limited(*limit, *period_seconds, wait, at)
            }
        }
        EdgeError::Overloaded { retry_after } => Fault {
            retry_after: Some(whole_seconds(*retry_after)),
            ..fault(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE)
        },
        EdgeError::DeadlineExceeded => fault(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
        EdgeError::Internal => fault(StatusCode::INTERNAL_SERVER_ERROR, FAILED),
    };
    Answer::Fault(fault)
}

fn bad_method(head: &Parts, allow: &'static [Method]) -> Fault {
    let names: Vec<&str> = allow.iter().map(Method::as_str).collect();
    let message = format!(
        "Bad method: {}. The Method does not match the pattern: '{}'",
        head.method,
        names.join("|")
    );
    Fault {
        allow: Some(allow),
        ..fault(StatusCode::METHOD_NOT_ALLOWED, message)
    }
}

fn rate_limited(limit: u32, period_seconds: u32, wait: u64, at: &Circumstances<'_>) -> Fault {
    let rule = rate::rule_for(&at.config.rate_limits, &at.head.method, at.path);
    let uri = rule.map_or(rate::ANY_URI, |rule| rule.uri.as_str());
    let details = format!(
        "Only {limit} {} request(s) can be made to {uri} every {}.",
        at.head.method,
        rate::unit(period_seconds)
    );
    Fault {
        details: Some(details),
        retry_after: Some(wait),
        ..fault(
            StatusCode::TOO_MANY_REQUESTS,
            "This request was rate-limited.",
        )
    }
}

fn rate_limited_by_proxy(wait: u64, cx: &RequestContext) -> Fault {
    let again = cx.received_at + Duration::from_secs(wait);
    Fault {
        details: Some("Error Details...".to_owned()),
        retry_after: Some(wait),
        retry_at: Some(time::seconds(again)),
        ..fault(StatusCode::PAYLOAD_TOO_LARGE, "OverLimit Retry...")
    }
}
