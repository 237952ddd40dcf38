//! How the identity service's faults look, in version 3 and in version 2.0.

use std::borrow::Cow;

use dialect_api::{RequestContext, Response, whole_seconds};
use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderName, Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{ChangeError, Error, V2LogInError};
use crate::identity::answer;
use crate::identity::request::METHODS;
use crate::identity::route::segments;
use crate::route::Base;

/// What Keystone appends to what is missing. Source: `keystone.exception.ValidationError`.
const MALFORMED: &str = "The server could not comply with the request since it is either malformed \
                         or otherwise incorrect. The client is assumed to be in error.";
/// Keystone's one answer to every log-in that fails.
const UNAUTHENTICATED: &str = "The request you have made requires authentication.";
/// Rackspace's answer to a missing or bad token.
const NO_VALID_TOKEN: &str = "No valid token provided. Please use the 'X-Auth-Token' header with a \
                              valid token.";
const NOT_AUTHORIZED: &str = "You are not authorized to perform the requested action";
/// The two full stops are Keystone's.
const DELEGATED_TOKEN: &str = "Using a delegated token to create another token is not allowed..";
/// So are these.
const RESTRICTED_TOKEN: &str = "Using method 'application_credential' is not allowed for managing \
                                additional application credentials..";
const UNSUPPORTED_METHOD: &str = "Attempted to authenticate with an unsupported method.";
const CREDENTIAL_WITH_SCOPE: &str = "Error authenticating with application credential: Application \
                                     credentials cannot request a scope.";
/// Rackspace's answer to a log-in that it cannot read.
const UNPARSABLE: &str = "Invalid request body: unable to parse Auth data. Please review XML or \
                          JSON formatting";
const UNEXPECTED: &str = "An unexpected error prevented the server from fulfilling your request.";
const UNAVAILABLE: &str = "The server is currently unavailable. Please try again at a later time.";

/// The two shapes of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// `{"error": {"code", "message", "title"}}`.
    V3,
    /// `{"<kind>": {"code", "message"}}`, as Rackspace had it.
    V2,
}

impl Version {
    fn of(head: &Parts) -> Self {
        // Behind its mount or not, no other version has a segment of that name in this place.
        if segments(head.uri.path())
            .iter()
            .take(2)
            .any(|it| it == "v2.0")
        {
            Self::V2
        } else {
            Self::V3
        }
    }
}

/// The answer to an error.
pub(crate) fn render(error: &Error, head: &Parts, cx: &RequestContext, base: &Base) -> Response {
    let version = Version::of(head);
    let status = status(error, version);
    let body = match version {
        Version::V3 => v3_body(error, status),
        Version::V2 => v2_body(error, status),
    };
    let mut response = answer::json(status, &body);
    for (name, value) in headers(error, status, version, base) {
        // What is put together here is ASCII but for a `Host` header that was not.
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    answer::with_common_headers(response, cx)
}

fn v3_body(error: &Error, status: StatusCode) -> Value {
    let mut fault = Map::new();
    fault.insert("code".to_owned(), status.as_u16().into());
    fault.insert("message".to_owned(), message(error, Version::V3).into());
    fault.insert("title".to_owned(), title(status).into());
    if matches!(error, Error::UnsupportedMethod) {
        fault.insert("identity".to_owned(), json!({"methods": METHODS}));
    }
    json!({"error": fault})
}

/// The reason phrase, where 413 still has its older one.
fn title(status: StatusCode) -> Option<&'static str> {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Some("Request Entity Too Large");
    }
    status.canonical_reason()
}

fn v2_body(error: &Error, status: StatusCode) -> Value {
    let fault = json!({"code": status.as_u16(), "message": message(error, Version::V2)});
    json!({(v2_kind(status)): fault})
}

/// What Rackspace calls a fault. Source: Rackspace Cloud Identity developer guide, faults.
fn v2_kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        413 => "overLimit",
        503 => "serviceUnavailable",
        _ => "identityFault",
    }
}

