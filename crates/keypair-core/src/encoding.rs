//! Encodings of keys: PKCS#1, PKCS#8 and `SubjectPublicKeyInfo` as PEM and DER, and the OpenSSH
//! private key file. Each function is named for its format; PEM has 64-column lines, line feeds,
//! and one line feed at the end.

use zeroize::Zeroizing;

use crate::material::{MaterialError, PrivateKey};
use crate::public_key::PublicKey;

/// `-----BEGIN RSA PRIVATE KEY-----`.
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA.
pub fn to_pkcs1_pem(key: &PrivateKey) -> Result<Zeroizing<String>, MaterialError> {
    let _ = key;
    todo!()
}

/// `PrivateKeyInfo` (version 1, no attributes) in DER.
///
/// # Errors
/// [`MaterialError::Invalid`] never happens for a key that was checked when it was taken.
pub fn to_pkcs8_der(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, MaterialError> {
    let _ = key;
    todo!()
}

/// `-----BEGIN PRIVATE KEY-----`.
///
/// # Errors
/// As [`to_pkcs8_der`].
pub fn to_pkcs8_pem(key: &PrivateKey) -> Result<Zeroizing<String>, MaterialError> {
    let _ = key;
    todo!()
}

/// `-----BEGIN OPENSSH PRIVATE KEY-----`, without passphrase.
///
/// # Errors
/// [`MaterialError::Invalid`] if the comment holds a control character.
pub fn to_openssh_private(
    key: &PrivateKey,
    comment: &str,
) -> Result<Zeroizing<String>, MaterialError> {
    let _ = (key, comment);
    todo!()
}

/// `-----BEGIN RSA PUBLIC KEY-----` (PKCS#1 `RSAPublicKey`).
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA.
pub fn to_pkcs1_public_pem(key: &PublicKey) -> Result<String, MaterialError> {
    let _ = key;
    todo!()
}

/// `-----BEGIN PUBLIC KEY-----` (`SubjectPublicKeyInfo`).
///
/// # Errors
/// [`MaterialError::NoSuchEncoding`] for keys other than RSA, Ed25519 and ECDSA.
pub fn to_spki_pem(key: &PublicKey) -> Result<String, MaterialError> {
    let _ = key;
    todo!()
}

/// `SubjectPublicKeyInfo` in DER.
///
/// # Errors
/// As [`to_spki_pem`].
pub fn to_spki_der(key: &PublicKey) -> Result<Vec<u8>, MaterialError> {
    let _ = key;
    todo!()
}

/// Reads a private key: PKCS#1 PEM, PKCS#8 PEM or an OpenSSH private key file, none of them
/// encrypted, RSA or Ed25519.
///
/// # Errors
/// [`MaterialError::Invalid`].
pub fn parse_private_key(text: &str) -> Result<PrivateKey, MaterialError> {
    let _ = text;
    todo!()
}

/// Reads a private key from PKCS#8 DER.
///
/// # Errors
/// [`MaterialError::Invalid`].
pub fn from_pkcs8_der(der: &[u8]) -> Result<PrivateKey, MaterialError> {
    let _ = der;
    todo!()
}
