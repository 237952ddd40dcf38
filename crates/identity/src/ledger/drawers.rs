//! Records as notes in drawers of the store.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::Store;
use keypair_core::{Error, Note, Realm, Receipt, TenantId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// An account stays until it is removed: the end of the year 9999, which every store can write.
const NEVER: Duration = Duration::from_secs(253_402_300_799);

/// No account goes to make room for another.
const CAPACITY: u32 = u32::MAX;

/// Hex digits of a place, half an id.
const PLACE_DIGITS: usize = 16;

/// Which drawer: one of all accounts of the dialect, or one of a user's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Drawer<'a> {
    All(&'static str),
    /// The drawer's name and the user's id.
    User(&'static str, &'a str),
}

/// The notes of one dialect's accounts.
pub(super) struct Drawers {
    /// What the names of the tenants begin with that the drawers belong to: none that a dialect's
    /// callers could be.
    root: String,
    realm: Realm,
    store: Arc<dyn Store>,
}

impl Drawers {
    pub(super) fn new(dialect: &str, realm: Realm, store: Arc<dyn Store>) -> Self {
        Self {
            root: format!("accounts/{dialect}"),
            realm,
            store,
        }
    }

    fn locate(&self, drawer: Drawer<'_>) -> (TenantId, &'static str) {
        match drawer {
            Drawer::All(drawer) => (TenantId::new(self.root.as_str()), drawer),
            Drawer::User(drawer, user_id) => {
                (TenantId::new(format!("{}/{user_id}", self.root)), drawer)
            }
        }
    }

    /// Puts a record there, unless there is one of that name; whether it was put.
    pub(super) async fn add<R: Serialize>(
        &self,
        drawer: Drawer<'_>,
        name: &str,
        record: &R,
        now: SystemTime,
    ) -> Result<bool, Error> {
        let (tenant, drawer) = self.locate(drawer);
        let receipt = Receipt {
            drawer,
            capacity: CAPACITY,
            note: Note {
                name: name.to_owned(),
                body: serde_json::to_vec(record).map_err(corrupt)?,
                written_at: now,
                until: UNIX_EPOCH + NEVER,
            },
        };
        Ok(self.store.add_note(&self.realm, &tenant, &receipt).await?)
    }

    /// The record of that name.
    pub(super) async fn read<R: DeserializeOwned>(
        &self,
        drawer: Drawer<'_>,
        name: &str,
    ) -> Result<Option<R>, Error> {
        let (tenant, drawer) = self.locate(drawer);
        // These notes do not end, so any time will do.
        let note = self
            .store
            .note(&self.realm, &tenant, drawer, name, UNIX_EPOCH)
            .await?;
        note.map(|note| parse(&note)).transpose()
    }

    /// All records.
    pub(super) async fn all<R: DeserializeOwned>(
        &self,
        drawer: Drawer<'_>,
    ) -> Result<Vec<R>, Error> {
        let (tenant, drawer) = self.locate(drawer);
        let notes = self
            .store
            .notes(&self.realm, &tenant, drawer, UNIX_EPOCH)
            .await?;
        notes.iter().map(parse).collect()
    }

    /// Removes a record; whether there was one.
    pub(super) async fn remove(&self, drawer: Drawer<'_>, name: &str) -> Result<bool, Error> {
        let (tenant, drawer) = self.locate(drawer);
        let removed = self.store.remove_note(&self.realm, &tenant, drawer, name);
        Ok(removed.await?)
    }
}

fn parse<R: DeserializeOwned>(note: &Note) -> Result<R, Error> {
    serde_json::from_slice(&note.body).map_err(corrupt)
}

fn corrupt(error: serde_json::Error) -> Error {
    Error::CorruptRecord {
        source: error.into(),
    }
}

/// Where in its drawer something stands whose name must be unique: 64 bits of a hash, as hex digits.
/// It hides nothing and depends on no key, so that it stays where it is when keys change.
pub(super) fn place_of(drawer: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&drawer).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut first = [0; PLACE_DIGITS / 2];
    for (to, from) in first.iter_mut().zip(digest) {
        *to = from;
    }
    format!("{:016x}", u64::from_be_bytes(first))
}

/// Where something of that id stands; `None` if nothing here has such an id.
pub(super) fn place_of_id(id: &str) -> Option<&str> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let known = id.len() == 2 * PLACE_DIGITS && id.bytes().all(hex);
    id.get(..PLACE_DIGITS).filter(|_| known)
}

#[cfg(test)]
mod tests {
    use super::{place_of, place_of_id};

    #[test]
    fn places_tell_names_apart_and_stay() {
        assert_eq!(place_of("users", &["ada"]), place_of("users", &["ada"]));
        assert_eq!(place_of("users", &["ada"]).len(), 16);
        assert_ne!(place_of("users", &["ada"]), place_of("users", &["bob"]));
        assert_ne!(place_of("users", &["ada"]), place_of("projects", &["ada"]));
        assert_ne!(
            place_of("roles", &["ab", "c"]),
            place_of("roles", &["a", "bc"])
        );
    }

    #[test]
    fn ids_of_another_shape_are_nowhere() {
        let id = "0123456789abcdef0123456789abcdef";
        assert_eq!(place_of_id(id), Some("0123456789abcdef"));
        for other in [
            "",
            "0123",
            &id.to_uppercase(),
            &id.replace('0', "é"),
            "172157",
        ] {
            assert_eq!(place_of_id(other), None, "{other}");
        }
    }
}
