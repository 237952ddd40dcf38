//! What the core's errors and the gateway's refusals are called in this cloud.

use dialect_api::EdgeError;
use keypair_core::{NameProblem, Selector};

use super::{Error, NameCode};

impl From<EdgeError> for Error {
    fn from(error: EdgeError) -> Self {
        match error {
            EdgeError::RouteNotFound => Self::InvalidAction,
            EdgeError::MethodNotAllowed { .. } => Self::UnsupportedProtocol,
            EdgeError::BodyTooLarge { .. } => Self::RequestTooLarge,
            EdgeError::Unauthenticated => Self::SignatureFailure,
            EdgeError::RateLimited { limit, .. } => Self::RequestLimitExceeded { limit },
            EdgeError::Overloaded { .. } => Self::Busy,
            EdgeError::DeadlineExceeded | EdgeError::Internal => Self::Internal { source: None },
        }
    }
}

impl From<keypair_core::Error> for Error {
    fn from(error: keypair_core::Error) -> Self {
        use keypair_core::Error as Core;
        match error {
            Core::KeyPairExists { name } => Self::NameDuplicate(name.to_string()),
            Core::PublicKeyExists => Self::PublicKeyDuplicate,
            Core::KeyPairNotFound { selector } => Self::KeyIdNotFound(selected(&selector)),
            Core::KeyPairInUse { selector } => Self::KeyPairNotSupported(selected(&selector)),
            Core::InvalidName { problem } => match problem {
                NameProblem::Empty => Self::NameEmpty(NameCode::Own),
                NameProblem::TooLong { .. } | NameProblem::ControlCharacter => {
                    Self::InvalidValue("KeyName".to_owned())
                }
            },
            Core::InvalidPublicKey { .. } => Self::PublicKeyMalformed,
            Core::QuotaExceeded { limit } => Self::KeyPairLimit(limit),
            Core::GenerationBusy { .. } => Self::Busy,
            Core::GenerationFailed { source }
            | Core::StoreUnavailable { source }
            | Core::CorruptRecord { source } => Self::Internal {
                source: Some(source),
            },
            // Nothing that this cloud offers leads here.
            error @ (Core::MarkerNotFound { .. }
            | Core::PartitionExists { .. }
            | Core::UnsupportedAlgorithm { .. }
            | Core::PrivateKeyNotKept { .. }
            | Core::WrongPassphrase
            | Core::KeepingUnavailable) => Self::Internal {
                source: Some(Box::new(error)),
            },
        }
    }
}

fn selected(selector: &Selector) -> String {
    match selector {
        Selector::Name(name) => name.to_string(),
        Selector::Id(id) => id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use dialect_api::WireError as _;

    use crate::error::Error;

    #[test]
    fn codes_that_terraform_retries_for_minutes_are_never_ours() {
        // Source: the provider's list of retried codes; deleting also retries `InvalidKeyPair`.
        const RETRIED: [&str; 3] = ["ResourceInUse", "ResourceUnavailable", "ResourceBusy"];
        for example in keypair_core::Error::examples() {
            let code = Error::from(example).code();
            assert!(
                !RETRIED.iter().any(|retried| code.starts_with(retried)),
                "{code}"
            );
        }
    }

    #[test]
    fn the_technical_cause_is_in_no_message() {
        for example in keypair_core::Error::examples() {
            let message = Error::from(example).to_string();
            assert!(!message.contains("technical cause"), "{message}");
        }
    }
}
