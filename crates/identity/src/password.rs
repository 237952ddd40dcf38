//! Password checks: plain and argon2id, as slow for nobody as for somebody.

use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};
use dialect_api::{Accounts, Secret, User};
use subtle::{Choice, ConstantTimeEq};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::index::AccountProblem;
use crate::keyed::{KeyedHash, Purpose};

/// How a password is told from a hash of one. Other argon2 variants are refused, not taken as
/// plain passwords.
const HASH_PREFIX: &str = "$argon2";

/// As costly to compute as the hashes that are made here; a hash of nothing in particular.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                     AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Checks passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    /// Computed, and its result thrown away, for those who have no hash themselves. `None` if
    /// nobody has one.
    decoy: Option<Arc<str>>,
    /// Each computation takes a core and tens of megabytes.
    slots: Arc<Semaphore>,
}

impl Passwords {
    /// Checks the users' hashes and picks the costliest as decoy.
    pub(crate) fn new(accounts: &Accounts) -> Result<Self, AccountProblem> {
        for delegation in &accounts.delegations {
            if hash_in(&delegation.secret).is_some_and(|hash| cost(hash).is_none()) {
                return Err(AccountProblem::BadSecretHash {
                    delegation: delegation.name.clone(),
                });
            }
        }
        // Whoever may be added at run time has a hash.
        let added = accounts.grows.then_some(DECOY);
        let mut costliest = added.and_then(|hash| Some((cost(hash)?, hash)));
        for user in &accounts.users {
            let Some(hash) = stored_hash(user) else {
                continue;
            };
            let cost = cost(hash).ok_or_else(|| AccountProblem::BadPasswordHash {
                user: user.name.clone(),
            })?;
            if costliest.is_none_or(|(most, _)| cost > most) {
                costliest = Some((cost, hash));
            }
        }
        Ok(Self {
            decoy: costliest.map(|(_, hash)| Arc::from(hash)),
            slots: Arc::new(Semaphore::new(
                available_parallelism().map_or(1, usize::from),
            )),
        })
    }

    /// Whether the password is the user's. The same work is done whoever asks: one comparison of
    /// keyed hashes and, if any user has an argon2id hash, one computation of such a hash.
    pub(crate) async fn check(&self, key: &KeyedHash, user: Option<&User>, given: &str) -> bool {
        let hash = user.and_then(stored_hash);
        let plain = user
            .and_then(|user| user.password.as_ref())
            .filter(|_| hash.is_none());
        let plain_matches = same_secret(key, plain.map(dialect_api::Secret::expose), given);
        let Some(computed) = hash.map(Arc::from).or_else(|| self.decoy.clone()) else {
            return plain_matches;
        };
        let hash_matches = self.compute(computed, given).await;
        if hash.is_some() {
            hash_matches
        } else {
            plain_matches
        }
    }

    /// Whether a secret is the stored one, plain or hashed. That there is one is no secret.
    pub(crate) async fn check_secret(&self, key: &KeyedHash, stored: &Secret, given: &str) -> bool {
        match hash_in(stored) {
            Some(hash) => self.compute(Arc::from(hash), given).await,
            None => same_secret(key, Some(stored.expose()), given),
        }
    }

    /// The argon2id hash of a secret; `None` if it cannot be computed.
    pub(crate) async fn hash(&self, secret: &str, salt: [u8; 16]) -> Option<String> {
        let hash = move |secret: &str| {
            let hash: Result<PasswordHash, _> =
                Argon2::default().hash_password_with_salt(secret.as_bytes(), &salt);
            hash.ok().map(|hash| hash.to_string())
        };
        self.work(secret, hash).await.flatten()
    }

    /// Verifies against an argon2id hash.
    async fn compute(&self, hash: Arc<str>, given: &str) -> bool {
        let work = self.work(given, move |given| verify(&hash, given));
        work.await.unwrap_or(false)
    }

    /// Works on a secret without holding up an async thread; `None` if it cannot be done.
    async fn work<T: Send + 'static>(
        &self,
        secret: &str,
        work: impl FnOnce(&str) -> T + Send + 'static,
    ) -> Option<T> {
        let Ok(runtime) = Handle::try_current() else {
            // Outside a runtime nobody else waits for this thread.
            return Some(work(secret));
        };
        // Closed never; if it were, refusing is right.
        let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        let secret = Zeroizing::new(secret.to_owned());
        let task = runtime.spawn_blocking(move || {
            // Held until the work is done, even if nobody waits for it any longer.
            let _slot = slot;
            work(&secret)
        });
        task.await.ok()
    }
}

/// Whether a secret was given, in a time that depends on the length of what was given alone.
pub(crate) fn same_secret(key: &KeyedHash, expected: Option<&str>, given: &str) -> bool {
    let digest = |text: &str| key.digest(Purpose::Secret, text.as_bytes());
    let there = Choice::from(u8::from(expected.is_some()));
    let same = digest(expected.unwrap_or_default()).ct_eq(&digest(given));
    (there & same).into()
}

fn stored_hash(user: &User) -> Option<&str> {
    user.password.as_ref().and_then(hash_in)
}

fn hash_in(secret: &Secret) -> Option<&str> {
    Some(secret.expose()).filter(|text| text.starts_with(HASH_PREFIX))
}

/// Memory times passes: what a hash costs to compute. `None` if it cannot be computed.
fn cost(hash: &str) -> Option<u64> {
    let parsed = PasswordHash::new(hash).ok()?;
    let complete = parsed.salt.is_some() && parsed.hash.is_some();
    let argon2id = parsed.algorithm.as_str() == argon2::ARGON2ID_IDENT.as_str();
    let params = Params::try_from(&parsed).ok()?;
    (complete && argon2id).then(|| u64::from(params.m_cost()) * u64::from(params.t_cost()))
}

fn verify(hash: &str, given: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(given.as_bytes(), &parsed)
            .is_ok()
    })
}

#[cfg(test)]
#[path = "password_tests.rs"]
mod tests;
