//! PKCS#12 (RFC 7292): a private key and its certificate in one file, as OpenSSL 3 writes it when it
//! is given an empty password.
//!
//! An empty password protects nothing: whoever has the file has the key. So salts and nonces need not
//! be random; they are derived from the key, and the same key and certificate always give the same
//! bytes. And what is encrypted is as secret as the key: its buffers are wiped.

use der::asn1::ObjectIdentifier;
use der::{Encode, Header, Length, Tag, TagNumber};
use hmac::{Hmac, KeyInit as _, Mac as _};
use pkcs5::EncryptionScheme;
use pkcs5::pbes2::Parameters;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

// Sources: RFC 7292, RFC 2315, RFC 2985.
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const SHROUDED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Of each key derivation. Source: OpenSSL, `PKCS12_DEFAULT_ITER`.
const ITERATIONS: u32 = 2048;

/// DER in a buffer that is wiped.
type Wiped = Zeroizing<Vec<u8>>;

/// A value that is too long for its encoding, which no key and no certificate is.
#[derive(Debug)]
pub(super) struct Unwritable;

type Result<T> = std::result::Result<T, Unwritable>;

impl From<der::Error> for Unwritable {
    fn from(_: der::Error) -> Self {
        Self
    }
}

impl From<pkcs5::Error> for Unwritable {
    fn from(_: pkcs5::Error) -> Self {
        Self
    }
}

/// Writes the file from the key's PKCS#8 and the certificate's DER.
pub(super) fn write(pkcs8: &[u8], certificate: &[u8]) -> Result<Wiped> {
    // Key and certificate find each other by this mark; OpenSSL takes the same.
    let key_id = Sha1::digest(certificate);
    let draws = Draws(pkcs8);
    let certificates = certificate_safe(&draws, certificate, &key_id)?;
    let keys = key_safe(&draws, pkcs8, &key_id)?;
    let safes = wrap(Tag::Sequence, &[&certificates, &keys])?;
    let content = typed(DATA, &octets(&safes)?)?;
    let mac = mac_data(&draws, &safes)?;
    wrap(Tag::Sequence, &[&*encode(&3_u8)?, &content, &mac])
}

/// The certificate's half, encrypted as a whole.
fn certificate_safe(draws: &Draws<'_>, certificate: &[u8], key_id: &[u8]) -> Result<Wiped> {
    let certificate = typed(X509_CERTIFICATE, &octets(certificate)?)?;
    let bags = bags(CERTIFICATE_BAG, &certificate, key_id)?;
    let (algorithm, encrypted) = draws.encrypt("certificate", &bags)?;
    let encrypted = wrap(context(0, false), &[&encrypted])?;
    let content = wrap(Tag::Sequence, &[&*encode(&DATA)?, &algorithm, &encrypted])?;
    let data = wrap(Tag::Sequence, &[&*encode(&0_u8)?, &content])?;
    typed(ENCRYPTED_DATA, &data)
}

/// The key's half: the key is encrypted, what is around it is not.
fn key_safe(draws: &Draws<'_>, pkcs8: &[u8], key_id: &[u8]) -> Result<Wiped> {
    let (algorithm, encrypted) = draws.encrypt("key", pkcs8)?;
    let shrouded = wrap(Tag::Sequence, &[&*algorithm, &octets(&encrypted)?])?;
    let bags = bags(SHROUDED_KEY_BAG, &shrouded, key_id)?;
    typed(DATA, &octets(&bags)?)
}

/// One bag in a list of its own.
fn bags(kind: ObjectIdentifier, value: &[u8], key_id: &[u8]) -> Result<Wiped> {
    let values = wrap(Tag::Set, &[&octets(key_id)?])?;
    let mark = wrap(Tag::Sequence, &[&*encode(&LOCAL_KEY_ID)?, &values])?;
    let value = wrap(context(0, true), &[value])?;
    let attributes = wrap(Tag::Set, &[&mark])?;
    let bag = wrap(Tag::Sequence, &[&*encode(&kind)?, &value, &attributes])?;
    wrap(Tag::Sequence, &[&bag])
}

/// An HMAC over the safes, by which readers know that the password is right.
fn mac_data(draws: &Draws<'_>, safes: &[u8]) -> Result<Wiped> {
    let salt = draws.bytes::<8>("mac");
    // HMAC takes keys of any length.
    let hmac = Hmac::<Sha256>::new_from_slice(&*mac_key(salt)).map_err(|_| Unwritable)?;
    let code = hmac.chain_update(safes).finalize().into_bytes();
    let algorithm = wrap(
        Tag::Sequence,
        &[&*encode(&SHA_256)?, &encode(&der::asn1::Null)?],
    )?;
    let digest = wrap(Tag::Sequence, &[&*algorithm, &octets(&code)?])?;
    wrap(
        Tag::Sequence,
        &[&*digest, &octets(&salt)?, &encode(&ITERATIONS)?],
    )
}

/// The key of the HMAC for an empty password, which counts as one UTF-16 zero: one round of the
/// derivation gives as many bytes as are needed. Source: RFC 7292, B.2, with SHA-256 and purpose 3.
fn mac_key(salt: [u8; 8]) -> Zeroizing<[u8; 32]> {
    const BLOCK: usize = 64;
    const PURPOSE: [u8; BLOCK] = [3; BLOCK];
    let mut hash = Sha256::new_with_prefix(PURPOSE);
    for _ in 0..BLOCK / salt.len() {
        hash.update(salt);
    }
    hash.update([0; BLOCK]);
    let mut key = Zeroizing::new(hash.finalize().into());
    for _ in 1..ITERATIONS {
        *key = Sha256::digest(*key).into();
    }
    key
}

/// What is drawn at random elsewhere, taken from the key.
struct Draws<'k>(&'k [u8]);

impl Draws<'_> {
    /// Up to 32 bytes for one use.
    fn bytes<const N: usize>(&self, purpose: &str) -> [u8; N] {
        let hash = Sha256::new_with_prefix(b"pkcs12 ");
        let hash = hash
            .chain_update(purpose)
            .chain_update([0])
            .chain_update(self.0);
        let mut bytes = [0; N];
        for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        bytes
    }

    /// Encrypts under the empty password; gives the algorithm too.
    fn encrypt(&self, purpose: &str, plain: &[u8]) -> Result<(Wiped, Wiped)> {
        let salt = self.bytes::<16>(&format!("{purpose} salt"));
        let nonce = self.bytes::<16>(&format!("{purpose} nonce"));
        let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, nonce)?;
        let encrypted = Zeroizing::new(parameters.encrypt(b"", plain)?);
        let algorithm = encode(&EncryptionScheme::from(parameters))?;
        Ok((algorithm, encrypted))
    }
}

/// A type and, in an explicit tag, a value of it.
fn typed(kind: ObjectIdentifier, value: &[u8]) -> Result<Wiped> {
    let value = wrap(context(0, true), &[value])?;
    wrap(Tag::Sequence, &[&*encode(&kind)?, &value])
}

fn octets(bytes: &[u8]) -> Result<Wiped> {
    wrap(Tag::OctetString, &[bytes])
}

fn context(number: u32, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber(number),
    }
}

fn encode(value: &impl Encode) -> Result<Wiped> {
    Ok(Zeroizing::new(value.to_der()?))
}

/// A value of these parts, in a buffer that never grows.
fn wrap(tag: Tag, parts: &[&[u8]]) -> Result<Wiped> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let header = Header::new(tag, Length::try_from(length)?).to_der()?;
    let mut out = Zeroizing::new(Vec::with_capacity(header.len() + length));
    out.extend_from_slice(&header);
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(out)
}
