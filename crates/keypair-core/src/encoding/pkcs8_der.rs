//! PKCS#8 `PrivateKeyInfo` (RFC 5208, RFC 5958).

use der::Encode as _;
use der::asn1::OctetStringRef;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::PrivateKeyInfoRef;
use zeroize::Zeroizing;

use crate::material::rsa_key::RsaKey;
use crate::material::{MaterialError, PrivateKey};

/// What precedes the seed in a version 1 `PrivateKeyInfo` of an Ed25519 key.
///
/// Version 2 carries the public key as well, which OpenSSL 3.0 refuses to read.
/// Source: RFC 8410 section 7.
const ED25519_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

pub(super) fn write_rsa(key: &RsaKey) -> Result<Zeroizing<Vec<u8>>, MaterialError> {
    let private_key =
        OctetStringRef::new(key.as_pkcs1_der()).map_err(|_| MaterialError::Invalid)?;
    PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, private_key)
        .to_der()
        .map(Zeroizing::new)
        .map_err(|_| MaterialError::Invalid)
}

pub(super) fn write_ed25519(seed: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let mut der = Zeroizing::new(Vec::with_capacity(ED25519_PREFIX.len() + seed.len()));
    der.extend_from_slice(&ED25519_PREFIX);
    der.extend_from_slice(seed);
    der
}

pub(super) fn read(der: &[u8]) -> Result<PrivateKey, MaterialError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| MaterialError::Invalid)?;
    if info.algorithm == pkcs1::ALGORITHM_ID {
        let der = Zeroizing::new(info.private_key.as_bytes().to_vec());
        return PrivateKey::from_pkcs1_der(der);
    }
    // Refuses any other algorithm.
    let pair = KeypairBytes::try_from(info).map_err(|_| MaterialError::Invalid)?;
    let seed = Zeroizing::new(pair.secret_key);
    if let Some(public) = pair.public_key
        && SigningKey::from_bytes(&seed).verifying_key().as_bytes() != public.as_ref()
    {
        return Err(MaterialError::Invalid);
    }
    Ok(PrivateKey::from_ed25519_seed(seed))
}
