//! Encrypts the private keys that are kept, so that a store never holds one in the clear.
//!
//! Every record is sealed with XChaCha20-Poly1305 under a 32-byte server key, bound to the place
//! it is stored at. If the owner gave a passphrase, the private key inside is sealed once more,
//! under a key that argon2id makes of the passphrase: then neither the server's key nor the
//! passphrase is enough alone.
//!
//! # Format
//!
//! A sealed private key, version 1:
//!
//! | bytes | content |
//! |---|---|
//! | 1 | version: `01` |
//! | 8 | which server key: the beginning of SHA-256 of `keyglot server key id` and the key |
//! | 24 | nonce, random |
//! | n | ciphertext of the inner record |
//! | 16 | tag; authenticates version, server key id, the caller's context and the inner record |
//!
//! The inner record without a passphrase:
//!
//! | bytes | content |
//! |---|---|
//! | 1 | kind: `00` |
//! | n | the private key, PKCS#8 DER |
//!
//! With a passphrase:
//!
//! | bytes | content |
//! |---|---|
//! | 1 | kind: `01` |
//! | 12 | argon2id (version 1.3) cost: memory in KiB, passes, lanes; big-endian, 4 bytes each |
//! | 16 | salt, random |
//! | 24 | nonce, random |
//! | n | ciphertext of the private key, PKCS#8 DER |
//! | 16 | tag; authenticates kind, cost, salt and private key |
//!
//! The outer layer tells damage from a wrong passphrase: what opens outside is as it was sealed,
//! so if the inside does not open it is the passphrase.
//!
//! # Rotation
//!
//! What is sealed names its server key. A new key becomes the current one, under which all is
//! sealed from then on; the older ones stay in the ring for what was sealed under them. The ring can
//! be exchanged while keys are sealed and opened: each call takes the ring that it finds and keeps
//! it to its end.

use std::sync::{Arc, PoisonError, RwLock};

use keypair_core::encoding::{from_pkcs8_der, to_pkcs8_der};
use keypair_core::ports::{SealError, Sealer};
use keypair_core::{BoxFuture, Passphrase, PrivateKey, SealedPrivateKey};
use tokio::sync::Semaphore;
use tokio::task;
use zeroize::Zeroizing;

mod layer;
mod passphrase;
mod ring;
mod server_key;

pub use ring::KeyRing;
pub use server_key::{KeyId, ServerKey, ServerKeyError};

/// The first byte of everything that is sealed.
const VERSION: u8 = 1;
/// The version and the server key's id.
const HEADER_BYTES: usize = 1 + KeyId::BYTES;
/// The inner record is the private key.
const PLAIN: u8 = 0;
/// How many passphrases are worked on at once: each takes 19 MiB and tens of milliseconds of a
/// core, and a server of two cores must still answer.
const PASSPHRASE_THREADS: usize = 2;

/// The [`Sealer`] that seals under keys of the server. With a passphrase it must be used inside
/// a Tokio runtime.
#[derive(Debug)]
pub struct ServerKeySealer {
    ring: RwLock<Arc<KeyRing>>,
    passphrase_threads: Arc<Semaphore>,
}

/// Why something sealed did not open, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It is shorter than anything sealed.
    #[error("too short")]
    TooShort,
    /// It was sealed by a later release, or never.
    #[error("unknown format version {0}")]
    UnknownVersion(u8),
    /// Its server key is not in the ring.
    #[error("sealed under the server key {0}, which is not known")]
    UnknownServerKey(KeyId),
    /// It was changed, or it was sealed for another place.
    #[error("not authentic")]
    NotAuthentic,
    /// It is authentic and still makes no sense.
    #[error("the sealed record cannot be read")]
    BadRecord,
    /// The record beside it says otherwise about a passphrase than it does itself.
    #[error("the note about a passphrase is wrong")]
    PassphraseNote,
}

impl From<Damage> for SealError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(Box::new(damage))
    }
}

impl ServerKeySealer {
    /// Seals under the current key of a ring; opens what was sealed under any key in it.
    pub fn new(ring: KeyRing) -> Self {
        Self {
            ring: RwLock::new(Arc::new(ring)),
            passphrase_threads: Arc::new(Semaphore::new(PASSPHRASE_THREADS)),
        }
    }

