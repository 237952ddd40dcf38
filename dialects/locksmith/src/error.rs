//! The cloud's fault catalogue: every refusal, its words and its HTTP status.

use std::time::Duration;

use dialect_api::{Blame, EdgeError, Response, WireError, whole_seconds};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

use crate::response::{failure, page_not_found, with_header};
use crate::validate::Subject;

/// The status of whatever fails on the server while a key pair is created.
const GENERATION_ERROR: &str = "key-pair-generation-error";
/// The message beside it.
const GENERATION_MESSAGE: &str = "Key Pair generation error!";

/// One kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    UnknownPath,
    MethodNotAllowed,
    RequestTooLarge,
    Unauthorized,
    RateLimited { retry_after: Duration },
    Overloaded { retry_after: Duration },
    TimedOut,
    Internal,
    StorageUnavailable,
    InvalidJson,
    KeyPairIdMissing,
    FileNameTooLong,
    KeyPairExists,
    QuotaExceeded,
    GenerationBusy,
    GenerationFailed,
    KeepingUnavailable,
    StorageUnavailableToCreate,
    InvalidKeyStore,
    EmptyKeyStore,
    NoKeyPairId,
    InvalidKeyPairId,
    NoPrivateKey,
    EmptyPrivateKey,
    PrivateKeyDecryption,
    KeyStoreNameMissing,
    KeyStoreExists,
    KeyStoreNameTooLong,
}

/// What the catalogue says of a fault besides its words.
struct Entry {
    blame: Blame,
    http: StatusCode,
    /// The envelope's `status`, which is also what metrics and logs call the fault.
    status: &'static str,
}

