//! Encodings of keys: PKCS#1, PKCS#8 and `SubjectPublicKeyInfo` as PEM and DER, and the OpenSSH
//! private key file. Each function is named for its format; PEM has 64-column lines, line feeds,
//! and one line feed at the end.

use zeroize::Zeroizing;

use crate::material::{MaterialError, PrivateKey, Secret, check_comment};
use crate::public_key::PublicKey;

mod openssh;
mod pkcs8_der;
mod public;

const PKCS1_LABEL: &str = "RSA PRIVATE KEY";
const PKCS1_PUBLIC_LABEL: &str = "RSA PUBLIC KEY";
const PKCS8_LABEL: &str = "PRIVATE KEY";
const OPENSSH_LABEL: &str = "OPENSSH PRIVATE KEY";

/// `-----BEGIN RSA PRIVATE KEY-----`.
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA.
pub fn to_pkcs1_pem(key: &PrivateKey) -> Result<Zeroizing<String>, MaterialError> {
    pem(PKCS1_LABEL, to_pkcs1_der(key)?).map(Zeroizing::new)
}

/// PKCS#1 `RSAPrivateKey` in DER, as it is held: nothing is copied.
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA.
pub fn to_pkcs1_der(key: &PrivateKey) -> Result<&[u8], MaterialError> {
    match &key.0 {
        Secret::Rsa(key) => Ok(key.as_pkcs1_der()),
        Secret::Ed25519(_) => Err(MaterialError::NoSuchEncoding),
    }
}

/// `PrivateKeyInfo` (version 1, no attributes) in DER.
///
/// # Errors
/// [`MaterialError::Invalid`] never happens for a key that was checked when it was taken.
pub fn to_pkcs8_der(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, MaterialError> {
    match &key.0 {
        Secret::Rsa(key) => pkcs8_der::write_rsa(key),
        Secret::Ed25519(seed) => Ok(pkcs8_der::write_ed25519(seed)),
    }
}

/// `-----BEGIN PRIVATE KEY-----`.
///
/// # Errors
/// As [`to_pkcs8_der`].
pub fn to_pkcs8_pem(key: &PrivateKey) -> Result<Zeroizing<String>, MaterialError> {
    pem(PKCS8_LABEL, &to_pkcs8_der(key)?).map(Zeroizing::new)
}

/// `-----BEGIN OPENSSH PRIVATE KEY-----`, without passphrase.
///
/// # Errors
/// [`MaterialError::Invalid`] if the comment holds a control character.
pub fn to_openssh_private(
    key: &PrivateKey,
    comment: &str,
) -> Result<Zeroizing<String>, MaterialError> {
    check_comment(comment)?;
    openssh::write(key, comment)
}

/// `-----BEGIN RSA PUBLIC KEY-----` (PKCS#1 `RSAPublicKey`).
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA and for OpenSSH certificates.
pub fn to_pkcs1_public_pem(key: &PublicKey) -> Result<String, MaterialError> {
    pem(PKCS1_PUBLIC_LABEL, &public::write_pkcs1(key)?)
}

/// `-----BEGIN PUBLIC KEY-----` (`SubjectPublicKeyInfo`).
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA, Ed25519 and ECDSA, and for OpenSSH
/// certificates.
pub fn to_spki_pem(key: &PublicKey) -> Result<String, MaterialError> {
    pem("PUBLIC KEY", &to_spki_der(key)?)
}

/// `SubjectPublicKeyInfo` in DER.
///
/// # Errors
/// As [`to_spki_pem`].
pub fn to_spki_der(key: &PublicKey) -> Result<Vec<u8>, MaterialError> {
    public::write_spki(key)
}

/// Reads a private key: PKCS#1 PEM, PKCS#8 PEM or an OpenSSH private key file, none of them
/// encrypted, RSA or Ed25519.
///
/// # Errors
/// [`MaterialError::Invalid`].
pub fn parse_private_key(text: &str) -> Result<PrivateKey, MaterialError> {
    match pem_rfc7468::decode_label(text.as_bytes()) {
        Ok(PKCS1_LABEL) => PrivateKey::from_pkcs1_der(decode_pem(text)?),
        Ok(PKCS8_LABEL) => from_pkcs8_der(&decode_pem(text)?),
        Ok(OPENSSH_LABEL) => openssh::read(text),
        Ok(_) | Err(_) => Err(MaterialError::Invalid),
    }
}

/// Reads an RSA public key from PKCS#1 `RSAPublicKey` in PEM; it gets no comment.
///
/// # Errors
/// [`MaterialError::Invalid`].
pub fn parse_pkcs1_public_pem(text: &str) -> Result<PublicKey, MaterialError> {
    match pem_rfc7468::decode_label(text.as_bytes()) {
        Ok(PKCS1_PUBLIC_LABEL) => public::read_pkcs1(&decode_pem(text)?),
        Ok(_) | Err(_) => Err(MaterialError::Invalid),
    }
}

/// Reads a private key from PKCS#8 DER, version 1 or 2, without parameters beyond the
/// algorithm's own.
///
/// # Errors
/// [`MaterialError::Invalid`].
pub fn from_pkcs8_der(der: &[u8]) -> Result<PrivateKey, MaterialError> {
    pkcs8_der::read(der)
}

fn pem(label: &str, der: &[u8]) -> Result<String, MaterialError> {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der)
        .map_err(|_| MaterialError::Invalid)
}

/// The bytes of a PEM block, in a buffer of exactly their size so that no copy is left behind.
fn decode_pem(text: &str) -> Result<Zeroizing<Vec<u8>>, MaterialError> {
    let mut decoder = pem_rfc7468::Decoder::new_detect_wrap(text.as_bytes())
        .map_err(|_| MaterialError::Invalid)?;
    let mut der = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder
        .decode(&mut der)
        .map_err(|_| MaterialError::Invalid)?;
    Ok(der)
}
