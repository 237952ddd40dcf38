//! The identity service's faults: which there are, where they come from, whose they are. How they
//! look is in [`envelope`].

mod envelope;

use std::time::Duration;

use dialect_api::{Blame, EdgeError};
use http::Method;
use keypair_core::Error as CoreError;

pub(crate) use envelope::render;

/// What an application credential is called in messages.
pub(super) const CREDENTIAL: &str = "Application Credential";

/// Everything that can be wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such path.
    #[error("no such path")]
    RouteNotFound,
    /// The path has no such method.
    #[error("no such method on the path")]
    MethodNotAllowed {
        /// The methods it has.
        allow: &'static [Method],
    },
    /// The body is too long.
    #[error("the body is longer than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The most bytes.
        limit_bytes: usize,
    },
    /// Something that must be there is not.
    #[error("{attribute} is missing in {target}")]
    Missing {
        /// What.
        attribute: String,
        /// Where.
        target: &'static str,
    },
    /// The log-in breaks its schema.
    #[error("the log-in is malformed")]
    Schema {
        /// The whole message for the client.
        message: String,
    },
    /// No, bad or expired credentials: never said which.
    #[error("the caller is not authenticated")]
    Unauthenticated,
    /// A way to log in that is not offered.
    #[error("the log-in method is not supported")]
    UnsupportedMethod,
    /// An application credential is good for its own project alone.
    #[error("an application credential cannot be scoped")]
    CredentialWithScope,
    /// A token of an application credential begets no further tokens.
    #[error("a delegated token cannot make tokens")]
    DelegatedToken,
    /// The caller's roles do not suffice.
    #[error("the policy forbids it")]
    Forbidden {
        /// The rule's name behind `identity:`, where the answer names it.
        rule: Option<&'static str>,
    },
    /// The token that is asked about was never issued, has expired or is revoked.
    #[error("no such token")]
    TokenNotFound,
    /// The request does not say which token it asks about.
    #[error("no token is asked about")]
    NoSubjectToken,
    /// No such account.
    #[error("no such {what}")]
    NotFound {
        /// Of which kind.
        what: &'static str,
        /// As it was asked for.
        id: String,
    },
    /// The user does not have that role in the project.
    #[error("no such role assignment")]
    AssignmentNotFound {
        /// Id of the role.
        role: String,
        /// Id of the user.
        user: String,
        /// Id of the project.
        project: String,
    },
    /// Nothing is made or removed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// A log-in of version 2.0 failed.
    #[error(transparent)]
    V2LogIn(#[from] V2LogInError),
    /// The caller calls too often.
    #[error("too many calls")]
    RateLimited {
        /// When to try again.
        retry_after: Duration,
    },
    /// Not now: too much in flight, or not in time.
    #[error("temporarily unavailable")]
    Busy {
        /// When to try again, where that is known.
        retry_after: Option<Duration>,
    },
    /// Revocations cannot be asked for, or not be stored.
    #[error("temporarily unavailable")]
    Unavailable(#[source] CoreError),
    /// A defect of ours.
    #[error("internal error")]
    Internal,
    /// An error of key pairs where none are touched.
    #[error("unexpected failure")]
    Failed(#[source] CoreError),
}

/// Why nothing is made or removed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is one of that name.
    #[error("the name is taken")]
    Conflict {
        /// Of which kind.
        what: &'static str,
        /// The name.
        name: String,
        /// Whether it is unique in its domain, rather than for its user.
        in_domain: bool,
    },
    /// What the config names cannot be removed by a call.
    #[error("the config names it")]
    Declared {
        /// Of which kind.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A token of an application credential manages none, unless that is unrestricted.
    #[error("a restricted token cannot manage application credentials")]
    RestrictedToken,
    /// The application credential cannot be.
    #[error("the application credential cannot be")]
    InvalidCredential {
        /// Why, in the client's words.
        detail: &'static str,
    },
    /// The user has as many application credentials as a user may.
    #[error("too many application credentials")]
    TooManyCredentials {
        /// The most.
        limit: usize,
    },
    /// Something should end at a time that is none.
    #[error("the time cannot be read")]
    BadTime,
    /// Something should end before it begins.
    #[error("the end is past")]
    EndIsPast,
}

impl ChangeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => "identity_conflict",
            Self::Declared { .. } => "identity_declared",
            Self::RestrictedToken => "identity_restricted_token",
            Self::InvalidCredential { .. } => "identity_invalid_credential",
            Self::TooManyCredentials { .. } => "identity_too_many_credentials",
            Self::BadTime => "identity_bad_time",
            Self::EndIsPast => "identity_end_is_past",
        }
    }
}

