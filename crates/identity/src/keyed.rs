//! Hashes under the signing key: what secrets are looked up and compared by.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A keyed hash of something.
pub(crate) type Digest = [u8; 32];

/// What a hash is for: the same input gives unrelated hashes for different purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Signing a log-in token.
    Token,
    /// Finding or comparing a secret of the config.
    Secret,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Token => b"keyglot token",
            Self::Secret => b"keyglot secret",
        }
    }
}

/// A key that hashes for one dialect.
#[derive(Clone)]
pub(crate) struct KeyedHash {
    dialect: Box<str>,
    /// What is the same for all inputs is hashed once.
    tokens: Hmac<Sha256>,
    secrets: Hmac<Sha256>,
}

impl KeyedHash {
    pub(crate) fn new(dialect: &str, key: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            dialect: dialect.into(),
            tokens: begun(key, Purpose::Token, dialect),
            secrets: begun(key, Purpose::Secret, dialect),
        }
    }

    /// HMAC-SHA-256 over purpose, dialect and input. The first two go in with their lengths, so no
    /// two triples run together.
    pub(crate) fn digest(&self, purpose: Purpose, input: &[u8]) -> Digest {
        let begun = match purpose {
            Purpose::Token => &self.tokens,
            Purpose::Secret => &self.secrets,
        };
        let mut mac = begun.clone();
        mac.update(input);
        mac.finalize().into_bytes().into()
    }
}

fn begun(key: &[u8; 32], purpose: Purpose, dialect: &str) -> Hmac<Sha256> {
    // HMAC pads a key shorter than its block with zeros; done here, nothing can fail.
    let mut block = Zeroizing::new(hmac::digest::Key::<Hmac<Sha256>>::default());
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block);
    for part in [purpose.label(), dialect.as_bytes()] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedHash")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyedHash, Purpose};
    use zeroize::Zeroizing;

    #[test]
    fn key_purpose_dialect_and_input_all_matter() {
        let hash = |key, dialect, purpose, input: &[u8]| {
            KeyedHash::new(dialect, &Zeroizing::new([key; 32])).digest(purpose, input)
        };
        let base = hash(1, "first", Purpose::Secret, b"x");
        assert_eq!(base, hash(1, "first", Purpose::Secret, b"x"));
        assert_ne!(base, hash(2, "first", Purpose::Secret, b"x"));
        assert_ne!(base, hash(1, "second", Purpose::Secret, b"x"));
        assert_ne!(base, hash(1, "first", Purpose::Token, b"x"));
        assert_ne!(base, hash(1, "first", Purpose::Secret, b"y"));
        assert_ne!(
            hash(1, "no", Purpose::Secret, b"vax"),
            hash(1, "first", Purpose::Secret, b"x"),
            "lengths keep neighbours apart"
        );
    }

    #[test]
    fn debug_shows_no_key() {
        let text = format!("{:?}", KeyedHash::new("first", &Zeroizing::new([7; 32])));
        assert_eq!(text, r#"KeyedHash { dialect: "first", .. }"#);
    }
}
