//! How the cloud's own program encrypts a private key under a passphrase: AES-256-GCM without
//! associated data, the key made of the passphrase by two fast digests. It is read here so that it
//! can be left behind; nothing is ever written that way.
//!
//! Source: the cloud's program.

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use base64ct::{Base64, Encoding as _};
use keypair_core::Passphrase;
use md5::Md5;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
const KEY_BYTES: usize = 32;

/// The nonce, ciphertext and tag in a file; `None` if it cannot hold them.
pub(super) fn unwrap(file: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(file).ok()?.trim_ascii();
    let sealed = Base64::decode_vec(text).ok()?;
    (sealed.len() > NONCE_BYTES + TAG_BYTES).then_some(sealed)
}

/// The PEM text that was encrypted; `None` if the passphrase is not the right one.
pub(super) fn open(sealed: &[u8], passphrase: &Passphrase) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
    let mut text = Zeroizing::new(ciphertext.to_vec());
    Aes256Gcm::new((&*key(passphrase)).into())
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            &[],
            text.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .ok()?;
    Some(text)
}

/// The first 32 hexadecimal digits, as ASCII, of SHA-1 over the passphrase and the hexadecimal MD5
/// of it.
fn key(passphrase: &Passphrase) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut digits = Zeroizing::new([0; 2 * 16]);
    push_hex(&Md5::digest(passphrase.as_bytes()), digits.as_mut_slice());
    let mut digest = Sha1::new();
    digest.update(passphrase.as_bytes());
    digest.update(digits.as_slice());
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    push_hex(&digest.finalize(), key.as_mut_slice());
    key
}

/// Writes as many lower-case hexadecimal digits as there is room for.
fn push_hex(bytes: &[u8], digits: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    for (digit, nibble) in digits.iter_mut().zip(nibbles) {
        *digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    }
}

#[cfg(test)]
pub(super) mod tests {
    use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
    use aes_gcm::{Aes256Gcm, Nonce};
    use base64ct::{Base64, Encoding as _};
    use keypair_core::Passphrase;

    use super::{key, open, unwrap};

    /// What the cloud would have written.
    pub(in crate::import) fn seal(text: &[u8], passphrase: &str) -> String {
        let key = key(&Passphrase::new(passphrase.to_owned()));
        let nonce = *b"twelve bytes";
        let mut bytes = text.to_vec();
        let tag = Aes256Gcm::new((&*key).into())
            .encrypt_inout_detached(&Nonce::from(nonce), &[], bytes.as_mut_slice().into())
            .unwrap();
        Base64::encode_string(&[&nonce, bytes.as_slice(), tag.as_slice()].concat())
    }

    #[test]
    fn keys_are_made_as_the_cloud_makes_them() {
        let key = key(&Passphrase::new("s3cr3t".to_owned()));
        assert_eq!(&key[..], b"f06c8e577a7a6f8c898a219d22c340e3");
    }

    #[test]
    fn what_is_too_short_or_no_base64_is_not_taken() {
        for file in ["", "AAAA", "no base64", &"A".repeat(36), "\u{e9}"] {
            assert_eq!(unwrap(file.as_bytes()), None, "{file}");
        }
        let sealed = unwrap(format!("{}\n", "A".repeat(40)).as_bytes()).unwrap();
        assert_eq!(sealed.len(), 30);
        assert_eq!(open(&sealed, &Passphrase::new(String::new())), None);
    }
}
