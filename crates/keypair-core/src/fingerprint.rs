//! Fingerprints of public keys.

use base64ct::{Base64Unpadded, Encoding as _};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::public_key::{Certificate, PublicKey};

/// MD5 of the key's blob as 16 lower-case hex pairs joined by colons (OpenSSH's classic form).
pub fn md5(key: &PublicKey) -> String {
    colon_hex(&Md5::digest(key.blob()))
}

/// `SHA256:` and the unpadded base64 of SHA-256 of the key's blob (OpenSSH's form of today).
pub fn sha256(key: &PublicKey) -> String {
    let digest = Sha256::digest(key.blob());
    format!("SHA256:{}", Base64Unpadded::encode_string(&digest))
}

/// SHA-1 of the certificate's DER as 20 lower-case hex pairs joined by colons.
pub fn certificate_sha1(certificate: &Certificate) -> String {
    colon_hex(&Sha1::digest(certificate.der()))
}

fn colon_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' - 10 + nibble,
    };
    let mut text = vec![b':'; bytes.len() * 3];
    for (place, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *place = [digit(byte >> 4), digit(byte & 0x0f), b':'];
    }
    text.pop();
    // All of it is ASCII.
    String::from_utf8(text).unwrap_or_default()
}