fn status(error: &Error, version: Version) -> StatusCode {
    match error {
        Error::RouteNotFound
        | Error::TokenNotFound
        | Error::NoSubjectToken
        | Error::NotFound { .. }
        | Error::AssignmentNotFound { .. } => StatusCode::NOT_FOUND,
        Error::Change(error) => status_of_change(error),
        Error::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Error::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Missing { .. }
        | Error::Schema { .. }
        | Error::V2LogIn(V2LogInError::Unparsable | V2LogInError::TenantNamedTwice) => {
            StatusCode::BAD_REQUEST
        }
        Error::Unauthenticated
        | Error::UnsupportedMethod
        | Error::CredentialWithScope
        | Error::V2LogIn(
            V2LogInError::WrongCredentials
            | V2LogInError::ForeignTenant { .. }
            | V2LogInError::TokenOfOtherTenant { .. },
        ) => StatusCode::UNAUTHORIZED,
        Error::DelegatedToken | Error::Forbidden { .. } => StatusCode::FORBIDDEN,
        // Rackspace's proxy had 413 for it before 429 was common.
        Error::RateLimited { .. } => match version {
            Version::V3 => StatusCode::TOO_MANY_REQUESTS,
            Version::V2 => StatusCode::PAYLOAD_TOO_LARGE,
        },
        Error::Busy { .. } | Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal | Error::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn message(error: &Error, version: Version) -> Cow<'_, str> {
    let v3 = version == Version::V3;
    match error {
        Error::RouteNotFound => "The resource could not be found.".into(),
        Error::MethodNotAllowed { .. } => "The method is not allowed for the requested URL.".into(),
        Error::BodyTooLarge { limit_bytes } => {
            format!("Request is too large. Larger than max_request_body_size ({limit_bytes}).")
                .into()
        }
        Error::Missing { attribute, target } => {
            format!("Expecting to find {attribute} in {target}. {MALFORMED}").into()
        }
        Error::Schema { message } => message.into(),
        Error::Unauthenticated if v3 => UNAUTHENTICATED.into(),
        Error::Unauthenticated => NO_VALID_TOKEN.into(),
        Error::UnsupportedMethod => UNSUPPORTED_METHOD.into(),
        Error::CredentialWithScope => CREDENTIAL_WITH_SCOPE.into(),
        Error::DelegatedToken => format!("{NOT_AUTHORIZED}: {DELEGATED_TOKEN}").into(),
        Error::Forbidden { rule: Some(rule) } => {
            format!("{NOT_AUTHORIZED}: identity:{rule}.").into()
        }
        Error::Forbidden { rule: None } if v3 => format!("{NOT_AUTHORIZED}.").into(),
        Error::Forbidden { rule: None } => "Not Authorized".into(),
        Error::TokenNotFound if v3 => "Could not recognize Fernet token".into(),
        Error::TokenNotFound => "Token not found.".into(),
        Error::NoSubjectToken => "No token in the request".into(),
        Error::NotFound { what, id } => format!("Could not find {what}: {id}.").into(),
        Error::AssignmentNotFound {
            role,
            user,
            project,
        } => format!(
            "Could not find role assignment with role: {role}, user or group: {user}, project, \
             domain, or system: {project}."
        )
        .into(),
        Error::Change(error) => message_of_change(error),
        Error::V2LogIn(error) => v2_log_in_message(error),
        Error::RateLimited { .. } if v3 => "This request was rate-limited.".into(),
        Error::RateLimited { .. } => "OverLimit Retry...".into(),
        Error::Busy { .. } | Error::Unavailable(_) => UNAVAILABLE.into(),
        Error::Internal | Error::Failed(_) => UNEXPECTED.into(),
    }
}

fn status_of_change(error: &ChangeError) -> StatusCode {
    match error {
        ChangeError::Conflict { .. } => StatusCode::CONFLICT,
        ChangeError::InvalidCredential { .. } | ChangeError::BadTime | ChangeError::EndIsPast => {
            StatusCode::BAD_REQUEST
        }
        ChangeError::Declared { .. }
        | ChangeError::RestrictedToken
        | ChangeError::TooManyCredentials { .. } => StatusCode::FORBIDDEN,
    }
}

/// Why nothing was made or removed. Source: `keystone.exception`.
fn message_of_change(error: &ChangeError) -> Cow<'_, str> {
    match error {
        ChangeError::Conflict {
            what,
            name,
            in_domain,
        } => {
            let place = if *in_domain {
                " at domain ID default"
            } else {
                ""
            };
            format!(
                "Conflict occurred attempting to store {what} - Duplicate entry found with name \
                 {name}{place}."
            )
            .into()
        }
        ChangeError::Declared { what, id } => {
            format!("Unable to delete {what} {id}: it is declared in the configuration.").into()
        }
        ChangeError::RestrictedToken => format!("{NOT_AUTHORIZED}: {RESTRICTED_TOKEN}").into(),
        ChangeError::InvalidCredential { detail } => {
            format!("Invalid application credential: {detail}").into()
        }
        ChangeError::TooManyCredentials { limit } => format!(
            "Unable to create additional application credentials, maximum of {limit} already \
             exceeded for user."
        )
        .into(),
        ChangeError::BadTime => format!("Timestamp not in expected format. {MALFORMED}").into(),
        ChangeError::EndIsPast => {
            format!("The 'expires_at' must not be before now. {MALFORMED}").into()
        }
    }
}

/// Source: Rackspace Cloud Identity's answers.
fn v2_log_in_message(error: &V2LogInError) -> Cow<'_, str> {
    match error {
        V2LogInError::Unparsable => UNPARSABLE.into(),
        V2LogInError::TenantNamedTwice => {
            "Invalid request. Specify tenantId OR tenantName, not both.".into()
        }
        V2LogInError::WrongCredentials => {
            "Unable to authenticate user with credentials provided.".into()
        }
        V2LogInError::ForeignTenant {
            tenant,
            user_name,
            user_id,
        } => format!(
            "Tenant with Name/Id: '{tenant}' is not valid for User '{user_name}' (id: '{user_id}')"
        )
        .into(),
        V2LogInError::TokenOfOtherTenant { tenant } => {
            format!("Token doesn't belong to Tenant with Id/Name: '{tenant}'").into()
        }
    }
}

fn headers(
    error: &Error,
    status: StatusCode,
    version: Version,
    base: &Base,
) -> Vec<(HeaderName, String)> {
    let mut headers = Vec::new();
    if status == StatusCode::UNAUTHORIZED && version == Version::V3 {
        let challenge = format!("Keystone uri=\"{}/v3\"", base.identity);
        headers.push((WWW_AUTHENTICATE, challenge));
    }
    if let Error::MethodNotAllowed { allow } = error {
        let names: Vec<&str> = allow.iter().map(Method::as_str).collect();
        headers.push((ALLOW, names.join(", ")));
    }
    if let Error::RateLimited { retry_after }
    | Error::Busy {
        retry_after: Some(retry_after),
    } = error
    {
        headers.push((RETRY_AFTER, whole_seconds(*retry_after).to_string()));
    }
    headers
}