impl Fault {
    /// The catalogue. The cloud answers 200 to everything on a path that it knows; other statuses
    /// are for what it leaves to a gateway in front of it.
    ///
    /// Source: the cloud's program and documentation. `request-too-large`, `unauthorized`,
    /// `rate-limited` and `internal-error` are ours.
    fn entry(self) -> Entry {
        use Blame::{Client, Server};
        let (blame, http, status) = match self {
            Self::UnknownPath => (Client, StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed => (Client, StatusCode::OK, "method-not-allowed"),
            Self::RequestTooLarge => (Client, StatusCode::PAYLOAD_TOO_LARGE, "request-too-large"),
            Self::Unauthorized => (Client, StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::RateLimited { .. } => (Client, StatusCode::TOO_MANY_REQUESTS, "rate-limited"),
            Self::Overloaded { .. } => (Server, StatusCode::SERVICE_UNAVAILABLE, "internal-error"),
            Self::TimedOut => (Server, StatusCode::GATEWAY_TIMEOUT, "internal-error"),
            Self::Internal | Self::StorageUnavailable => {
                (Server, StatusCode::INTERNAL_SERVER_ERROR, "internal-error")
            }
            Self::InvalidJson | Self::FileNameTooLong | Self::QuotaExceeded => {
                (Client, StatusCode::OK, GENERATION_ERROR)
            }
            Self::GenerationBusy
            | Self::GenerationFailed
            | Self::KeepingUnavailable
            | Self::StorageUnavailableToCreate => (Server, StatusCode::OK, GENERATION_ERROR),
            Self::KeyPairIdMissing => (Client, StatusCode::OK, "key-pair-id-missing"),
            Self::KeyPairExists => (Client, StatusCode::OK, "key-pair-exists"),
            Self::InvalidKeyStore => (Client, StatusCode::OK, "invalid-key-store"),
            Self::EmptyKeyStore => (Client, StatusCode::OK, "empty-key-store"),
            Self::NoKeyPairId => (Client, StatusCode::OK, "no-key-pair-id"),
            Self::InvalidKeyPairId => (Client, StatusCode::OK, "invalid-key-pair-id"),
            Self::NoPrivateKey => (Client, StatusCode::OK, "no-private-key"),
            Self::EmptyPrivateKey => (Server, StatusCode::OK, "empty-private-key"),
            Self::PrivateKeyDecryption => (Client, StatusCode::OK, "private-key-decryption-error"),
            Self::KeyStoreNameMissing => (Client, StatusCode::OK, "key-store-name-missing"),
            Self::KeyStoreExists | Self::KeyStoreNameTooLong => {
                (Client, StatusCode::OK, "key-store-creation-failed")
            }
        };
        Entry {
            blame,
            http,
            status,
        }
    }

    /// The one entry of the envelope's `errors`, with places for what the fault is about.
    fn template(self) -> &'static str {
        match self {
            Self::UnknownPath => "page not found",
            Self::MethodNotAllowed => "method not allowed",
            Self::RequestTooLarge => "Request body too large!",
            Self::Unauthorized => "Unauthorized!",
            Self::RateLimited { .. } => "Too many requests!",
            Self::Overloaded { .. } => "Server is overloaded!",
            Self::TimedOut => "Request timed out!",
            Self::Internal => "Internal error!",
            Self::StorageUnavailable | Self::StorageUnavailableToCreate => {
                "Key Store storage is unavailable!"
            }
            Self::InvalidJson => "Invalid JSON!",
            Self::KeyPairIdMissing => "Key Pair ID parameter missing!  Pass with `key_pair_id`",
            Self::FileNameTooLong | Self::KeyStoreNameTooLong => "file name too long",
            Self::KeyPairExists => "Key Pair '{id}' in Key Store '{store}' already exists!",
            Self::QuotaExceeded => "Key Pair quota exceeded!",
            Self::GenerationBusy => "Key Pair generation is busy!",
            Self::GenerationFailed => "Key Pair could not be generated!",
            Self::KeepingUnavailable => "Private Keys cannot be stored!",
            Self::InvalidKeyStore => "Invalid Key Store '{store}'!",
            Self::EmptyKeyStore => "Key Store '{store}' is empty!",
            Self::NoKeyPairId => "No Key Pair ID specified!",
            Self::InvalidKeyPairId => "Invalid Key Pair ID in Key Store '{store}'!",
            Self::NoPrivateKey => {
                "No Private Key is stored for Key Pair ID '{sent}' ({id}) in Key Store '{store}'!"
            }
            Self::EmptyPrivateKey => {
                "Private Key file is empty for Key Pair ID '{sent}' ({id}) in Key Store '{store}'!"
            }
            Self::PrivateKeyDecryption => {
                "Private Key decryption failed for Key Pair ID '{sent}' ({id}) in Key Store '{store}'!"
            }
            Self::KeyStoreNameMissing => {
                "Key Store name parameter missing!  Pass with `key_store_name`"
            }
            Self::KeyStoreExists => "Key store exists!",
        }
    }

    /// When to try again, in whole seconds, where the answer says so.
    fn retry_after_seconds(self) -> Option<u64> {
        if let Self::RateLimited { retry_after } | Self::Overloaded { retry_after } = self {
            return Some(whole_seconds(retry_after).max(1));
        }
        None
    }
}

/// A refusal on its way to the caller: its kind, what it is about, and its cause for the log.
#[derive(Debug, thiserror::Error)]
#[error("{}", fault.entry().status)]
pub struct Error {
    fault: Fault,
    subject: Box<Subject>,
    source: Option<keypair_core::Error>,
}

impl Error {
    /// A refusal of something.
    pub(crate) fn about(fault: Fault, subject: Subject) -> Self {
        Self {
            fault,
            subject: Box::new(subject),
            source: None,
        }
    }

    /// What the domain refused, of a call about something.
    pub(crate) fn of(error: keypair_core::Error, subject: Subject) -> Self {
        Self {
            subject: Box::new(subject),
            ..Self::from(error)
        }
    }

    /// What the domain refused while a key pair was to be created: there the cloud has a status of
    /// its own for whatever fails on the server.
    pub(crate) fn creating(error: keypair_core::Error, subject: Subject) -> Self {
        let mut error = Self::of(error, subject);
        if error.fault == Fault::StorageUnavailable {
            error.fault = Fault::StorageUnavailableToCreate;
        } else if error.fault == Fault::Internal {
            error.fault = Fault::GenerationFailed;
        }
        error
    }

