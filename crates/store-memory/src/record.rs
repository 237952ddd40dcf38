//! The form in which a key pair lies in memory: one run of bytes, and what most key pairs lack
//! takes none of them.
//!
//! In this order: the name, which everything is compared by; flags, seed, times; the public half's
//! text and shape; what only some have, as one field that can be passed over; the identifiers; the
//! number of the partition and the sequence number, which are known last.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::ports::{NewRecord, RecordBytes, StoreError};
use keypair_core::{
    Attachment, Attributes, KeyName, KeyPair, KeyPairSeed, Partition, PublicMaterial,
    SealedPrivateKey,
};

use crate::bytes::{Input, near_time};

const GENERATED: u8 = 1;
/// The second time differs from the first.
const CHANGED: u8 = 1 << 1;
/// The times are too far away for eight bytes.
const FAR: u8 = 1 << 2;
const EXTRAS: u8 = 1 << 3;
const IN_USE: u8 = 1 << 4;

const DESCRIBED: u8 = 1;
const TAGGED: u8 = 1 << 1;
const AUTHORED: u8 = 1 << 2;
const KEPT: u8 = 1 << 3;
const PASSPHRASE: u8 = 1 << 4;

fn flag(set: bool, flag: u8) -> u8 {
    if set { flag } else { 0 }
}

/// A stored key pair with its identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record(Arc<[u8]>);

/// A record but for the numbers at its end.
#[derive(Debug)]
pub(crate) struct Draft(RecordBytes);

impl Draft {
    /// Packs a new key pair.
    pub(crate) fn new(record: &NewRecord) -> Self {
        let mut output = pack(&record.key_pair);
        output.number(record.ids.len() as u64);
        for id in &record.ids {
            output.text(id.as_str());
        }
        Self(output)
    }

    /// Finishes the record.
    pub(crate) fn finish(self, folder: u32, sequence: u64) -> Record {
        let Self(mut output) = self;
        output.number(folder.into());
        output.number(sequence);
        Record(output.0.into())
    }
}

impl Record {
    /// The same record with another content; identifiers, partition and sequence number stay.
    pub(crate) fn with(&self, key_pair: &KeyPair) -> Self {
        let mut output = pack(key_pair);
        output.fixed(self.tail().unwrap_or_default());
        Self(output.0.into())
    }

    /// The name's bytes.
    pub(crate) fn name(&self) -> &[u8] {
        Input(&self.0).bytes().unwrap_or_default()
    }

    /// Whether anything uses the key pair.
    pub(crate) fn is_in_use(&self) -> bool {
        let mut input = Input(&self.0);
        input
            .bytes()
            .and_then(|_| input.fixed())
            .is_some_and(|[flags]| flags & IN_USE != 0)
    }

    /// The identifiers' bytes.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &[u8]> {
        let mut input = Input(self.tail().unwrap_or_default());
        let count = input.number().unwrap_or_default();
        (0..count).map_while(move |_| input.bytes())
    }

    /// The number of the partition.
    pub(crate) fn folder(&self) -> Option<u64> {
        let mut input = Input(self.tail()?);
        for _ in 0..input.number()? {
            input.bytes()?;
        }
        input.number()
    }

    /// The public half.
    pub(crate) fn public(&self) -> Option<PublicMaterial> {
        let mut input = Input(&self.0);
        input.bytes()?;
        let [flags] = input.fixed()?;
        input.take(16 + times_length(flags))?;
        read_public(&mut input)
    }

    /// The key pair as the domain knows it; the caller knows in which partition it is.
    pub(crate) fn to_key_pair(&self, partition: &Partition) -> Result<KeyPair, StoreError> {
        self.unpack(partition)
            .ok_or_else(|| StoreError::Corrupt("a record does not fit together".into()))
    }

    fn unpack(&self, partition: &Partition) -> Option<KeyPair> {
        let mut input = Input(&self.0);
        let name = KeyName::parse(input.text()?).ok()?;
        let [flags] = input.fixed()?;
        let seed = KeyPairSeed(u128::from_le_bytes(input.fixed()?));
        let created_at = read_time(&mut input, flags)?;
        let changed_at = if flags & CHANGED == 0 {
            created_at
        } else {
            read_time(&mut input, flags)?
        };
        let public = read_public(&mut input)?;
        let extras = if flags & EXTRAS == 0 {
            Extras::default()
        } else {
            read_extras(Input(input.bytes()?))?
        };
        for _ in 0..input.number()? {
            input.bytes()?;
        }
        let _folder = input.number()?;
        Some(KeyPair {
            name,
            partition: partition.clone(),
            seed,
            sequence: input.number()?,
            public,
            generated: flags & GENERATED != 0,
            created_at,
            changed_at,
            attributes: extras.attributes,
            private_key: extras.private_key,
            attachments: extras.attachments,
        })
    }

    /// What begins with the identifiers.
    fn tail(&self) -> Option<&[u8]> {
        let mut input = Input(&self.0);
        input.bytes()?;
        let [flags] = input.fixed()?;
        input.take(16 + times_length(flags))?;
        input.bytes()?;
        input.number()?;
        if flags & EXTRAS != 0 {
            input.bytes()?;
        }
        Some(input.0)
    }
}

