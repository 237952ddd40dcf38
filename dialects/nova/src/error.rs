//! Compute's faults: which there are, where they come from, and whose they are.

mod envelope;
mod fault;
mod page;

use std::time::Duration;

use dialect_api::{Blame, EdgeError, WireError};
use keypair_core::{Error as CoreError, NameProblem, PublicKeyProblem, Selector};

use crate::identity;
use crate::request::microversion::Disagreement;

pub(crate) use envelope::render;

/// Everything that can be wrong with a call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A refusal of the gateway, or one that compute has in common with it: an unknown path, a
    /// missing method, a body that is too long, an unknown caller.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// A fault of the identity service.
    #[error(transparent)]
    Identity(identity::Error),
    /// The token could not be checked.
    #[error("the token could not be checked")]
    TokenUnchecked(#[source] CoreError),
    /// What stands in a microversion header is no version.
    #[error("the microversion is malformed")]
    VersionMalformed {
        /// As it was asked for.
        asked: String,
    },
    /// The microversion is not offered.
    #[error("the microversion is not offered")]
    VersionNotOffered {
        /// As it was asked for.
        asked: String,
    },
    /// The body's type is none that can be read.
    #[error("the content type is not supported")]
    UnsupportedContentType,
    /// The body is not JSON.
    #[error("the body is not JSON")]
    MalformedBody,
    /// The path names another project than the token.
    #[error("the path names another project than the token")]
    ForeignProject {
        /// The path's.
        asked: String,
        /// The token's, if it has one.
        own: Option<String>,
    },
    /// The body or the query breaks a rule.
    #[error("the request is invalid")]
    Invalid {
        /// The whole message for the client.
        message: String,
    },
    /// The caller may not do that.
    #[error("the policy forbids it")]
    PolicyDenied {
        /// The rule's name behind `os_compute_api:`.
        rule: &'static str,
    },
    /// There is no project of that id.
    #[error("no such project")]
    InvalidProject {
        /// As it was asked for.
        project: String,
    },
    /// There is no extension of that alias, no version of that id.
    #[error("no such resource")]
    ResourceNotFound,
    /// A quota is needed and the token has no project.
    #[error("the token has no project")]
    NoProject,
    /// The user has as many key pairs as the project allows.
    #[error("the quota is reached")]
    QuotaExceeded,
    /// The name holds a character that no name may hold.
    #[error("the name holds a character that it may not")]
    UnsafeName,
    /// The name is empty or too long.
    #[error("the name is empty or too long")]
    NameLength,
    /// The public key is not an OpenSSH one.
    #[error("the public key is not valid")]
    BadPublicKey,
    /// The public key is not a certificate.
    #[error("the certificate is not valid")]
    BadCertificate,
    /// A key pair of that name exists.
    #[error("a key pair of that name exists")]
    KeyPairExists {
        /// The name, as stored.
        name: String,
    },
    /// No such key pair.
    #[error("no such key pair")]
    KeyPairNotFound {
        /// What was asked for.
        name: String,
        /// Whose it should be, where that is known.
        user_id: Option<String>,
    },
    /// Something uses the key pair.
    #[error("the key pair is in use")]
    KeyPairInUse {
        /// Its name.
        name: String,
    },
    /// A page should start after a key pair that is not there.
    #[error("no such marker")]
    MarkerNotFound {
        /// As it was asked for.
        marker: String,
    },
    /// Something that is needed is not there now.
    #[error("temporarily unavailable")]
    Unavailable {
        /// When to try again, where that is known.
        retry_after: Option<Duration>,
        /// What failed.
        #[source]
        source: CoreError,
    },
    /// Something failed that should not, or that was not asked for.
    #[error("unexpected failure")]
    Failed(#[source] CoreError),
}

impl Error {
    /// A core error about the key pairs of a user.
    pub(crate) fn about(user_id: &str) -> impl FnOnce(CoreError) -> Self {
        move |error| {
            let mut error = Self::from(error);
            if let Self::KeyPairNotFound { user_id: owner, .. } = &mut error {
                *owner = Some(user_id.to_owned());
            }
            error
        }
    }
}

impl From<CoreError> for Error {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::KeyPairExists { name } => Self::KeyPairExists {
                name: name.as_str().to_owned(),
            },
            CoreError::KeyPairNotFound { selector } => Self::KeyPairNotFound {
                name: text_of(&selector),
                user_id: None,
            },
            CoreError::KeyPairInUse { selector } => Self::KeyPairInUse {
                name: text_of(&selector),
            },
            CoreError::MarkerNotFound { marker } => Self::MarkerNotFound {
                marker: marker.as_str().to_owned(),
            },
            CoreError::InvalidName { problem } => match problem {
                NameProblem::ControlCharacter => Self::UnsafeName,
                NameProblem::Empty | NameProblem::TooLong { .. } => Self::NameLength,
            },
            CoreError::InvalidPublicKey { problem } => problem.into(),
            CoreError::QuotaExceeded { .. } => Self::QuotaExceeded,
            CoreError::GenerationBusy { retry_after } => Self::Unavailable {
                retry_after: Some(retry_after),
                source: CoreError::GenerationBusy { retry_after },
            },
            source @ CoreError::StoreUnavailable { .. } => Self::Unavailable {
                retry_after: None,
                source,
            },
            source @ (CoreError::PublicKeyExists
            | CoreError::PartitionExists { .. }
            | CoreError::UnsupportedAlgorithm { .. }
            | CoreError::GenerationFailed { .. }
            | CoreError::PrivateKeyNotKept { .. }
            | CoreError::WrongPassphrase
            | CoreError::KeepingUnavailable
            | CoreError::CorruptRecord { .. }) => Self::Failed(source),
        }
    }
}

