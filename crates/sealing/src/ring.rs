//! The server keys that are in force together.

use crate::server_key::{KeyId, ServerKey, ServerKeyError};
use crate::{Damage, VERSION};

/// The server keys that are in force: one to seal under, and older ones that still open what was
/// sealed under them. It may hold none at all; then nothing is sealed or opened.
#[derive(Debug, Default)]
pub struct KeyRing {
    /// The current one first. Never older ones without a current one.
    keys: Vec<ServerKey>,
}

impl KeyRing {
    /// No key.
    pub fn empty() -> Self {
        Self::default()
    }

    /// A key that is drawn now and gone with the process: for stores that are, too.
    ///
    /// # Errors
    /// [`ServerKeyError::NoRandomness`].
    pub fn generate() -> Result<Self, ServerKeyError> {
        ServerKey::generate().map(|key| Self::new(key, Vec::new()))
    }

    /// A key to seal under, and older ones.
    pub fn new(current: ServerKey, older: Vec<ServerKey>) -> Self {
        let mut keys = older;
        keys.insert(0, current);
        Self { keys }
    }

    /// The key under which all is sealed.
    pub fn current(&self) -> Option<&ServerKey> {
        self.keys.first()
    }

    /// How many keys only open.
    pub fn older(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    /// The key that something sealed names.
    pub(crate) fn key_of(&self, sealed: &[u8]) -> Result<&ServerKey, Damage> {
        let (version, rest) = sealed.split_first().ok_or(Damage::TooShort)?;
        if *version != VERSION {
            return Err(Damage::UnknownVersion(*version));
        }
        let id = rest
            .first_chunk()
            .map(|id| KeyId::new(*id))
            .ok_or(Damage::TooShort)?;
        self.keys
            .iter()
            .find(|key| key.id() == id)
            .ok_or(Damage::UnknownServerKey(id))
    }
}
