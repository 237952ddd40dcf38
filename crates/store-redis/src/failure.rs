//! What can go wrong between here and the server.

use keypair_core::ports::{ChangeError, InsertError, ScanError, StoreError};
use redis::RedisError;

use crate::record::RecordError;

/// Why a call on the server failed.
///
/// The server's own words are left out: they may quote the command, and with it what is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// No answer in time. The command may have been carried out.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The connection broke. The command may have been carried out.
    #[error("the connection to the server broke")]
    Dropped,
    /// The server cannot be reached.
    #[error("the server cannot be reached")]
    Unreachable,
    /// The server refused the command.
    #[error("the server refused: {category} ({code})")]
    Refused {
        /// What kind of refusal, in the client library's words.
        category: String,
        /// The first word of the server's answer, such as `OOM` or `READONLY`.
        code: String,
    },
    /// What is stored cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Too many others kept changing the same key pair.
    #[error("others kept changing the same key pair")]
    Contended,
}

impl Failure {
    /// Whether the command may or may not have been carried out.
    pub(crate) fn is_ambiguous(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Dropped | Self::Unreachable)
    }
}

impl From<RedisError> for Failure {
    fn from(error: RedisError) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connection_refusal() {
            Self::Unreachable
        } else if error.is_connection_dropped() || error.is_io_error() {
            Self::Dropped
        } else if matches!(
            error.kind(),
            redis::ErrorKind::Parse | redis::ErrorKind::UnexpectedReturnType
        ) {
            Self::Record(RecordError::Answer)
        } else {
            Self::Refused {
                category: error.category().to_owned(),
                code: error.code().unwrap_or("no code").to_owned(),
            }
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Record(error) => Self::Corrupt(error.into()),
            failure @ (Failure::TimedOut
            | Failure::Dropped
            | Failure::Unreachable
            | Failure::Refused { .. }
            | Failure::Contended) => Self::Unavailable(failure.into()),
        }
    }
}

impl From<Failure> for InsertError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

impl From<Failure> for ChangeError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}

impl From<Failure> for ScanError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}
