//! The value of a key pair: three lines.
//!
//! 1. what the scripts need and never change: sequence number, digest of the public key, and the
//!    identifiers as a JSON array;
//! 2. what the scripts change: the attachments as a JSON array, or nothing;
//! 3. what is nothing to the scripts: the record, a JSON object.
//!
//! The name is not in it: the value lies under it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::SystemTime;

use keypair_core::ports::{join_time, split_time};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use keypair_core::{
    Attachment, Attributes, Certificate, KeyName, KeyPair, KeyPairId, KeyPairSeed, Partition,
    PublicKey, PublicMaterial, SealedPrivateKey,
};
use serde::{Deserialize, Serialize};

/// Why a value cannot be read. Says what is wrong with it, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("a value is not three lines")]
    Lines,
    #[error("a value does not begin with a sequence number")]
    Sequence,
    #[error("a value's attachments are not a JSON array of texts")]
    Attachments,
    #[error("a record is not the JSON object that it should be")]
    Object,
    #[error("a record's seed is not a number")]
    Seed,
    #[error("a record's sealed private key is not base64")]
    Sealed,
    #[error("a record's time is out of range")]
    Time,
    #[error("a record's name is not a name")]
    Name,
    #[error("a record's public half cannot be read")]
    Public,
    #[error("an index leads to a record that is not there")]
    Lost,
    #[error("the server answered in an unknown form")]
    Answer,
}

/// The JSON object of a record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record<'a> {
    /// 32 hexadecimal digits.
    seed: String,
    #[serde(borrow)]
    public: Public<'a>,
    #[serde(default, skip_serializing_if = "is_false")]
    generated: bool,
    created: Time,
    changed: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tags: Option<Cow<'a, BTreeMap<String, String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    properties: Cow<'a, BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private: Option<Sealed>,
}

/// The public half, as it was given.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Public<'a> {
    #[serde(borrow)]
    Ssh(Cow<'a, str>),
    #[serde(borrow)]
    X509(Cow<'a, str>),
}

/// The sealed private half.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    /// Base64 of the sealed bytes.
    sealed: String,
    passphrase: bool,
}

/// Whole seconds since the epoch, rounded down, and the nanoseconds beyond them.
type Time = (i64, u32);

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde calls for"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Writes the record of a key pair: line 3.
pub(crate) fn encode(key_pair: &KeyPair) -> String {
    let (public, attributes) = (&key_pair.public, &key_pair.attributes);
    let record = Record {
        seed: format!("{:032x}", key_pair.seed.0),
        public: match public {
            PublicMaterial::Ssh(_) => Public::Ssh(public.as_str().into()),
            PublicMaterial::X509(_) => Public::X509(public.as_str().into()),
        },
        generated: key_pair.generated,
        created: split_time(key_pair.created_at),
        changed: split_time(key_pair.changed_at),
        description: attributes.description.as_deref().map(Cow::Borrowed),
        tags: attributes.tags.as_ref().map(Cow::Borrowed),
        author: attributes.last_changed_by.as_deref().map(Cow::Borrowed),
        properties: Cow::Borrowed(&attributes.properties),
        private: key_pair.private_key.as_ref().map(|key| Sealed {
            sealed: Base64::encode_string(&key.bytes),
            passphrase: key.passphrase_protected,
        }),
    };
    to_json(&record)
}

/// Writes all of a new value that is behind the public key's digest.
pub(crate) fn encode_behind_digest(key_pair: &KeyPair, ids: &[KeyPairId]) -> String {
    let ids: Vec<&str> = ids.iter().map(KeyPairId::as_str).collect();
    let attachments: Vec<&str> = key_pair
        .attachments
        .iter()
        .map(Attachment::as_str)
        .collect();
    let attachments = if attachments.is_empty() {
        String::new()
    } else {
        to_json(&attachments)
    };
    format!(" {}\n{attachments}\n{}", to_json(&ids), encode(key_pair))
}

fn to_json(value: &impl Serialize) -> String {
    // Cannot fail: there is no map with keys other than texts, and memory is no error.
    serde_json::to_string(value).unwrap_or_default()
}

/// The public key's digest as the scripts compare it.
pub(crate) fn digest(public: &PublicMaterial) -> String {
    Base64UrlUnpadded::encode_string(&public.digest())
}

/// The third line of a value.
pub(crate) fn record_of(value: &[u8]) -> Result<&str, RecordError> {
    let [_, _, record] = lines(value)?;
    Ok(record)
}

