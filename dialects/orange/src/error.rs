//! The cloud's fault catalogue: every error that a caller can meet, with its status, its code and
//! its literal words.

mod field;
mod render;
mod table;

use std::time::Duration;

use dialect_api::{Blame, EdgeError, WireError};
use http::Method;
use keypair_core::{Error as CoreError, KeyName, NameProblem};

pub use field::FieldProblem;
pub(crate) use render::{Place, Statuses};

/// A variable segment of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathParameter {
    /// `projectId`.
    ProjectId,
    /// `zoneName`.
    ZoneName,
    /// `keyPairId`.
    KeyPairId,
    /// `jobId`.
    JobId,
}

impl PathParameter {
    /// Its name on the wire.
    fn name(self) -> &'static str {
        match self {
            Self::ProjectId => "projectId",
            Self::ZoneName => "zoneName",
            Self::KeyPairId => "keyPairId",
            Self::JobId => "jobId",
        }
    }
}

/// A parameter of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryParameter {
    /// `provisioningState`.
    ProvisioningState,
    /// `name`.
    Name,
    /// `offset`.
    Offset,
    /// `limit`.
    Limit,
    /// `sort`.
    Sort,
    /// `state`.
    State,
}

impl QueryParameter {
    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ProvisioningState => "provisioningState",
            Self::Name => "name",
            Self::Offset => "offset",
            Self::Limit => "limit",
            Self::Sort => "sort",
            Self::State => "state",
        }
    }
}

/// An error of this cloud. Source for codes and messages: section 7 of the wire specification.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400 / 20.
    #[error("a path parameter is not valid")]
    InvalidUrlParameter(PathParameter),
    /// 400 / 21.
    #[error("the body is empty")]
    MissingBody,
    /// 400 / 22.
    #[error("the body is not a JSON object")]
    InvalidBody,
    /// 400 / 23: `name` is the only field that must be there.
    #[error("the body has no name")]
    MissingName,
    /// 400 / 24.
    #[error("a field of the body is not valid")]
    InvalidField(FieldProblem),
    /// 400 (or as configured) / 24.
    #[error("the name is taken")]
    NameTaken {
        /// The taken name.
        name: KeyName,
    },
    /// 400 / 26.
    #[error("the requester id is not valid")]
    InvalidRequesterId,
    /// 400 / 28.
    #[error("a query parameter is not valid")]
    InvalidQueryParameter(QueryParameter),
    /// 401 / 40.
    #[error("no credentials")]
    MissingCredentials,
    /// 401 / 41.
    #[error("unknown credentials")]
    InvalidCredentials,
    /// 401 / 42.
    #[error("expired credentials")]
    ExpiredCredentials,
    /// 403 / 50.
    #[error("the caller does not reach the project")]
    AccessDenied,
    /// 403 / 50 with words of its own.
    #[error("the quota of the project is reached")]
    QuotaReached {
        /// The limit.
        limit: u32,
    },
    /// 404 / 60.
    #[error("no such resource")]
    ResourceNotFound,
    /// 405 / 61.
    #[error("no such method on the resource")]
    MethodNotAllowed {
        /// The methods it has.
        allow: &'static [Method],
    },
    /// 405 / 61 with words of its own: the state of the resource forbids it.
    #[error("the key pair is in use")]
    KeyPairInUse,
    /// 406 / 62.
    #[error("the caller does not take JSON")]
    NotAcceptable,
    /// 413 / 66.
    #[error("the body is too long")]
    BodyTooLarge,
    /// 415 / 68.
    #[error("the body is not said to be JSON")]
    UnsupportedMediaType,
    /// 429 (or as configured) / 53.
    #[error("too many calls")]
    TooManyRequests {
        /// When to try again.
        retry_after: Duration,
    },
    /// 503 / 6.
    #[error("over capacity")]
    OverCapacity {
        /// When to try again.
        retry_after: Duration,
    },
    /// 503 / 5.
    #[error("temporarily unavailable")]
    Unavailable {
        /// Why, for the log.
        source: Option<CoreError>,
    },
    /// 500 / 1.
    #[error("internal error")]
    Internal {
        /// Why, for the log.
        source: Option<CoreError>,
    },
}