    /// Takes another ring from the next call on; calls on their way end with the one they have.
    pub fn exchange(&self, ring: KeyRing) {
        let ring = Arc::new(ring);
        // Nobody panics with the lock: what it guards is one pointer, whole at all times.
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn seal_key(
        &self,
        key: &PrivateKey,
        passphrase: Option<&Passphrase>,
        context: &[u8],
    ) -> Result<SealedPrivateKey, SealError> {
        let ring = self.ring();
        let server_key = ring.current().ok_or(SealError::NoServerKey)?;
        let der = to_pkcs8_der(key).map_err(|error| SealError::Failed(Box::new(error)))?;
        let inner = match passphrase {
            None => plain_record(&der),
            Some(passphrase) => {
                let passphrase = passphrase.clone();
                self.on_passphrase_thread(move || passphrase::seal(&der, &passphrase))
                    .await?
            }
        };
        Ok(SealedPrivateKey {
            bytes: layer::seal(server_key.bytes(), &header(server_key), context, &inner)?,
            passphrase_protected: passphrase.is_some(),
        })
    }

    async fn open_key(
        &self,
        sealed: &SealedPrivateKey,
        passphrase: Option<&Passphrase>,
        context: &[u8],
    ) -> Result<PrivateKey, SealError> {
        let ring = self.ring();
        if ring.current().is_none() {
            return Err(SealError::NoServerKey);
        }
        let key = ring.key_of(&sealed.bytes)?;
        let inner = layer::open(key.bytes(), &sealed.bytes, HEADER_BYTES, context)?;
        let kind = inner.first().copied().ok_or(Damage::BadRecord)?;
        if sealed.passphrase_protected != (kind == passphrase::KIND) {
            return Err(Damage::PassphraseNote.into());
        }
        match kind {
            PLAIN => read_key(inner.get(1..).unwrap_or_default()),
            passphrase::KIND => {
                let passphrase = passphrase.ok_or(SealError::WrongPassphrase)?.clone();
                self.on_passphrase_thread(move || read_key(&passphrase::open(&inner, &passphrase)?))
                    .await
            }
            _ => Err(Damage::BadRecord.into()),
        }
    }

    /// Does slow work on one of the few threads for it. If the caller goes away, the thread is
    /// taken until the work is done.
    async fn on_passphrase_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, SealError> + Send + 'static,
    ) -> Result<T, SealError> {
        let threads = Arc::clone(&self.passphrase_threads);
        let thread = threads
            .acquire_owned()
            .await
            .map_err(|error| SealError::Failed(Box::new(error)))?;
        task::spawn_blocking(move || {
            let _thread = thread;
            work()
        })
        .await
        .map_err(|error| SealError::Failed(Box::new(error)))?
    }
}

impl Sealer for ServerKeySealer {
    fn can_seal(&self) -> bool {
        self.ring().current().is_some()
    }

    fn seal<'a>(
        &'a self,
        key: &'a PrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<SealedPrivateKey, SealError>> {
        Box::pin(self.seal_key(key, passphrase, context))
    }

    fn open<'a>(
        &'a self,
        sealed: &'a SealedPrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<PrivateKey, SealError>> {
        Box::pin(self.open_key(sealed, passphrase, context))
    }
}

fn header(key: &ServerKey) -> [u8; HEADER_BYTES] {
    let mut header = [VERSION; HEADER_BYTES];
    for (byte, id) in header.iter_mut().skip(1).zip(key.id().as_bytes()) {
        *byte = *id;
    }
    header
}

fn plain_record(der: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut record = Zeroizing::new(Vec::with_capacity(1 + der.len()));
    record.push(PLAIN);
    record.extend_from_slice(der);
    record
}

fn read_key(der: &[u8]) -> Result<PrivateKey, SealError> {
    from_pkcs8_der(der).map_err(|_| Damage::BadRecord.into())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    fn all() -> u32 {
        u32::try_from(PASSPHRASE_THREADS).unwrap()
    }

    fn key() -> PrivateKey {
        PrivateKey::from_ed25519_seed(Zeroizing::new([7; 32]))
    }

    #[tokio::test]
    async fn passphrases_wait_for_a_free_thread_and_nothing_else_does() {
        let sealer = ServerKeySealer::new(KeyRing::generate().unwrap());
        let (key, passphrase) = (key(), Passphrase::new("p".to_owned()));
        let threads = Arc::clone(&sealer.passphrase_threads);
        let taken = threads.acquire_many_owned(all()).await.unwrap();

        let mut waiting = pin!(sealer.seal(&key, Some(&passphrase), b""));
        for _ in 0..3 {
            let polled = poll_fn(|cx| Poll::Ready(waiting.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
            let without = sealer.seal(&key, None, b"").await;
            assert!(without.is_ok());
        }
        drop(taken);
        assert!(waiting.await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_goes_away_loses_no_thread() {
        let sealer = ServerKeySealer::new(KeyRing::generate().unwrap());
        let (key, passphrase) = (key(), Passphrase::new("p".to_owned()));
        for _ in 0..4 {
            let mut gone = Box::pin(sealer.seal(&key, Some(&passphrase), b""));
            let polled = poll_fn(|cx| Poll::Ready(gone.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
        }
        let threads = Arc::clone(&sealer.passphrase_threads);
        assert!(threads.acquire_many_owned(all()).await.is_ok());
    }
}