fn lines(value: &[u8]) -> Result<[&str; 3], RecordError> {
    let value = std::str::from_utf8(value).map_err(|_| RecordError::Lines)?;
    let (fixed, rest) = value.split_once('\n').ok_or(RecordError::Lines)?;
    let (attachments, record) = rest.split_once('\n').ok_or(RecordError::Lines)?;
    Ok([fixed, attachments, record])
}

/// Reads the key pair under a name.
pub(crate) fn decode(
    name: &[u8],
    value: &[u8],
    partition: &Partition,
) -> Result<KeyPair, RecordError> {
    let [fixed, attachments, record] = lines(value)?;
    let sequence = fixed.split(' ').next().and_then(|text| text.parse().ok());
    let attachments: Vec<String> = match attachments {
        "" => Vec::new(),
        json => serde_json::from_str(json).map_err(|_| RecordError::Attachments)?,
    };
    let record: Record<'_> = serde_json::from_str(record).map_err(|_| RecordError::Object)?;
    let name = std::str::from_utf8(name).map_err(|_| RecordError::Name)?;
    let seed = u128::from_str_radix(&record.seed, 16).map_err(|_| RecordError::Seed)?;
    Ok(KeyPair {
        name: KeyName::parse(name).map_err(|_| RecordError::Name)?,
        partition: partition.clone(),
        seed: KeyPairSeed(seed),
        sequence: sequence.ok_or(RecordError::Sequence)?,
        public: decode_public(&record.public)?,
        generated: record.generated,
        created_at: read_time(record.created)?,
        changed_at: read_time(record.changed)?,
        attributes: Attributes {
            description: record.description.map(Cow::into_owned),
            tags: record.tags.map(Cow::into_owned),
            last_changed_by: record.author.map(Cow::into_owned),
            properties: record.properties.into_owned(),
        },
        private_key: record.private.as_ref().map(decode_sealed).transpose()?,
        attachments: attachments.into_iter().map(Attachment::new).collect(),
    })
}

fn decode_public(public: &Public<'_>) -> Result<PublicMaterial, RecordError> {
    let public = match public {
        Public::Ssh(line) => PublicKey::from_stored(line).map(PublicMaterial::Ssh),
        Public::X509(pem) => Certificate::parse(pem).map(PublicMaterial::X509),
    };
    public.map_err(|_| RecordError::Public)
}

fn decode_sealed(private: &Sealed) -> Result<SealedPrivateKey, RecordError> {
    Ok(SealedPrivateKey {
        bytes: Base64::decode_vec(&private.sealed).map_err(|_| RecordError::Sealed)?,
        passphrase_protected: private.passphrase,
    })
}

fn read_time((seconds, nanos): Time) -> Result<SystemTime, RecordError> {
    join_time(seconds, nanos).ok_or(RecordError::Time)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn value(key_pair: &KeyPair) -> String {
        format!("7 digest [\"id\"]\n\n{}", encode(key_pair))
    }

    #[test]
    fn a_plain_record_is_compact_json() {
        let mut key_pair = store_contract::draft("k").key_pair;
        key_pair.seed = KeyPairSeed(0xabc);
        key_pair.created_at = UNIX_EPOCH + Duration::from_millis(1_500);
        key_pair.changed_at = UNIX_EPOCH - Duration::from_millis(500);
        let expected = concat!(
            r#"{"seed":"00000000000000000000000000000abc","public":{"ssh":"LINE"},"#,
            r#""generated":true,"created":[1,500000000],"changed":[-1,500000000]}"#
        );
        let expected = expected.replace("LINE", store_contract::ED25519_A);
        assert_eq!(encode(&key_pair), expected);
    }

    #[test]
    fn damaged_values_are_refused_without_showing_them() {
        let key_pair = store_contract::draft("k").key_pair;
        let good = value(&key_pair);
        let partition = Partition::new("");
        assert!(decode(b"k", good.as_bytes(), &partition).is_ok());
        let damaged = [
            (good.replace("7 digest", "x digest"), RecordError::Sequence),
            (good.replace('\n', ""), RecordError::Lines),
            (good.replacen("\n\n", "\n{}\n", 1), RecordError::Attachments),
            (good.replace("generated", "unknown"), RecordError::Object),
            (good.replace("ssh-ed25519", "ssh-none"), RecordError::Public),
            (good.replace("seed\":\"0", "seed\":\"x"), RecordError::Seed),
            (good[..good.len() - 1].to_owned(), RecordError::Object),
        ];
        for (value, expected) in damaged {
            let read = decode(b"k", value.as_bytes(), &partition);
            assert_eq!(read, Err(expected));
        }
        let nameless = decode(b"\n", good.as_bytes(), &partition);
        assert_eq!(nameless, Err(RecordError::Name));
    }
}
