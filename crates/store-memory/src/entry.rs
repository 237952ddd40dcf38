//! The form in which a key pair lies in memory: no map has a node of its own, and what most key
//! pairs lack costs one pointer.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use keypair_core::ports::NewRecord;
use keypair_core::{
    Attachment, Attributes, KeyName, KeyPair, KeyPairId, KeyPairSeed, Partition, PublicMaterial,
    SealedPrivateKey,
};

/// A stored key pair with its identifiers.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: KeyName,
    pub(crate) partition: Partition,
    pub(crate) sequence: u64,
    pub(crate) ids: Ids,
    pub(crate) public: PublicMaterial,
    seed: KeyPairSeed,
    created_at: SystemTime,
    changed_at: SystemTime,
    generated: bool,
    extras: Option<Box<Extras>>,
}

/// What a plain key pair has none of.
#[derive(Debug, PartialEq, Eq, Default)]
struct Extras {
    description: Option<Box<str>>,
    tags: Option<Pairs>,
    last_changed_by: Option<Box<str>>,
    properties: Pairs,
    private_key: Option<(Box<[u8]>, bool)>,
    attachments: Box<[Attachment]>,
}

/// A map that is read whole: sorted pairs instead of tree nodes, which have room for eleven.
type Pairs = Box<[(Box<str>, Box<str>)]>;

impl Entry {
    /// Packs a new key pair, which has no sequence number yet.
    pub(crate) fn new(record: &NewRecord, partition: Partition) -> Self {
        let key_pair = KeyPair {
            partition,
            ..record.key_pair.clone()
        };
        Self::pack(key_pair, Ids::pack(&record.ids))
    }

    /// The same entry with another content; the identifiers stay.
    pub(crate) fn with(&self, key_pair: KeyPair) -> Self {
        Self::pack(key_pair, self.ids.clone())
    }

    fn pack(key_pair: KeyPair, ids: Ids) -> Self {
        let attributes = key_pair.attributes;
        let extras = Extras {
            description: attributes.description.map(String::into_boxed_str),
            tags: attributes.tags.map(pack_pairs),
            last_changed_by: attributes.last_changed_by.map(String::into_boxed_str),
            properties: pack_pairs(attributes.properties),
            private_key: key_pair
                .private_key
                .map(|key| (key.bytes.into_boxed_slice(), key.passphrase_protected)),
            attachments: key_pair.attachments.into_iter().collect(),
        };
        Self {
            name: key_pair.name,
            partition: key_pair.partition,
            sequence: key_pair.sequence,
            ids,
            public: key_pair.public,
            seed: key_pair.seed,
            created_at: key_pair.created_at,
            changed_at: key_pair.changed_at,
            generated: key_pair.generated,
            extras: (extras != Extras::default()).then(|| Box::new(extras)),
        }
    }

    /// The key pair as the domain knows it.
    pub(crate) fn to_key_pair(&self) -> KeyPair {
        let extras = self.extras.as_deref();
        KeyPair {
            name: self.name.clone(),
            partition: self.partition.clone(),
            seed: self.seed,
            sequence: self.sequence,
            public: self.public.clone(),
            generated: self.generated,
            created_at: self.created_at,
            changed_at: self.changed_at,
            attributes: extras.map(Extras::attributes).unwrap_or_default(),
            private_key: extras.and_then(Extras::private_key),
            attachments: self.attachments().iter().cloned().collect(),
        }
    }

    /// What uses the key pair, sorted.
    pub(crate) fn attachments(&self) -> &[Attachment] {
        self.extras
            .as_deref()
            .map_or(&[], |extras| &extras.attachments)
    }

    /// The same entry with other attachments.
    pub(crate) fn with_attachments(&self, attachments: BTreeSet<Attachment>) -> Self {
        self.with(KeyPair {
            attachments,
            ..self.to_key_pair()
        })
    }
}

impl Extras {
    fn attributes(&self) -> Attributes {
        Attributes {
            description: self.description.as_deref().map(str::to_owned),
            tags: self.tags.as_deref().map(unpack_pairs),
            last_changed_by: self.last_changed_by.as_deref().map(str::to_owned),
            properties: unpack_pairs(&self.properties),
        }
    }

    fn private_key(&self) -> Option<SealedPrivateKey> {
        let (bytes, passphrase_protected) = self.private_key.as_ref()?;
        Some(SealedPrivateKey {
            bytes: bytes.to_vec(),
            passphrase_protected: *passphrase_protected,
        })
    }
}

fn pack_pairs(map: BTreeMap<String, String>) -> Pairs {
    map.into_iter()
        .map(|(key, value)| (key.into_boxed_str(), value.into_boxed_str()))
        .collect()
}

fn unpack_pairs(pairs: &[(Box<str>, Box<str>)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

/// A key pair's identifiers in one allocation: each as its length (four bytes, little endian) and
/// its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Ids(Box<[u8]>);

impl Ids {
    fn pack(ids: &[KeyPairId]) -> Self {
        let mut packed = Vec::with_capacity(ids.iter().map(|id| 4 + id.as_str().len()).sum());
        for id in ids {
            // An identifier of 4 GiB cannot come in: request bodies end long before.
            let length = u32::try_from(id.as_str().len()).unwrap_or(u32::MAX);
            packed.extend_from_slice(&length.to_le_bytes());
            packed.extend_from_slice(id.as_str().as_bytes());
        }
        Self(packed.into_boxed_slice())
    }

    /// The identifiers' bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (id, behind) = behind.split_at_checked(length)?;
            rest = behind;
            Some(id)
        })
    }

    /// Whether this is one of them.
    pub(crate) fn contains(&self, id: &[u8]) -> bool {
        self.iter().any(|own| own == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_identifiers_come_back_in_order_whatever_they_hold() {
        let ids = ["", "\0", "a", "a\0b", &"x".repeat(70_000)].map(KeyPairId::new);
        let packed = Ids::pack(&ids);
        let back: Vec<_> = packed.iter().collect();
        let expected: Vec<_> = ids.iter().map(|id| id.as_str().as_bytes()).collect();
        assert_eq!(back, expected);
        assert!(packed.contains(b"a\0b"));
        assert!(!packed.contains(b"b"));
    }
}
