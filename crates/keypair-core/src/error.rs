//! What can go wrong in the domain. Errors carry facts; sentences belong to the dialects.

use std::time::Duration;

use crate::model::{KeyName, KeyPairId, Partition, Selector};

/// The technical cause of an error, for the log only: its text never reaches a client.
pub type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why a call on key pairs failed. Closed on purpose: a new variant must get an answer in every
/// dialect before the workspace compiles.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key pair of that name exists in the partition.
    #[error("a key pair of that name exists")]
    KeyPairExists {
        /// The taken name.
        name: KeyName,
    },
    /// The tenant has that public key already and asked for unique ones.
    #[error("that public key exists")]
    PublicKeyExists,
    /// No such key pair in the scope.
    #[error("no such key pair")]
    KeyPairNotFound {
        /// What was looked for.
        selector: Selector,
    },
    /// A key pair that is in use cannot be deleted.
    #[error("the key pair is in use")]
    KeyPairInUse {
        /// The key pair in use.
        selector: Selector,
    },
    /// The key pair after which a page should start does not exist.
    #[error("no such marker")]
    MarkerNotFound {
        /// The marker.
        marker: KeyName,
    },
    /// The partition exists already.
    #[error("the partition exists")]
    PartitionExists {
        /// The partition.
        partition: Partition,
    },
    /// The name breaks a rule that every cloud has.
    #[error("the name is not valid")]
    InvalidName {
        /// Which rule.
        problem: NameProblem,
    },
    /// The public key cannot be accepted.
    #[error("the public key is not valid")]
    InvalidPublicKey {
        /// What is wrong with it.
        problem: PublicKeyProblem,
    },
    /// No generator makes such keys.
    #[error("the algorithm is not supported")]
    UnsupportedAlgorithm {
        /// What was asked for.
        algorithm: String,
    },
    /// One more key pair would exceed the limit.
    #[error("the quota is reached")]
    QuotaExceeded {
        /// The limit.
        limit: u32,
    },
    /// Too many keys are being generated.
    #[error("key generation is busy")]
    GenerationBusy {
        /// When to try again.
        retry_after: Duration,
    },
    /// A key could not be generated.
    #[error("key generation failed")]
    GenerationFailed {
        /// Why.
        source: Source,
    },
    /// The key pair has no kept private key.
    #[error("no private key is kept")]
    PrivateKeyNotKept {
        /// The key pair.
        selector: Selector,
    },
    /// The kept private key does not open with that passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// Private keys cannot be kept: the server has no key to seal them under.
    #[error("private keys cannot be kept without a server key")]
    KeepingUnavailable,
    /// The store did not answer, or not in time.
    #[error("the store is unavailable")]
    StoreUnavailable {
        /// Why.
        source: Source,
    },
    /// A stored record cannot be read.
    #[error("a stored record is corrupt")]
    CorruptRecord {
        /// Why.
        source: Source,
    },
}

impl Error {
    /// The variant's name, for tests and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::KeyPairExists { .. } => "KeyPairExists",
            Self::PublicKeyExists => "PublicKeyExists",
            Self::KeyPairNotFound { .. } => "KeyPairNotFound",
            Self::KeyPairInUse { .. } => "KeyPairInUse",
            Self::MarkerNotFound { .. } => "MarkerNotFound",
            Self::PartitionExists { .. } => "PartitionExists",
            Self::InvalidName { .. } => "InvalidName",
            Self::InvalidPublicKey { .. } => "InvalidPublicKey",
            Self::UnsupportedAlgorithm { .. } => "UnsupportedAlgorithm",
            Self::QuotaExceeded { .. } => "QuotaExceeded",
            Self::GenerationBusy { .. } => "GenerationBusy",
            Self::GenerationFailed { .. } => "GenerationFailed",
            Self::PrivateKeyNotKept { .. } => "PrivateKeyNotKept",
            Self::WrongPassphrase => "WrongPassphrase",
            Self::KeepingUnavailable => "KeepingUnavailable",
            Self::StoreUnavailable { .. } => "StoreUnavailable",
            Self::CorruptRecord { .. } => "CorruptRecord",
        }
    }

    /// One value of every variant, so that tests can demand an answer to each.
    pub fn examples() -> Vec<Self> {
        let Ok(name) = KeyName::parse("example") else {
            return Vec::new();
        };
        let selector = Selector::Id(KeyPairId::new("example-id"));
        let source = || Source::from("technical cause that no client may read");
        vec![
            Self::KeyPairExists { name: name.clone() },
            Self::PublicKeyExists,
            Self::KeyPairNotFound {
                selector: Selector::Name(name.clone()),
            },
            Self::KeyPairInUse {
                selector: selector.clone(),
            },
            Self::MarkerNotFound { marker: name },
            Self::PartitionExists {
                partition: Partition::new("example"),
            },
            Self::InvalidName {
                problem: NameProblem::ControlCharacter,
            },
            Self::InvalidPublicKey {
                problem: PublicKeyProblem::Malformed,
            },
            Self::UnsupportedAlgorithm {
                algorithm: "example".to_owned(),
            },
            Self::QuotaExceeded { limit: 100 },
            Self::GenerationBusy {
                retry_after: Duration::from_secs(2),
            },
            Self::GenerationFailed { source: source() },
            Self::PrivateKeyNotKept { selector },
            Self::WrongPassphrase,
            Self::KeepingUnavailable,
            Self::StoreUnavailable { source: source() },
            Self::CorruptRecord { source: source() },
        ]
    }
}

/// Why a name is refused by every cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// It is empty.
    #[error("empty")]
    Empty,
    /// It is longer than names may be.
    #[error("longer than {max_chars} characters")]
    TooLong {
        /// The most Unicode scalar values.
        max_chars: usize,
    },
    /// It holds a control character.
    #[error("holds a control character")]
    ControlCharacter,
}

/// Why a public key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyProblem {
    /// Longer than any key of a supported type.
    #[error("longer than {max_bytes} bytes")]
    TooLong {
        /// The most bytes.
        max_bytes: usize,
    },
    /// The text is not `type base64 [comment]`.
    #[error("not an OpenSSH public key line")]
    NotALine,
    /// The type word is none that is accepted.
    #[error("a key type that is not accepted")]
    UnknownType,
    /// The base64 is damaged.
    #[error("damaged base64")]
    BadBase64,
    /// The blob does not parse completely as its type.
    #[error("damaged key data")]
    Malformed,
    /// A number or point of the key cannot belong to such a key.
    #[error("key data that no such key can have")]
    Implausible,
    /// A certificate that cannot be read.
    #[error("not a certificate")]
    BadCertificate,
}
