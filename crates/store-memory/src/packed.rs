//! A key pair on its way into a tenant.

use std::hash::BuildHasher;

use keypair_core::ports::NewRecord;

use crate::record::Draft;

/// A key pair on its way in: what can be worked out before the tenant is locked.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) draft: Draft,
    pub(crate) name: u32,
    pub(crate) ids: Vec<u32>,
    pub(crate) public_key: u32,
}

impl Packed {
    /// Packs a new key pair; it gets its sequence number when it is taken.
    pub(crate) fn new<S: BuildHasher>(record: &NewRecord, hasher: &S) -> Self {
        let ids = record.ids.iter();
        Self {
            draft: Draft::new(record),
            name: short_hash(record.key_pair.name.as_str().as_bytes(), hasher),
            ids: ids
                .map(|id| short_hash(id.as_str().as_bytes(), hasher))
                .collect(),
            public_key: short_hash(&record.key_pair.public.comparable(), hasher),
        }
    }
}

/// Enough to find, not to tell apart.
#[expect(
    clippy::cast_possible_truncation,
    reason = "any bits of a hash are as good as all"
)]
pub(crate) fn short_hash<S: BuildHasher>(bytes: &[u8], hasher: &S) -> u32 {
    hasher.hash_one(bytes) as u32
}