    /// What the domain refused while a kept private key was to be opened.
    pub(crate) fn revealing(error: keypair_core::Error, subject: Subject) -> Self {
        // The cloud's nearest word for a kept key that cannot be read is an empty key file.
        let damaged = matches!(error, keypair_core::Error::CorruptRecord { .. });
        let mut error = Self::of(error, subject);
        if damaged {
            error.fault = Fault::EmptyPrivateKey;
        } else if error.fault == Fault::InvalidKeyPairId {
            // Asked for a private key, the cloud looks for its file, not for the key pair.
            error.fault = Fault::NoPrivateKey;
        } else if error.fault == Fault::KeepingUnavailable {
            error.fault = Fault::StorageUnavailable;
        }
        error
    }

    /// The kind.
    pub(crate) fn fault(&self) -> Fault {
        self.fault
    }

    /// The answer.
    pub(crate) fn answer(&self) -> Response {
        if self.fault == Fault::UnknownPath {
            return page_not_found();
        }
        let Entry { http, status, .. } = self.fault.entry();
        let text = self.subject.fill_in(self.fault.template());
        let message = (status == GENERATION_ERROR).then_some(GENERATION_MESSAGE);
        let mut response = failure(http, status, &text, message);
        if let Some(seconds) = self.fault.retry_after_seconds() {
            with_header(&mut response, RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.fault == Fault::Unauthorized {
            // The cloud has no such answer; HTTP wants the scheme beside the status.
            let scheme = HeaderValue::from_static("Bearer");
            with_header(&mut response, WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl WireError for Error {
    fn code(&self) -> &'static str {
        self.fault.entry().status
    }

    fn blame(&self) -> Blame {
        self.fault.entry().blame
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::about(fault, Subject::default())
    }
}

impl From<EdgeError> for Error {
    fn from(error: EdgeError) -> Self {
        match error {
            EdgeError::RouteNotFound => Fault::UnknownPath,
            EdgeError::MethodNotAllowed { .. } => Fault::MethodNotAllowed,
            EdgeError::BodyTooLarge { .. } => Fault::RequestTooLarge,
            EdgeError::Unauthenticated => Fault::Unauthorized,
            EdgeError::RateLimited { retry_after, .. } => Fault::RateLimited { retry_after },
            EdgeError::Overloaded { retry_after } => Fault::Overloaded { retry_after },
            EdgeError::DeadlineExceeded => Fault::TimedOut,
            EdgeError::Internal => Fault::Internal,
        }
        .into()
    }
}

impl From<keypair_core::Error> for Error {
    fn from(error: keypair_core::Error) -> Self {
        use keypair_core::Error as Core;
        let fault = match &error {
            Core::KeyPairExists { .. } => Fault::KeyPairExists,
            Core::KeyPairNotFound { .. } => Fault::InvalidKeyPairId,
            Core::PartitionExists { .. } => Fault::KeyStoreExists,
            Core::QuotaExceeded { .. } => Fault::QuotaExceeded,
            Core::GenerationBusy { .. } => Fault::GenerationBusy,
            Core::GenerationFailed { .. } | Core::UnsupportedAlgorithm { .. } => {
                Fault::GenerationFailed
            }
            Core::PrivateKeyNotKept { .. } => Fault::NoPrivateKey,
            Core::WrongPassphrase => Fault::PrivateKeyDecryption,
            Core::KeepingUnavailable => Fault::KeepingUnavailable,
            Core::StoreUnavailable { .. } | Core::CorruptRecord { .. } => Fault::StorageUnavailable,
            // This cloud imports, deletes and pages nothing, and its ids pass every cloud's rules.
            Core::PublicKeyExists
            | Core::KeyPairInUse { .. }
            | Core::MarkerNotFound { .. }
            | Core::InvalidName { .. }
            | Core::InvalidPublicKey { .. } => Fault::Internal,
        };
        Self {
            source: Some(error),
            ..Self::from(fault)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Fault;

    #[test]
    fn callers_are_never_asked_back_too_early() {
        for (milliseconds, seconds) in [(0, 1), (1, 1), (1_000, 1), (5_200, 6)] {
            let retry_after = Duration::from_millis(milliseconds);
            let fault = Fault::RateLimited { retry_after };
            assert_eq!(fault.retry_after_seconds(), Some(seconds));
        }
        assert_eq!(Fault::Internal.retry_after_seconds(), None);
    }
}
