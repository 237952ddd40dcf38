//! The layer under a passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use keypair_core::Passphrase;
use keypair_core::ports::SealError;
use zeroize::Zeroizing;

use crate::{Damage, layer};

/// The first byte of an inner record that is sealed under a passphrase.
pub(crate) const KIND: u8 = 1;

const SALT_BYTES: usize = 16;
/// Kind, three numbers of the cost, salt.
const HEADER_BYTES: usize = 1 + 3 * 4 + SALT_BYTES;

/// What it costs to try one passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// What is sealed now: 19 MiB, two passes, one lane, tens of milliseconds of one core.
    ///
    /// Source: OWASP Password Storage Cheat Sheet, argon2id. It is written into each record, so
    /// it can be raised without touching what is stored.
    const CURRENT: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };

    /// The most that is spent on opening a record, whatever it says: 256 MiB.
    const MOST: Self = Self {
        memory_kib: 256 * 1024,
        passes: 16,
        lanes: 16,
    };

    fn is_bounded(self) -> bool {
        self.memory_kib <= Self::MOST.memory_kib
            && self.passes <= Self::MOST.passes
            && self.lanes <= Self::MOST.lanes
    }

    fn key(
        self,
        passphrase: &Passphrase,
        salt: &[u8; SALT_BYTES],
    ) -> Result<Zeroizing<[u8; 32]>, SealError> {
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(key.len()));
        params
            .and_then(|params| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                    passphrase.as_bytes(),
                    salt,
                    key.as_mut_slice(),
                )
            })
            .map_err(|error| SealError::Failed(error.to_string().into()))?;
        Ok(key)
    }
}

/// Makes the inner record of a private key. Takes tens of milliseconds.
pub(crate) fn seal(der: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, SealError> {
    seal_at(Cost::CURRENT, der, passphrase)
}

fn seal_at(
    cost: Cost,
    der: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|error| SealError::Failed(Box::new(error)))?;
    let key = cost.key(passphrase, &salt)?;
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.push(KIND);
    for number in [cost.memory_kib, cost.passes, cost.lanes] {
        header.extend_from_slice(&number.to_be_bytes());
    }
    header.extend_from_slice(&salt);
    layer::seal(&key, &header, b"", der).map(Zeroizing::new)
}

/// Opens an inner record, which must be authentic. Takes as long as its cost says.
pub(crate) fn open(
    record: &[u8],
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (cost, salt) = read_header(record).ok_or(Damage::BadRecord)?;
    let key = cost.key(passphrase, salt)?;
    // The record is what was sealed, so the passphrase is not.
    layer::open(&key, record, HEADER_BYTES, b"").map_err(|damage| match damage {
        Damage::NotAuthentic => SealError::WrongPassphrase,
        Damage::TooShort
        | Damage::UnknownVersion(_)
        | Damage::UnknownServerKey(_)
        | Damage::BadRecord
        | Damage::PassphraseNote => damage.into(),
    })
}

fn read_header(record: &[u8]) -> Option<(Cost, &[u8; SALT_BYTES])> {
    let (_kind, rest) = record.split_first()?;
    let (memory_kib, rest) = rest.split_first_chunk()?;
    let (passes, rest) = rest.split_first_chunk()?;
    let (lanes, rest) = rest.split_first_chunk()?;
    let salt = rest.first_chunk()?;
    let cost = Cost {
        memory_kib: u32::from_be_bytes(*memory_kib),
        passes: u32::from_be_bytes(*passes),
        lanes: u32::from_be_bytes(*lanes),
    };
    // Authentic or not, a record must not make the server run out of memory.
    cost.is_bounded().then_some((cost, salt))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.to_owned())
    }

    #[test]
    fn records_of_other_costs_open() {
        let secret = passphrase("ünlock");
        for (memory_kib, passes, lanes) in [(8, 1, 1), (64, 3, 4), (1024, 1, 2)] {
            let cost = Cost {
                memory_kib,
                passes,
                lanes,
            };
            let record = seal_at(cost, b"content", &secret).unwrap();
            assert_eq!(**open(&record, &secret).unwrap(), *b"content");
            let wrong = open(&record, &passphrase("unlock"));
            assert!(matches!(wrong, Err(SealError::WrongPassphrase)));
        }
    }

    #[test]
    fn a_record_is_refused_if_its_cost_is_out_of_bounds() {
        let record = seal(b"content", &passphrase("p")).unwrap();
        let number = |position: usize, value: u32| {
            let mut changed = record.to_vec();
            changed[1 + 4 * position..5 + 4 * position].copy_from_slice(&value.to_be_bytes());
            open(&changed, &passphrase("p"))
        };
        for (position, value) in [
            (0, u32::MAX),
            (0, 256 * 1024 + 1),
            (1, 17),
            (1, u32::MAX),
            (2, 17),
            (2, u32::MAX),
        ] {
            match number(position, value) {
                Err(SealError::Damaged(source)) => {
                    assert_eq!(source.downcast_ref(), Some(&Damage::BadRecord));
                }
                other => panic!("{position}, {value}: {other:?}"),
            }
        }
        // Below what argon2 itself allows.
        for position in 0..3 {
            assert!(matches!(number(position, 0), Err(SealError::Failed(_))));
        }
    }

    #[test]
    fn every_truncation_is_refused() {
        let cost = Cost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        let record = seal_at(cost, b"content", &passphrase("p")).unwrap();
        for length in 0..record.len() {
            assert!(open(&record[..length], &passphrase("p")).is_err());
        }
    }

    /// The expected key is the reference implementation's.
    #[test]
    fn the_key_is_that_of_argon2id() {
        let key = Cost::CURRENT.key(&passphrase("passphrase"), b"somesaltsomesalt");
        let expected = "914312addea82dec53d80ebf4ad23586fe218800a6280980405bb574b14388df";
        assert_eq!(hex::encode(*key.unwrap()), expected);
    }
}
