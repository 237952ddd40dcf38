//! Fingerprints of public keys.

use crate::public_key::{Certificate, PublicKey};

/// MD5 of the key's blob as 16 lower-case hex pairs joined by colons (OpenSSH's classic form).
pub fn md5(key: &PublicKey) -> String {
    let _ = key;
    todo!()
}

/// `SHA256:` and the unpadded base64 of SHA-256 of the key's blob (OpenSSH's form of today).
pub fn sha256(key: &PublicKey) -> String {
    let _ = key;
    todo!()
}

/// SHA-1 of the certificate's DER as 20 lower-case hex pairs joined by colons.
pub fn certificate_sha1(certificate: &Certificate) -> String {
    let _ = certificate;
    todo!()
}
