//! How narrow errors of stores, generators and sealers become errors of the domain.

use crate::error::{Error, Source};
use crate::material::KeySpec;
use crate::model::{KeyName, Limit, Obstacles, Precedence, Selector};
use crate::ports::{ChangeError, Conflicts, GenerateError, Look, SealError, StoreError};

/// The error to report for what was in the way of an insert; `None` if only an identifier was.
pub(super) fn refusal(
    conflicts: Conflicts,
    precedence: Precedence,
    name: impl FnOnce() -> KeyName,
) -> Option<Error> {
    let quota = conflicts
        .quota_reached
        .map(|limit| Error::QuotaExceeded { limit });
    let taken = if conflicts.name_taken {
        Some(Error::KeyPairExists { name: name() })
    } else if conflicts.public_key_taken {
        Some(Error::PublicKeyExists)
    } else {
        None
    };
    match precedence {
        Precedence::NameFirst => taken.or(quota),
        Precedence::QuotaFirst => quota.or(taken),
    }
}

pub(super) fn obstacles(look: Look, default: Limit) -> Obstacles {
    let limit = look.stored_limit.unwrap_or(default);
    Obstacles {
        name_taken: look.name_taken,
        quota_reached: limit.admit_one_more(look.used).err(),
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) => Self::StoreUnavailable { source },
            StoreError::Corrupt(source) => Self::CorruptRecord { source },
        }
    }
}

impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoServerKey => Self::KeepingUnavailable,
            SealError::WrongPassphrase => Self::WrongPassphrase,
            SealError::Damaged(source) => Self::CorruptRecord { source },
            SealError::Failed(source) => Self::GenerationFailed { source },
        }
    }
}

pub(super) fn generation_error(error: GenerateError, spec: KeySpec) -> Error {
    match error {
        GenerateError::Unsupported => Error::UnsupportedAlgorithm {
            algorithm: format!("{spec:?}"),
        },
        GenerateError::Busy { retry_after } => Error::GenerationBusy { retry_after },
        GenerateError::Failed(source) => Error::GenerationFailed { source },
    }
}

/// Names the selector that a store's positional error is about.
pub(super) fn change_error(
    error: ChangeError,
    which: &[Selector],
    new_name: Option<&KeyName>,
) -> Error {
    let lost = || Error::CorruptRecord {
        source: Source::from("the store named a position that was not asked for"),
    };
    match error {
        ChangeError::NotFound(at) => {
            which
                .get(at)
                .map_or_else(lost, |selector| Error::KeyPairNotFound {
                    selector: selector.clone(),
                })
        }
        ChangeError::InUse(at) => which
            .get(at)
            .map_or_else(lost, |selector| Error::KeyPairInUse {
                selector: selector.clone(),
            }),
        ChangeError::NameTaken => {
            new_name.map_or_else(lost, |name| Error::KeyPairExists { name: name.clone() })
        }
        ChangeError::Store(error) => error.into(),
    }
}