impl From<EdgeError> for Error {
    fn from(error: EdgeError) -> Self {
        match error {
            EdgeError::RouteNotFound => Self::ResourceNotFound,
            EdgeError::MethodNotAllowed { allow } => Self::MethodNotAllowed { allow },
            EdgeError::BodyTooLarge { limit_bytes: _ } => Self::BodyTooLarge,
            EdgeError::Unauthenticated => Self::MissingCredentials,
            EdgeError::RateLimited { retry_after, .. } => Self::TooManyRequests { retry_after },
            EdgeError::Overloaded { retry_after } => Self::OverCapacity { retry_after },
            EdgeError::DeadlineExceeded => Self::Unavailable { source: None },
            EdgeError::Internal => Self::Internal { source: None },
        }
    }
}

impl From<CoreError> for Error {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::KeyPairExists { name } => Self::NameTaken { name },
            CoreError::KeyPairNotFound { selector: _ } => Self::ResourceNotFound,
            CoreError::KeyPairInUse { selector: _ } => Self::KeyPairInUse,
            CoreError::InvalidName { problem } => Self::InvalidField(match problem {
                NameProblem::Empty | NameProblem::TooLong { .. } => FieldProblem::NameLength,
                NameProblem::ControlCharacter => FieldProblem::NameCharacters,
            }),
            CoreError::InvalidPublicKey { problem: _ } => {
                Self::InvalidField(FieldProblem::PublicKeyMalformed)
            }
            CoreError::QuotaExceeded { limit } => Self::QuotaReached { limit },
            CoreError::GenerationBusy { retry_after } => Self::OverCapacity { retry_after },
            CoreError::StoreUnavailable { source: _ } => Self::Unavailable {
                source: Some(error),
            },
            // What this dialect never asks for, and what is broken on our side.
            CoreError::PublicKeyExists
            | CoreError::MarkerNotFound { .. }
            | CoreError::PartitionExists { .. }
            | CoreError::UnsupportedAlgorithm { .. }
            | CoreError::GenerationFailed { .. }
            | CoreError::PrivateKeyNotKept { .. }
            | CoreError::WrongPassphrase
            | CoreError::KeepingUnavailable
            | CoreError::CorruptRecord { .. } => Self::Internal {
                source: Some(error),
            },
        }
    }
}

impl WireError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidUrlParameter(_) => "invalid_url_parameter",
            Self::MissingBody => "missing_body",
            Self::InvalidBody => "invalid_body",
            Self::MissingName => "missing_body_field",
            Self::InvalidField(_) => "invalid_body_field",
            Self::NameTaken { .. } => "name_taken",
            Self::InvalidRequesterId => "invalid_header",
            Self::InvalidQueryParameter(_) => "invalid_query_parameter",
            Self::MissingCredentials => "missing_credentials",
            Self::InvalidCredentials => "invalid_credentials",
            Self::ExpiredCredentials => "expired_credentials",
            Self::AccessDenied => "access_denied",
            Self::QuotaReached { .. } => "quota_reached",
            Self::ResourceNotFound => "resource_not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::KeyPairInUse => "key_pair_in_use",
            Self::NotAcceptable => "not_acceptable",
            Self::BodyTooLarge => "request_entity_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::OverCapacity { .. } => "over_capacity",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal { .. } => "internal_error",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::OverCapacity { .. } | Self::Unavailable { .. } | Self::Internal { .. } => {
                Blame::Server
            }
            Self::InvalidUrlParameter(_)
            | Self::MissingBody
            | Self::InvalidBody
            | Self::MissingName
            | Self::InvalidField(_)
            | Self::NameTaken { .. }
            | Self::InvalidRequesterId
            | Self::InvalidQueryParameter(_)
            | Self::MissingCredentials
            | Self::InvalidCredentials
            | Self::ExpiredCredentials
            | Self::AccessDenied
            | Self::QuotaReached { .. }
            | Self::ResourceNotFound
            | Self::MethodNotAllowed { .. }
            | Self::KeyPairInUse
            | Self::NotAcceptable
            | Self::BodyTooLarge
            | Self::UnsupportedMediaType
            | Self::TooManyRequests { .. } => Blame::Client,
        }
    }
}
