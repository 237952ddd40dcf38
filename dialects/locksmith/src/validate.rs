//! The cloud's rules for ids, in the cloud's order.

mod slug;

use keypair_core::{KeyName, Retention};

use crate::error::{Error, Fault};
use crate::request::CreateKeyPairRequest;

pub(crate) use slug::Slug;

/// The key store that always exists and that is meant where none is named.
pub(crate) const DEFAULT_KEY_STORE: &str = "default";

/// What a call is about, as answers name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Subject {
    /// The key pair's id as it was sent, where answers echo that.
    pub(crate) sent: Vec<u8>,
    /// The key pair's id.
    pub(crate) key_pair: Slug,
    /// The key store's id.
    pub(crate) key_store: Slug,
}

impl Subject {
    /// Puts the names where a text has `{sent}`, `{id}` and `{store}`.
    pub(crate) fn fill_in(&self, template: &str) -> Vec<u8> {
        let mut text = Vec::with_capacity(template.len() + self.sent.len());
        for piece in template.split(['{', '}']) {
            text.extend_from_slice(match piece {
                "sent" => &self.sent,
                "id" => self.key_pair.as_str().as_bytes(),
                "store" => self.key_store.as_str().as_bytes(),
                literal => literal.as_bytes(),
            });
        }
        text
    }
}

/// A key pair create that only the store can still refuse.
#[derive(Debug, Clone)]
pub(crate) struct NewKeyPair {
    /// What it is about.
    pub(crate) subject: Subject,
    /// The name to store it by.
    pub(crate) name: KeyName,
    /// What becomes of the private half.
    pub(crate) retention: Retention,
}

/// Judges a key pair create.
///
/// # Errors
/// In this order: [`Fault::KeyPairIdMissing`], [`Fault::InvalidKeyStore`],
/// [`Fault::FileNameTooLong`].
pub(crate) fn new_key_pair(request: CreateKeyPairRequest) -> Result<NewKeyPair, Error> {
    let key_pair = Slug::of(&request.key_pair_id);
    if key_pair.is_empty() {
        return Err(Fault::KeyPairIdMissing.into());
    }
    let key_store = key_store_slug(request.key_store.as_deref())?;
    let subject = Subject {
        sent: Vec::new(),
        key_pair,
        key_store,
    };
    match name(&subject.key_pair) {
        Some(name) if !subject.key_store.is_too_long() => Ok(NewKeyPair {
            subject,
            name,
            retention: if request.store_private_key {
                Retention::Keep {
                    passphrase: request.passphrase,
                }
            } else {
                Retention::Discard
            },
        }),
        Some(_) | None => Err(Fault::FileNameTooLong.into()),
    }
}

/// The key store of a read or a listing: one that could exist.
///
/// # Errors
/// [`Fault::InvalidKeyStore`].
pub(crate) fn key_store(named: Option<&str>) -> Result<Slug, Error> {
    let key_store = key_store_slug(named)?;
    if key_store.is_too_long() {
        return Err(Error::about(
            Fault::InvalidKeyStore,
            in_key_store(key_store),
        ));
    }
    Ok(key_store)
}

/// Judges the name of a new key store.
///
/// # Errors
/// In this order: [`Fault::KeyStoreNameMissing`], [`Fault::KeyStoreExists`],
/// [`Fault::KeyStoreNameTooLong`].
pub(crate) fn new_key_store(name: &str) -> Result<Slug, Error> {
    if name.is_empty() {
        return Err(Fault::KeyStoreNameMissing.into());
    }
    let key_store = Slug::of(name);
    // For the cloud an empty id is the folder of all key stores, which exists.
    if key_store.is_empty() || key_store.as_str() == DEFAULT_KEY_STORE {
        return Err(Fault::KeyStoreExists.into());
    }
    if key_store.is_too_long() {
        return Err(Fault::KeyStoreNameTooLong.into());
    }
    Ok(key_store)
}

/// The name that a key pair of an id is stored by; `None` if there can be none.
pub(crate) fn name(key_pair: &Slug) -> Option<KeyName> {
    let fits = !key_pair.is_too_long();
    fits.then(|| KeyName::parse(key_pair.as_str()).ok())?
}

/// A subject that is a key store only.
pub(crate) fn in_key_store(key_store: Slug) -> Subject {
    Subject {
        key_store,
        ..Subject::default()
    }
}

/// The id of the key store that was named, or of the default one.
fn key_store_slug(named: Option<&str>) -> Result<Slug, Error> {
    let key_store = Slug::of(named.unwrap_or(DEFAULT_KEY_STORE));
    if key_store.is_empty() {
        return Err(Error::about(Fault::InvalidKeyStore, Subject::default()));
    }
    Ok(key_store)
}
