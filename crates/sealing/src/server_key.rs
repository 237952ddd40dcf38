//! The server's keys, and how an operator writes them.

use std::fmt;

use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A key of the server: 32 random bytes, wiped when dropped. It prints as its id.
pub struct ServerKey {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// Names a server key without giving it away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; Self::BYTES]);

/// Why a text is no server key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerKeyError {
    /// The text has the length of no way to write 32 bytes.
    #[error(
        "a server key is 32 bytes, written as 64 hexadecimal digits or 44 characters of base64; \
         this has {characters} characters"
    )]
    Length {
        /// How many characters it has.
        characters: usize,
    },
    /// A character is none of hexadecimal or base64, or the padding is wrong.
    #[error("a server key must be hexadecimal or base64, and this is neither")]
    Encoding,
    /// All bytes are the same: somebody has written a placeholder.
    #[error("a server key must be random, for instance from `openssl rand -base64 32`")]
    NotRandom,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

impl ServerKey {
    /// Draws a new key.
    ///
    /// # Errors
    /// [`ServerKeyError::NoRandomness`].
    pub fn generate() -> Result<Self, ServerKeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| ServerKeyError::NoRandomness)?;
        Self::from_bytes(bytes)
    }

    /// Reads a key from 64 hexadecimal digits or from base64, with either alphabet, padded or
    /// not. White space around it is passed over, as files end in a line feed.
    ///
    /// # Errors
    /// [`ServerKeyError::Length`], [`ServerKeyError::Encoding`], [`ServerKeyError::NotRandom`].
    pub fn parse(text: &str) -> Result<Self, ServerKeyError> {
        let text = text.trim();
        let mut bytes = Zeroizing::new([0; 32]);
        let buffer = bytes.as_mut_slice();
        let url = text.contains(['-', '_']);
        let read = match (text.len(), url) {
            (64, _) => hex::decode_to_slice(text, buffer).is_ok(),
            (44, false) => Base64::decode(text, buffer).is_ok(),
            (44, true) => Base64Url::decode(text, buffer).is_ok(),
            (43, false) => Base64Unpadded::decode(text, buffer).is_ok(),
            (43, true) => Base64UrlUnpadded::decode(text, buffer).is_ok(),
            _ => {
                return Err(ServerKeyError::Length {
                    characters: text.chars().count(),
                });
            }
        };
        if !read {
            return Err(ServerKeyError::Encoding);
        }
        Self::from_bytes(bytes)
    }

    /// Takes a key from its bytes.
    ///
    /// # Errors
    /// [`ServerKeyError::NotRandom`].
    pub fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Result<Self, ServerKeyError> {
        let [first, rest @ ..] = &*bytes;
        if rest.iter().all(|byte| byte == first) {
            return Err(ServerKeyError::NotRandom);
        }
        let digest = Sha256::new()
            .chain_update("keyglot server key id")
            .chain_update(bytes.as_slice())
            .finalize();
        let mut id = [0; KeyId::BYTES];
        for (byte, digest) in id.iter_mut().zip(digest) {
            *byte = digest;
        }
        Ok(Self {
            bytes,
            id: KeyId(id),
        })
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Gives the key's bytes up, for another use of a key that operators write the same way.
    pub fn into_bytes(self) -> Zeroizing<[u8; 32]> {
        self.bytes
    }

    /// What the key is called in sealed bytes and in logs.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerKey({})", self.id)
    }
}

impl KeyId {
    /// How many bytes an id has.
    pub const BYTES: usize = 8;

    pub(crate) fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
