//! What the service stands on in tests: a clock that stands still, entropy that counts, a
//! generator that hands out keys from files, and a sealer that seals nothing.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use keypair_core::material::MaterialError;
use keypair_core::ports::{Clock, Entropy, GenerateError, KeyGenerator, SealError, Sealer};
use keypair_core::{
    BoxFuture, KeySpec, Passphrase, PrivateKey, SealedPrivateKey, Source, encoding,
};
use sha2::{Digest, Sha256};

/// A clock that shows what it is set to.
#[derive(Debug)]
pub(crate) struct FixedClock(Mutex<SystemTime>);

impl FixedClock {
    pub(crate) fn new(now: SystemTime) -> Self {
        Self(Mutex::new(now))
    }

    pub(crate) fn set(&self, now: SystemTime) {
        *lock(&self.0) = now;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        *lock(&self.0)
    }
}

/// Entropy that counts 1, 2, 3 …, but gives what it is told first.
#[derive(Debug, Default)]
pub(crate) struct CountingEntropy(Mutex<Draws>);

#[derive(Debug, Default)]
struct Draws {
    counted: u128,
    told: VecDeque<u128>,
}

impl CountingEntropy {
    /// The next draw that nothing is told for gives these bits.
    pub(crate) fn tell(&self, bits: u128) {
        lock(&self.0).told.push_back(bits);
    }
}

impl Entropy for CountingEntropy {
    fn bits128(&self) -> u128 {
        let mut draws = lock(&self.0);
        draws.told.pop_front().unwrap_or_else(|| {
            draws.counted += 1;
            draws.counted
        })
    }
}

/// A generator that hands out keys from files.
#[derive(Debug)]
pub(crate) struct FixtureKeys {
    /// Where a dialect keeps keys of its own.
    folder: PathBuf,
    /// The PEM of the key to hand out, whatever is asked for.
    chosen: Mutex<Option<String>>,
}

impl FixtureKeys {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            chosen: Mutex::new(None),
        }
    }

    /// Hands out the key of this name from here on.
    ///
    /// # Errors
    /// There is no such file, or no key in it.
    pub(crate) fn choose(&self, name: &str) -> Result<(), String> {
        let path = self.folder.join(format!("{name}.pem"));
        let shown = path.display();
        let pem = fs::read_to_string(&path).map_err(|error| format!("{shown}: {error}"))?;
        encoding::parse_private_key(&pem).map_err(|error| format!("{shown}: {error}"))?;
        *lock(&self.chosen) = Some(pem);
        Ok(())
    }

    fn key(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        let chosen = lock(&self.chosen);
        let pem = match (chosen.as_deref(), spec) {
            (Some(pem), _) => pem,
            (None, KeySpec::Ed25519) => include_str!("../fixtures/ed25519.pem"),
            (None, KeySpec::Rsa { bits: 1024 }) => include_str!("../fixtures/rsa-1024.pem"),
            (None, KeySpec::Rsa { bits: 2048 }) => include_str!("../fixtures/rsa-2048.pem"),
            (None, KeySpec::Rsa { bits: 3072 }) => include_str!("../fixtures/rsa-3072.pem"),
            (None, KeySpec::Rsa { bits: 4096 }) => include_str!("../fixtures/rsa-4096.pem"),
            (None, KeySpec::Rsa { bits: _ }) => return Err(GenerateError::Unsupported),
        };
        encoding::parse_private_key(pem).map_err(|error| GenerateError::Failed(error.into()))
    }
}

impl KeyGenerator for FixtureKeys {
    fn generate(&self, spec: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        Box::pin(async move { self.key(spec) })
    }
}

/// Wraps private keys so that tests can open them again the same way every time. It protects
/// nothing: the real one is another crate's.
#[derive(Debug)]
pub(crate) struct TransparentSealer;

const MARKER: &[u8] = b"NOT SEALED, FOR TESTS ONLY\n";
const DIGEST_BYTES: usize = 32;

impl Sealer for TransparentSealer {
    fn can_seal(&self) -> bool {
        true
    }

    fn seal<'a>(
        &'a self,
        key: &'a PrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<SealedPrivateKey, SealError>> {
        Box::pin(async move {
            let der = encoding::to_pkcs8_der(key)
                .map_err(|error: MaterialError| SealError::Failed(error.into()))?;
            let mut bytes = MARKER.to_vec();
            bytes.extend_from_slice(&Sha256::digest(context));
            bytes.extend_from_slice(&passphrase_digest(passphrase));
            bytes.extend_from_slice(&der);
            Ok(SealedPrivateKey {
                bytes,
                passphrase_protected: passphrase.is_some(),
            })
        })
    }

    fn open<'a>(
        &'a self,
        sealed: &'a SealedPrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<PrivateKey, SealError>> {
        Box::pin(async move {
            let damaged = |why: &'static str| SealError::Damaged(Source::from(why));
            let parts = sealed.bytes.strip_prefix(MARKER).and_then(|rest| {
                let (place, rest) = rest.split_at_checked(DIGEST_BYTES)?;
                let (lock, der) = rest.split_at_checked(DIGEST_BYTES)?;
                Some((place, lock, der))
            });
            let (place, lock, der) = parts.ok_or_else(|| damaged("not sealed here"))?;
            if place != Sha256::digest(context).as_slice() {
                return Err(damaged("sealed for another place"));
            }
            if sealed.passphrase_protected && lock != passphrase_digest(passphrase) {
                return Err(SealError::WrongPassphrase);
            }
            encoding::from_pkcs8_der(der).map_err(|error| SealError::Damaged(error.into()))
        })
    }
}

/// No passphrase is not the same as an empty one.
fn passphrase_digest(passphrase: Option<&Passphrase>) -> [u8; DIGEST_BYTES] {
    passphrase.map_or([0; DIGEST_BYTES], |it| Sha256::digest(it.as_bytes()).into())
}

/// A lock that outlives the panic of a case: the case has failed, the next one has its own world.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "doubles_tests.rs"]
mod tests;
