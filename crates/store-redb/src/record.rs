//! The stored form of a key pair.
//!
//! Name and partition are in the record's key. The value begins with the number of its layout and
//! the sequence number, both at fixed places: the sequence number is known last, in the write
//! transaction, and is set into the finished record there.

use std::collections::BTreeSet;

use keypair_core::ports::{RecordBytes, StoreError};
use keypair_core::{
    Attachment, Attributes, Certificate, KeyName, KeyPair, KeyPairId, KeyPairSeed, Partition,
    PublicKey, PublicMaterial, SealedPrivateKey,
};

use crate::wire::Input;

/// The number of this layout.
const LAYOUT: u8 = 1;

const GENERATED: u8 = 1;
const X509: u8 = 1 << 1;
const DESCRIBED: u8 = 1 << 2;
const TAGGED: u8 = 1 << 3;
const AUTHORED: u8 = 1 << 4;
const KEPT: u8 = 1 << 5;
const PASSPHRASE: u8 = 1 << 6;

/// Why a record cannot be read. Says what is wrong with it, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("a record ends too early")]
    Short,
    #[error("a record goes on behind its end")]
    Long,
    #[error("a record has the unknown layout {0}")]
    Layout(u8),
    #[error("a number in a record is too large")]
    Number,
    #[error("a text in a record is not UTF-8")]
    Text,
    #[error("a time in a record is out of range")]
    Time,
    #[error("a record's name is not a name")]
    Name,
    #[error("a record's public half cannot be read")]
    Public,
    #[error("an index leads to a record that is not there")]
    Lost,
    #[error("a counter does not have its size")]
    Counter,
}

impl From<RecordError> for StoreError {
    fn from(error: RecordError) -> Self {
        Self::Corrupt(error.into())
    }
}

/// Writes a record.
pub(crate) fn encode(key_pair: &KeyPair, ids: &[KeyPairId]) -> Vec<u8> {
    let public = key_pair.public.as_str();
    let mut output = RecordBytes(Vec::with_capacity(256 + public.len()));
    output.fixed(&[LAYOUT]);
    output.fixed(&key_pair.sequence.to_le_bytes());
    output.fixed(&[flags(key_pair)]);
    output.fixed(&key_pair.seed.0.to_le_bytes());
    output.time(key_pair.created_at);
    output.time(key_pair.changed_at);
    output.text(public);
    output.extras(key_pair);
    output.number(ids.len() as u64);
    for id in ids {
        output.text(id.as_str());
    }
    output.0
}

fn flags(key_pair: &KeyPair) -> u8 {
    let attributes = &key_pair.attributes;
    let kept = key_pair.private_key.as_ref();
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    flag(key_pair.generated, GENERATED)
        | flag(matches!(key_pair.public, PublicMaterial::X509(_)), X509)
        | flag(attributes.description.is_some(), DESCRIBED)
        | flag(attributes.tags.is_some(), TAGGED)
        | flag(attributes.last_changed_by.is_some(), AUTHORED)
        | flag(kept.is_some(), KEPT)
        | flag(
            kept.is_some_and(|kept| kept.passphrase_protected),
            PASSPHRASE,
        )
}

/// Sets the sequence number of a finished record.
pub(crate) fn set_sequence(record: &mut [u8], sequence: u64) {
    if let Some(place) = record.get_mut(1..9) {
        place.copy_from_slice(&sequence.to_le_bytes());
    }
}

/// Reads a record.
pub(crate) fn decode(
    record: &[u8],
    partition: &Partition,
    name: &[u8],
) -> Result<KeyPair, RecordError> {
    let mut input = Input(record);
    read_key_pair(&mut input, partition, name)
}

/// Reads a record to its end, where the identifiers are.
pub(crate) fn decode_with_ids(
    record: &[u8],
    partition: &Partition,
    name: &[u8],
) -> Result<(KeyPair, Vec<KeyPairId>), RecordError> {
    let mut input = Input(record);
    let key_pair = read_key_pair(&mut input, partition, name)?;
    let ids = input.number()?;
    let ids: Result<Vec<KeyPairId>, RecordError> =
        (0..ids).map(|_| input.text().map(KeyPairId::new)).collect();
    match input.0 {
        [] => Ok((key_pair, ids?)),
        [..] => Err(RecordError::Long),
    }
}

