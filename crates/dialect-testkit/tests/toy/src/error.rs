//! The toy's faults.

use dialect_api::{Blame, EdgeError, WireError};
use http::StatusCode;
use keypair_core::Error as CoreError;

/// A fault: a status and a code.
#[derive(Debug, thiserror::Error)]
#[error("{code}")]
pub struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
}

pub(crate) fn fault(status: StatusCode, code: &'static str) -> Fault {
    Fault { status, code }
}

impl From<EdgeError> for Fault {
    fn from(error: EdgeError) -> Self {
        match error {
            EdgeError::RouteNotFound => fault(StatusCode::NOT_FOUND, "no-path"),
            EdgeError::MethodNotAllowed { .. } => {
                fault(StatusCode::METHOD_NOT_ALLOWED, "no-method")
            }
            EdgeError::BodyTooLarge { .. } => fault(StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            EdgeError::Unauthenticated => fault(StatusCode::UNAUTHORIZED, "who-are-you"),
            EdgeError::RateLimited { .. } => fault(StatusCode::TOO_MANY_REQUESTS, "slower"),
            EdgeError::Overloaded { .. } => fault(StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            EdgeError::DeadlineExceeded => fault(StatusCode::GATEWAY_TIMEOUT, "deadline"),
            EdgeError::Internal => fault(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl From<CoreError> for Fault {
    fn from(error: CoreError) -> Self {
        let code = error.kind();
        let status = match error {
            CoreError::KeyPairExists { .. }
            | CoreError::PublicKeyExists
            | CoreError::KeyPairInUse { .. }
            | CoreError::PartitionExists { .. } => StatusCode::CONFLICT,
            CoreError::KeyPairNotFound { .. }
            | CoreError::MarkerNotFound { .. }
            | CoreError::PrivateKeyNotKept { .. } => StatusCode::NOT_FOUND,
            CoreError::InvalidName { .. }
            | CoreError::InvalidPublicKey { .. }
            | CoreError::UnsupportedAlgorithm { .. } => StatusCode::BAD_REQUEST,
            CoreError::QuotaExceeded { .. } | CoreError::WrongPassphrase => StatusCode::FORBIDDEN,
            CoreError::GenerationBusy { .. }
            | CoreError::KeepingUnavailable
            | CoreError::StoreUnavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            CoreError::GenerationFailed { .. } | CoreError::CorruptRecord { .. } => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        fault(status, code)
    }
}

impl WireError for Fault {
    fn code(&self) -> &'static str {
        self.code
    }

    fn blame(&self) -> Blame {
        if self.status.is_server_error() {
            Blame::Server
        } else {
            Blame::Client
        }
    }
}