impl From<PublicKeyProblem> for Error {
    fn from(problem: PublicKeyProblem) -> Self {
        match problem {
            PublicKeyProblem::BadCertificate => Self::BadCertificate,
            PublicKeyProblem::TooLong { .. }
            | PublicKeyProblem::NotALine
            | PublicKeyProblem::UnknownType
            | PublicKeyProblem::BadBase64
            | PublicKeyProblem::Malformed
            | PublicKeyProblem::Implausible => Self::BadPublicKey,
        }
    }
}

impl From<Disagreement> for Error {
    fn from(disagreement: Disagreement) -> Self {
        match disagreement {
            Disagreement::Malformed { asked } => Self::VersionMalformed { asked },
            Disagreement::NotOffered { asked } => Self::VersionNotOffered { asked },
        }
    }
}

fn text_of(selector: &Selector) -> String {
    match selector {
        Selector::Name(name) => name.as_str(),
        Selector::Id(id) => id.as_str(),
    }
    .to_owned()
}

impl WireError for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Edge(edge) => edge_code(edge),
            Self::Identity(error) => error.code(),
            Self::TokenUnchecked(_) => "token_unchecked",
            Self::VersionMalformed { .. } => "version_malformed",
            Self::VersionNotOffered { .. } => "version_not_offered",
            Self::UnsupportedContentType => "unsupported_content_type",
            Self::MalformedBody => "malformed_body",
            Self::ForeignProject { .. } => "foreign_project",
            Self::Invalid { .. } => "invalid",
            Self::PolicyDenied { .. } => "policy_denied",
            Self::InvalidProject { .. } => "invalid_project",
            Self::ResourceNotFound => "resource_not_found",
            Self::NoProject => "no_project",
            Self::QuotaExceeded => "quota_exceeded",
            Self::UnsafeName => "unsafe_name",
            Self::NameLength => "name_length",
            Self::BadPublicKey => "bad_public_key",
            Self::BadCertificate => "bad_certificate",
            Self::KeyPairExists { .. } => "key_pair_exists",
            Self::KeyPairNotFound { .. } => "key_pair_not_found",
            Self::KeyPairInUse { .. } => "key_pair_in_use",
            Self::MarkerNotFound { .. } => "marker_not_found",
            Self::Unavailable { .. } => "unavailable",
            Self::Failed(_) => "failed",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Edge(edge) => edge_blame(edge),
            Self::Identity(error) => error.blame(),
            Self::TokenUnchecked(_) | Self::Unavailable { .. } | Self::Failed(_) => Blame::Server,
            Self::VersionMalformed { .. }
            | Self::VersionNotOffered { .. }
            | Self::UnsupportedContentType
            | Self::MalformedBody
            | Self::ForeignProject { .. }
            | Self::Invalid { .. }
            | Self::PolicyDenied { .. }
            | Self::InvalidProject { .. }
            | Self::ResourceNotFound
            | Self::NoProject
            | Self::QuotaExceeded
            | Self::UnsafeName
            | Self::NameLength
            | Self::BadPublicKey
            | Self::BadCertificate
            | Self::KeyPairExists { .. }
            | Self::KeyPairNotFound { .. }
            | Self::KeyPairInUse { .. }
            | Self::MarkerNotFound { .. } => Blame::Client,
        }
    }
}

fn edge_code(edge: &EdgeError) -> &'static str {
    match edge {
        EdgeError::RouteNotFound => "unknown_path",
        EdgeError::MethodNotAllowed { .. } => "bad_method",
        EdgeError::BodyTooLarge { .. } => "body_too_large",
        EdgeError::Unauthenticated => "unauthenticated",
        EdgeError::RateLimited { .. } => "rate_limited",
        EdgeError::Overloaded { .. } => "overloaded",
        EdgeError::DeadlineExceeded => "deadline_exceeded",
        EdgeError::Internal => "internal",
    }
}

fn edge_blame(edge: &EdgeError) -> Blame {
    match edge {
        EdgeError::RouteNotFound
        | EdgeError::MethodNotAllowed { .. }
        | EdgeError::BodyTooLarge { .. }
        | EdgeError::Unauthenticated
        | EdgeError::RateLimited { .. } => Blame::Client,
        EdgeError::Overloaded { .. } | EdgeError::DeadlineExceeded | EdgeError::Internal => {
            Blame::Server
        }
    }
}
