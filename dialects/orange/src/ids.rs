//! Identifiers: of key pairs, and of the jobs that this cloud speaks of.

use dialect_api::RequestId;
use dialect_api::exchange::Uuid;
use keypair_core::{KeyPairId, KeyPairSeed};

/// This dialect's identifier of a key pair: a random (version 4) UUID in lower case.
pub fn key_pair_id(seed: KeyPairSeed) -> KeyPairId {
    KeyPairId::new(Uuid::v4(seed.0).to_string())
}

/// The identifier of the job of a call: that of its request, which is random.
pub(crate) fn job_id(request_id: RequestId) -> String {
    request_id.as_uuid().to_string()
}

/// A UUID of any version, as callers name things: 8-4-4-4-12 hex digits of either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CanonicalUuid(u128);

impl CanonicalUuid {
    /// Parses a UUID; `None` for any other form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let shape = text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
        if text.len() != 36 || !shape {
            return None;
        }
        let digits: String = text.chars().filter(|digit| *digit != '-').collect();
        u128::from_str_radix(&digits, 16).ok().map(Self)
    }
}

impl std::fmt::Display for CanonicalUuid {
    /// Lower case.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            (bits >> 80) & 0xffff,
            (bits >> 64) & 0xffff,
            (bits >> 48) & 0xffff,
            bits & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use keypair_core::KeyPairSeed;

    use super::{CanonicalUuid, key_pair_id};

    #[test]
    fn key_pair_ids_are_random_uuids_in_lower_case() {
        let id = key_pair_id(KeyPairSeed(u128::MAX));
        assert_eq!(id.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn only_the_canonical_form_is_a_uuid() {
        let text = "3FA85F64-5717-4562-b3fc-2c963f66afa6";
        let uuid = CanonicalUuid::parse(text).unwrap();
        assert_eq!(uuid.to_string(), text.to_ascii_lowercase());
        for other in [
            "",
            "3fa85f6457174562b3fc2c963f66afa6",
            "{3fa85f64-5717-4562-b3fc-2c963f66afa6}",
            "3fa85f64-5717-4562-b3fc-2c963f66afa",
            "3fa85f64-5717-4562-b3fc-2c963f66afa66",
            "3fa85f64-5717-4562-b3fc-2c963f66afag",
            "3fa85f64-57174-562-b3fc-2c963f66afa6",
            "+fa85f64-5717-4562-b3fc-2c963f66afa6",
            "３fa85f64-5717-4562-b3fc-2c963f66af",
        ] {
            assert_eq!(CanonicalUuid::parse(other), None, "{other}");
        }
    }
}
