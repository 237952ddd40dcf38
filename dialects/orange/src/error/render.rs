//! The answer to an error.

use std::borrow::Cow;
use std::time::Duration;

use dialect_api::{Response, json_bytes, response, whole_seconds};
use http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde::Serialize;

use super::Error;
use super::table::{self, Fault};
use crate::request::resource::decode;
use crate::response::JSON;
use crate::route::{KEY_PAIR_METHODS, Resource};

/// Statuses that the operator chooses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Statuses {
    /// Of a taken name.
    pub(crate) conflict: StatusCode,
    /// Of a call too many.
    pub(crate) rate_limit: StatusCode,
}

/// Where the call acted: some descriptions name it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place<'a> {
    /// The project of the path, decoded; empty if it has none.
    pub(crate) project: Cow<'a, str>,
    /// The zone of the path, decoded; empty if it has none.
    pub(crate) zone: Cow<'a, str>,
}

impl<'a> Place<'a> {
    /// The place that a path names.
    pub(crate) fn of(resource: Resource<'a>) -> Self {
        let (project, zone) = match resource {
            Resource::KeyPairs { project, zone } | Resource::KeyPair { project, zone, .. } => {
                (project, zone)
            }
            Resource::Jobs { project } | Resource::Job { project, .. } => (project, ""),
            Resource::OpenApi => ("", ""),
        };
        Self {
            project: decode(project).unwrap_or_default(),
            zone: decode(zone).unwrap_or_default(),
        }
    }
}

/// The body of every error. Source: seed (members), section 7 of the wire specification (always
/// all three, in this order).
#[derive(Serialize)]
struct Body<'a> {
    code: u16,
    message: &'a str,
    description: &'a str,
}

/// How long a caller is told to wait when nobody knows: the shortest time that the header has.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

impl Error {
    /// The answer.
    pub(crate) fn render(&self, statuses: Statuses, place: &Place<'_>) -> Response {
        let fault = self.fault();
        let status = self.chosen_status(statuses).unwrap_or(fault.status);
        let description = self
            .own_description(place)
            .unwrap_or(Cow::Borrowed(fault.description));
        let body = Body {
            code: fault.code,
            message: fault.message,
            description: &description,
        };
        let mut answer = response(status, JSON, json_bytes(&body));
        if let Some((name, value)) = self.header(status) {
            answer.headers_mut().insert(name, value);
        }
        answer
    }

    /// The status, where it is the operator's choice.
    fn chosen_status(&self, statuses: Statuses) -> Option<StatusCode> {
        if matches!(self, Self::NameTaken { .. }) {
            Some(statuses.conflict)
        } else if matches!(self, Self::TooManyRequests { .. }) {
            Some(statuses.rate_limit)
        } else {
            None
        }
    }

    fn fault(&self) -> Fault {
        match self {
            Self::InvalidUrlParameter(_) => table::INVALID_URL_PARAMETER,
            Self::MissingBody => table::MISSING_BODY,
            Self::InvalidBody => table::INVALID_BODY,
            Self::MissingName => table::MISSING_BODY_FIELD,
            Self::InvalidField(_) | Self::NameTaken { .. } => table::INVALID_BODY_FIELD,
            Self::InvalidRequesterId => table::INVALID_HEADER,
            Self::InvalidQueryParameter(_) => table::INVALID_QUERY_PARAMETER,
            Self::MissingCredentials => table::MISSING_CREDENTIALS,
            Self::InvalidCredentials => table::INVALID_CREDENTIALS,
            Self::ExpiredCredentials => table::EXPIRED_CREDENTIALS,
            Self::AccessDenied | Self::QuotaReached { .. } => table::ACCESS_DENIED,
            Self::ResourceNotFound => table::RESOURCE_NOT_FOUND,
            Self::MethodNotAllowed { .. } | Self::KeyPairInUse => table::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => table::NOT_ACCEPTABLE,
            Self::BodyTooLarge => table::REQUEST_ENTITY_TOO_LARGE,
            Self::UnsupportedMediaType => table::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests { .. } => table::TOO_MANY_REQUESTS,
            Self::OverCapacity { .. } => table::OVER_CAPACITY,
            Self::Unavailable { .. } => table::UNAVAILABLE,
            Self::Internal { .. } => table::INTERNAL_ERROR,
        }
    }