/// Why a log-in of version 2.0 failed.
#[derive(Debug, thiserror::Error)]
pub enum V2LogInError {
    /// It cannot be read.
    #[error("the log-in cannot be read")]
    Unparsable,
    /// A tenant is named in two ways.
    #[error("a tenant is named in two ways")]
    TenantNamedTwice,
    /// Wrong name, password, API key or token.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The user has no role in the tenant.
    #[error("the tenant is not the user's")]
    ForeignTenant {
        /// As it was asked for.
        tenant: String,
        /// The user's log-in name.
        user_name: String,
        /// The user's id.
        user_id: String,
    },
    /// The token's user has no role in the tenant.
    #[error("the tenant is not the token's")]
    TokenOfOtherTenant {
        /// As it was asked for.
        tenant: String,
    },
}

impl V2LogInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unparsable => "identity_unparsable_auth",
            Self::TenantNamedTwice => "identity_tenant_named_twice",
            Self::WrongCredentials => "identity_wrong_credentials",
            Self::ForeignTenant { .. } => "identity_foreign_tenant",
            Self::TokenOfOtherTenant { .. } => "identity_token_of_other_tenant",
        }
    }
}

impl Error {
    /// Stable label.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::RouteNotFound => "identity_unknown_path",
            Self::MethodNotAllowed { .. } => "identity_bad_method",
            Self::BodyTooLarge { .. } => "identity_body_too_large",
            Self::Missing { .. } => "identity_missing_attribute",
            Self::Schema { .. } => "identity_invalid",
            Self::Unauthenticated => "identity_unauthenticated",
            Self::UnsupportedMethod => "identity_unsupported_method",
            Self::CredentialWithScope => "identity_credential_with_scope",
            Self::DelegatedToken => "identity_delegated_token",
            Self::Forbidden { .. } => "identity_forbidden",
            Self::TokenNotFound => "identity_token_not_found",
            Self::NoSubjectToken => "identity_no_subject_token",
            Self::NotFound { .. } => "identity_not_found",
            Self::AssignmentNotFound { .. } => "identity_assignment_not_found",
            Self::Change(error) => error.code(),
            Self::V2LogIn(error) => error.code(),
            Self::RateLimited { .. } => "identity_rate_limited",
            Self::Busy { .. } => "identity_busy",
            Self::Unavailable(_) => "identity_unavailable",
            Self::Internal => "identity_internal",
            Self::Failed(_) => "identity_failed",
        }
    }

    /// Whose fault it is.
    pub(crate) fn blame(&self) -> Blame {
        match self {
            Self::Busy { .. } | Self::Unavailable(_) | Self::Internal | Self::Failed(_) => {
                Blame::Server
            }
            Self::RouteNotFound
            | Self::MethodNotAllowed { .. }
            | Self::BodyTooLarge { .. }
            | Self::Missing { .. }
            | Self::Schema { .. }
            | Self::Unauthenticated
            | Self::UnsupportedMethod
            | Self::CredentialWithScope
            | Self::DelegatedToken
            | Self::Forbidden { .. }
            | Self::TokenNotFound
            | Self::NoSubjectToken
            | Self::NotFound { .. }
            | Self::AssignmentNotFound { .. }
            | Self::Change(_)
            | Self::V2LogIn(_)
            | Self::RateLimited { .. } => Blame::Client,
        }
    }
}

impl From<EdgeError> for Error {
    fn from(error: EdgeError) -> Self {
        match error {
            EdgeError::RouteNotFound => Self::RouteNotFound,
            EdgeError::MethodNotAllowed { allow } => Self::MethodNotAllowed { allow },
            EdgeError::BodyTooLarge { limit_bytes } => Self::BodyTooLarge { limit_bytes },
            EdgeError::Unauthenticated => Self::Unauthenticated,
            EdgeError::RateLimited { retry_after, .. } => Self::RateLimited { retry_after },
            EdgeError::Overloaded { retry_after } => Self::Busy {
                retry_after: Some(retry_after),
            },
            EdgeError::DeadlineExceeded => Self::Busy { retry_after: None },
            EdgeError::Internal => Self::Internal,
        }
    }
}

impl From<CoreError> for Error {
    fn from(error: CoreError) -> Self {
        match error {
            source @ CoreError::StoreUnavailable { .. } => Self::Unavailable(source),
            source @ (CoreError::KeyPairExists { .. }
            | CoreError::PublicKeyExists
            | CoreError::KeyPairNotFound { .. }
            | CoreError::KeyPairInUse { .. }
            | CoreError::MarkerNotFound { .. }
            | CoreError::PartitionExists { .. }
            | CoreError::InvalidName { .. }
            | CoreError::InvalidPublicKey { .. }
            | CoreError::UnsupportedAlgorithm { .. }
            | CoreError::QuotaExceeded { .. }
            | CoreError::GenerationBusy { .. }
            | CoreError::GenerationFailed { .. }
            | CoreError::PrivateKeyNotKept { .. }
            | CoreError::WrongPassphrase
            | CoreError::KeepingUnavailable
            | CoreError::CorruptRecord { .. }) => Self::Failed(source),
        }
    }
}
