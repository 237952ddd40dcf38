//! The traits at the border of the domain: [`KeyPairs`], [`Quotas`] and [`Notes`] are what a
//! dialect may ask for; the others are what the domain itself asks for.

mod record_bytes;
mod store;
mod timestamp;

pub use record_bytes::RecordBytes;
pub use store::{
    ChangeError, Conflicts, InsertError, Look, NewRecord, ScanError, Store, StoreError,
};
pub use timestamp::{join_time, split_time};

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Source};
use crate::material::{KeySpec, PrivateKey};
use crate::model::{
    Attachment, CertifyKeyPair, Change, CreateKeyPair, CreatedKeyPair, ImportKeyPair, KeyName,
    KeyPair, Limit, Listing, Note, Obstacles, Partition, Passphrase, QuotaRule, Realm, Receipt,
    Scope, SealedPrivateKey, Selector, TenantId, Window,
};

/// A future behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a dialect may ask of the domain. Implemented once, by [`crate::service::Service`].
///
/// Every call takes a [`Scope`]: nothing outside it is read or changed. Every mutation is one
/// atomic step in the store, so a call may be dropped at any await without leaving half a change.
pub trait KeyPairs: Send + Sync {
    /// Looks at what would be in the way of a create, without deciding anything.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn obstacles<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Obstacles, Error>>;

    /// Generates a key pair and stores its public half (and, if asked, the sealed private half).
    ///
    /// # Errors
    /// [`Error::KeyPairExists`], [`Error::QuotaExceeded`], [`Error::UnsupportedAlgorithm`],
    /// [`Error::GenerationBusy`], [`Error::GenerationFailed`], [`Error::KeepingUnavailable`],
    /// [`Error::StoreUnavailable`].
    fn create<'a>(
        &'a self,
        scope: &'a Scope,
        new: CreateKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>>;

    /// Generates a key pair with a self-signed certificate, good from now on, and stores the
    /// certificate.
    ///
    /// # Errors
    /// [`Error::KeyPairExists`], [`Error::QuotaExceeded`], [`Error::UnsupportedAlgorithm`],
    /// [`Error::GenerationBusy`], [`Error::GenerationFailed`], [`Error::StoreUnavailable`].
    fn certify<'a>(
        &'a self,
        scope: &'a Scope,
        new: CertifyKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>>;

    /// Stores a public key of the caller's.
    ///
    /// # Errors
    /// [`Error::KeyPairExists`], [`Error::PublicKeyExists`], [`Error::QuotaExceeded`],
    /// [`Error::StoreUnavailable`].
    fn import<'a>(
        &'a self,
        scope: &'a Scope,
        new: ImportKeyPair,
    ) -> BoxFuture<'a, Result<KeyPair, Error>>;

    /// Finds one key pair.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<KeyPair, Error>>;

    /// Opens the kept private half of a key pair.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::PrivateKeyNotKept`], [`Error::WrongPassphrase`],
    /// [`Error::KeepingUnavailable`], [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn reveal<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        passphrase: Option<&'a Passphrase>,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>>;

    /// Lists the key pairs of the scope's partition, sorted by the name's bytes.
    ///
    /// # Errors
    /// [`Error::MarkerNotFound`], [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        window: Window,
    ) -> BoxFuture<'a, Result<Listing, Error>>;

    /// Deletes all or nothing: either every selected key pair is gone or none is. A key pair that
    /// is selected twice counts once. A receipt is left in the same step.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::KeyPairInUse`], [`Error::StoreUnavailable`].
    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Renames or describes a key pair. Its own name is no conflict.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::KeyPairExists`], [`Error::StoreUnavailable`].
    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: Change,
    ) -> BoxFuture<'a, Result<KeyPair, Error>>;

    /// Makes the attachments' key pairs exactly the selected ones, in one step.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::StoreUnavailable`].
    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Takes the attachments off the selected key pairs; absent ones are passed over.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::StoreUnavailable`].
    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Makes the scope's partition exist while it is empty.
    ///
    /// # Errors
    /// [`Error::PartitionExists`], [`Error::StoreUnavailable`].
    fn create_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<(), Error>>;

    /// The tenant's partitions, sorted by their bytes: those created, and those that a create or
    /// an import has ever put a key pair into.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn list_partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, Error>>;
}

/// Limits on the number of key pairs, changed at run time and stored as key pairs are.
pub trait Quotas: Send + Sync {
    /// The stored limit of a tenant, if one is stored.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, Error>>;

    /// How many key pairs a tenant has.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, Error>>;

    /// Stores a limit. It holds at once; key pairs beyond it stay.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Limit,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Forgets the stored limit.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn clear_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// Notes beside the key pairs, in drawers that every tenant has of its own.
pub trait Notes: Send + Sync {
    /// Puts a note in its drawer; `false` if one of its name is there.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, Error>>;

    /// A note that has not ended.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Note>, Error>>;

    /// A drawer's notes that have not ended, sorted by the bytes of their names.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`], [`Error::CorruptRecord`].
    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>>;

    /// Takes a note out of its drawer; whether there was one.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`].
    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>>;
}

/// Why no key was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// This generator makes no such keys.
    #[error("unsupported key specification")]
    Unsupported,
    /// Too many are waiting.
    #[error("too many keys are being generated")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// It failed.
    #[error("key generation failed")]
    Failed(#[source] Source),
}

/// Makes private keys. Each key is handed out once.
pub trait KeyGenerator: Send + Sync + 'static {
    /// Makes one key.
    fn generate(&self, spec: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>>;
}

/// Why a private key was not sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no server key.
    #[error("no server key")]
    NoServerKey,
    /// The passphrase does not open it (or none was given and one is needed).
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The bytes are damaged, or sealed under a server key that is not known.
    #[error("cannot be opened")]
    Damaged(#[source] Source),
    /// The work could not be done.
    #[error("sealing failed")]
    Failed(#[source] Source),
}

/// Encrypts private keys for keeping. `context` binds the sealed bytes to the place that they are
/// stored at: opened with another context they are [`SealError::Damaged`].
pub trait Sealer: Send + Sync + 'static {
    /// Whether there is a server key, so that a request to keep a private key can be refused
    /// before the key is generated.
    fn can_seal(&self) -> bool;

    /// Seals a private key.
    fn seal<'a>(
        &'a self,
        key: &'a PrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<SealedPrivateKey, SealError>>;

    /// Opens a sealed private key. The passphrase is not looked at when none was used to seal.
    fn open<'a>(
        &'a self,
        sealed: &'a SealedPrivateKey,
        passphrase: Option<&'a Passphrase>,
        context: &'a [u8],
    ) -> BoxFuture<'a, Result<PrivateKey, SealError>>;
}

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> SystemTime;
}

/// Draws random bits.
pub trait Entropy: Send + Sync + 'static {
    /// 128 fresh random bits.
    fn bits128(&self) -> u128;
}