    /// The description of an error that says more than its row of the table.
    fn own_description(&self, place: &Place<'_>) -> Option<Cow<'static, str>> {
        let text = match self {
            Self::InvalidUrlParameter(parameter) => {
                format!("Parameter \"{}\" is not valid.", parameter.name())
            }
            Self::InvalidQueryParameter(parameter) => {
                format!("Parameter \"{}\" is not valid.", parameter.name())
            }
            Self::InvalidField(problem) => return Some(problem.description()),
            Self::NameTaken { name } => format!(
                "Field \"name\" must be unique: \"{name}\" already exists in zone \"{}\".",
                place.zone
            ),
            Self::QuotaReached { limit } => format!(
                "Key pair quota of project \"{}\" is reached ({limit}).",
                place.project
            ),
            Self::KeyPairInUse => {
                return Some(Cow::Borrowed(
                    "The key pair is in use and can not be deleted.",
                ));
            }
            Self::MissingBody
            | Self::InvalidBody
            | Self::MissingName
            | Self::InvalidRequesterId
            | Self::MissingCredentials
            | Self::InvalidCredentials
            | Self::ExpiredCredentials
            | Self::AccessDenied
            | Self::ResourceNotFound
            | Self::MethodNotAllowed { .. }
            | Self::NotAcceptable
            | Self::BodyTooLarge
            | Self::UnsupportedMediaType
            | Self::TooManyRequests { .. }
            | Self::OverCapacity { .. }
            | Self::Unavailable { .. }
            | Self::Internal { .. } => return None,
        };
        Some(Cow::Owned(text))
    }

    /// The header that belongs to the error. Source: section 2 of the wire specification.
    fn header(&self, status: StatusCode) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::MissingCredentials => Some((
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"keyglot\""),
            )),
            Self::InvalidCredentials | Self::ExpiredCredentials => Some((
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"keyglot\", error=\"invalid_token\""),
            )),
            Self::MethodNotAllowed { allow } => allow_header(allow),
            Self::KeyPairInUse => allow_header(KEY_PAIR_METHODS),
            // The older form of the refusal, 403, has no time to wait.
            Self::TooManyRequests { retry_after } => {
                (status == StatusCode::TOO_MANY_REQUESTS).then(|| retry_header(*retry_after))
            }
            Self::OverCapacity { retry_after } => Some(retry_header(*retry_after)),
            Self::Unavailable { .. } => Some(retry_header(SHORTEST_WAIT)),
            Self::InvalidUrlParameter(_)
            | Self::MissingBody
            | Self::InvalidBody
            | Self::MissingName
            | Self::InvalidField(_)
            | Self::NameTaken { .. }
            | Self::InvalidRequesterId
            | Self::InvalidQueryParameter(_)
            | Self::AccessDenied
            | Self::QuotaReached { .. }
            | Self::ResourceNotFound
            | Self::NotAcceptable
            | Self::BodyTooLarge
            | Self::UnsupportedMediaType
            | Self::Internal { .. } => None,
        }
    }
}

fn allow_header(methods: &[Method]) -> Option<(HeaderName, HeaderValue)> {
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let value = HeaderValue::try_from(names.join(", ")).ok()?;
    Some((ALLOW, value))
}

/// Whole seconds, rounded up, at least 1.
fn retry_header(wait: Duration) -> (HeaderName, HeaderValue) {
    (RETRY_AFTER, HeaderValue::from(whole_seconds(wait).max(1)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::retry_header;

    #[test]
    fn waits_are_whole_seconds_rounded_up_and_at_least_one() {
        for (millis, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (1001, "2"), (5200, "6")] {
            let (_, value) = retry_header(Duration::from_millis(millis));
            assert_eq!(value, seconds);
        }
    }
}