/// What a plain key pair has none of.
#[derive(Default)]
struct Extras {
    attributes: Attributes,
    private_key: Option<SealedPrivateKey>,
    attachments: BTreeSet<Attachment>,
}

/// Everything before the identifiers.
fn pack(key_pair: &KeyPair) -> RecordBytes {
    let public = key_pair.public.as_str();
    let times = [key_pair.created_at, key_pair.changed_at];
    let near = times.map(near_time);
    let changed = times[0] != times[1];
    let far = near.contains(&None);
    let plain = key_pair.attributes == Attributes::default()
        && key_pair.private_key.is_none()
        && key_pair.attachments.is_empty();

    // Room for the identifiers too, so that a plain record is not moved while it is written.
    let mut output = RecordBytes(Vec::with_capacity(
        128 + key_pair.name.as_str().len() + public.len(),
    ));
    output.text(key_pair.name.as_str());
    output.fixed(&[flag(key_pair.generated, GENERATED)
        | flag(changed, CHANGED)
        | flag(far, FAR)
        | flag(!plain, EXTRAS)
        | flag(!key_pair.attachments.is_empty(), IN_USE)]);
    output.fixed(&key_pair.seed.0.to_le_bytes());
    for (time, near) in times.into_iter().zip(near).take(1 + usize::from(changed)) {
        match near {
            Some(near) if !far => output.fixed(&near.to_le_bytes()),
            Some(_) | None => output.time(time),
        }
    }
    output.text(public);
    output.number(key_pair.public.shape().into());
    if !plain {
        output.bytes(&pack_extras(key_pair).0);
    }
    output
}

fn times_length(flags: u8) -> usize {
    let one = if flags & FAR == 0 { 8 } else { 12 };
    if flags & CHANGED == 0 { one } else { 2 * one }
}

fn read_time(input: &mut Input<'_>, flags: u8) -> Option<SystemTime> {
    if flags & FAR == 0 {
        input.near_time()
    } else {
        input.wide_time()
    }
}

fn read_public(input: &mut Input<'_>) -> Option<PublicMaterial> {
    let text = input.text()?;
    PublicMaterial::recall(text, u32::try_from(input.number()?).ok()?)
}

fn pack_extras(key_pair: &KeyPair) -> RecordBytes {
    let (attributes, kept) = (&key_pair.attributes, &key_pair.private_key);
    let mut output = RecordBytes::default();
    output.fixed(&[flag(attributes.description.is_some(), DESCRIBED)
        | flag(attributes.tags.is_some(), TAGGED)
        | flag(attributes.last_changed_by.is_some(), AUTHORED)
        | flag(kept.is_some(), KEPT)
        | flag(
            kept.as_ref().is_some_and(|kept| kept.passphrase_protected),
            PASSPHRASE,
        )]);
    output.extras(key_pair);
    output
}

fn read_extras(mut input: Input<'_>) -> Option<Extras> {
    let [flags] = input.fixed()?;
    let mut extras = Extras::default();
    if flags & DESCRIBED != 0 {
        extras.attributes.description = Some(input.text()?.to_owned());
    }
    if flags & TAGGED != 0 {
        extras.attributes.tags = Some(input.map()?);
    }
    if flags & AUTHORED != 0 {
        extras.attributes.last_changed_by = Some(input.text()?.to_owned());
    }
    extras.attributes.properties = input.map()?;
    if flags & KEPT != 0 {
        extras.private_key = Some(SealedPrivateKey {
            bytes: input.bytes()?.to_vec(),
            passphrase_protected: flags & PASSPHRASE != 0,
        });
    }
    for _ in 0..input.number()? {
        extras.attachments.insert(Attachment::new(input.text()?));
    }
    Some(extras)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