fn read_key_pair(
    input: &mut Input<'_>,
    partition: &Partition,
    name: &[u8],
) -> Result<KeyPair, RecordError> {
    let name = std::str::from_utf8(name).map_err(|_| RecordError::Name)?;
    let [layout] = input.fixed()?;
    if layout != LAYOUT {
        return Err(RecordError::Layout(layout));
    }
    let sequence = u64::from_le_bytes(input.fixed()?);
    let [flags] = input.fixed()?;
    let has = |flag: u8| flags & flag != 0;
    // The fields are read in the order in which they stand here.
    Ok(KeyPair {
        name: KeyName::parse(name).map_err(|_| RecordError::Name)?,
        partition: partition.clone(),
        sequence,
        generated: has(GENERATED),
        seed: KeyPairSeed(u128::from_le_bytes(input.fixed()?)),
        created_at: input.time()?,
        changed_at: input.time()?,
        public: read_public(input.text()?, has(X509))?,
        attributes: Attributes {
            description: optional(has(DESCRIBED), || Ok(input.text()?.to_owned()))?,
            tags: optional(has(TAGGED), || input.map())?,
            last_changed_by: optional(has(AUTHORED), || Ok(input.text()?.to_owned()))?,
            properties: input.map()?,
        },
        private_key: optional(has(KEPT), || {
            Ok(SealedPrivateKey {
                bytes: input.bytes()?.to_vec(),
                passphrase_protected: has(PASSPHRASE),
            })
        })?,
        attachments: read_attachments(input)?,
    })
}

fn read_attachments(input: &mut Input<'_>) -> Result<BTreeSet<Attachment>, RecordError> {
    let attachments = input.number()?;
    (0..attachments)
        .map(|_| input.text().map(Attachment::new))
        .collect()
}

fn read_public(text: &str, x509: bool) -> Result<PublicMaterial, RecordError> {
    let public = if x509 {
        Certificate::parse(text).map(PublicMaterial::X509)
    } else {
        PublicKey::from_stored(text).map(PublicMaterial::Ssh)
    };
    public.map_err(|_| RecordError::Public)
}

fn optional<T>(
    present: bool,
    read: impl FnOnce() -> Result<T, RecordError>,
) -> Result<Option<T>, RecordError> {
    present.then(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (KeyPair, Vec<KeyPairId>) {
        let mut record = store_contract::draft("k");
        let key_pair = &mut record.key_pair;
        key_pair.sequence = 300;
        key_pair.attributes.tags = Some([("a".to_owned(), "b".to_owned())].into());
        key_pair.attachments = [Attachment::new("m")].into();
        key_pair.private_key = Some(SealedPrivateKey {
            bytes: vec![1; 200],
            passphrase_protected: true,
        });
        (record.key_pair, record.ids)
    }

    #[test]
    fn a_sequence_number_can_be_set_later() {
        let (key_pair, ids) = sample();
        let mut record = encode(&key_pair, &ids);
        set_sequence(&mut record, u64::MAX);
        let expected = KeyPair {
            sequence: u64::MAX,
            ..key_pair
        };
        let read = decode_with_ids(&record, &expected.partition, b"k");
        assert_eq!(read, Ok((expected, ids)));
    }

    #[test]
    fn every_cut_record_and_every_longer_one_is_refused() {
        let (key_pair, ids) = sample();
        let mut record = encode(&key_pair, &ids);
        for length in 0..record.len() {
            let cut = decode_with_ids(&record[..length], &key_pair.partition, b"k");
            assert!(cut.is_err(), "cut to {length} bytes");
        }
        record.push(0);
        let longer = decode_with_ids(&record, &key_pair.partition, b"k");
        assert_eq!(longer, Err(RecordError::Long));
    }

    #[test]
    fn no_changed_byte_makes_reading_panic() {
        let (key_pair, ids) = sample();
        let record = encode(&key_pair, &ids);
        for at in 0..record.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = record.clone();
                changed[at] = byte;
                let _ = decode_with_ids(&changed, &key_pair.partition, b"k");
            }
        }
        let mut unknown = record;
        unknown[0] = 2;
        let read = decode(&unknown, &key_pair.partition, b"k");
        assert_eq!(read, Err(RecordError::Layout(2)));
    }
}
