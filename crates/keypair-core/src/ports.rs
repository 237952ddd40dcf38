//! The traits at the border of the domain: [`KeyPairs`] and [`Quotas`] are what a dialect may ask
//! for; the others are what the domain itself asks for.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use crate::error::{Error, Source};
use crate::material::{KeySpec, PrivateKey};
use crate::model::{
    Attachment, Change, CreateKeyPair, CreatedKeyPair, ImportKeyPair, KeyName, KeyPair, KeyPairId,
    Limit, Listing, Obstacles, Partition, Passphrase, QuotaRule, Realm, Scope, SealedPrivateKey,
    Selector, TenantId, Window,
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
    /// is selected twice counts once.
    ///
    /// # Errors
    /// [`Error::KeyPairNotFound`], [`Error::KeyPairInUse`], [`Error::StoreUnavailable`].
    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
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

/// Why a store could not do its work. Nothing about the domain is decided by it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer, or not in time. A write may have happened.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// It holds something that cannot be read.
    #[error("a stored record is corrupt")]
    Corrupt(#[source] Source),
}

/// Everything that was in the way of an insert, decided in the insert's own atomic step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conflicts {
    /// The name is taken in the partition.
    pub name_taken: bool,
    /// One of the identifiers is taken in the tenant: draw again.
    pub id_taken: bool,
    /// The public key is there already and uniqueness was asked for.
    pub public_key_taken: bool,
    /// The limit that is reached.
    pub quota_reached: Option<u32>,
}

impl Conflicts {
    /// Whether anything is in the way.
    pub fn any(&self) -> bool {
        self.name_taken || self.id_taken || self.public_key_taken || self.quota_reached.is_some()
    }
}

/// A key pair on its way into a store.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// The key pair; its `sequence` is 0 and its `partition` that of the scope.
    pub key_pair: KeyPair,
    /// Every dialect's identifier of it, for look-ups.
    pub ids: Vec<KeyPairId>,
    /// Refuse a public key that the tenant already has.
    pub unique_public_key: bool,
}

/// Why an insert did not happen.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// All that was in the way.
    #[error("the insert is in conflict with what is stored")]
    Conflicts(Conflicts),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a store knows about a name and a tenant before an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The name is taken in the partition.
    pub name_taken: bool,
    /// How many key pairs the tenant has.
    pub used: u64,
    /// The limit stored for the quota's holder.
    pub stored_limit: Option<Limit>,
}

/// Why a scan gave no page.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The marker does not exist.
    #[error("no such marker")]
    MarkerNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a change to stored key pairs did not happen. The number is the position in the call's list.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The selected key pair does not exist.
    #[error("no such key pair")]
    NotFound(usize),
    /// The selected key pair has an attachment.
    #[error("the key pair is in use")]
    InUse(usize),
    /// The new name is taken.
    #[error("the name is taken")]
    NameTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps key pairs. Each mutation is **one** atomic step, and goes through even if its future is
/// dropped after the first poll that sent it.
pub trait Store: Send + Sync + 'static {
    /// The backend's name in metrics: `memory`, `redb`, `redis`.
    fn backend(&self) -> &'static str;

    /// Takes a key pair if nothing is in the way, makes its partition exist, counts it, and gives
    /// the sequence number that it got (1 and up, growing, never used twice in a tenant).
    ///
    /// The limit is the one stored for `quota.holder` in the scope's realm, else `quota.default`;
    /// what is counted are the key pairs of the scope's tenant, in all partitions.
    fn insert<'a>(
        &'a self,
        scope: &'a Scope,
        record: &'a NewRecord,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<u64, InsertError>>;

    /// What an insert would find.
    fn look<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        holder: &'a TenantId,
    ) -> BoxFuture<'a, Result<Look, StoreError>>;

    /// Finds a key pair of the scope's partition.
    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<Option<KeyPair>, StoreError>>;

    /// Reads a part of the scope's partition, sorted by the name's bytes.
    fn scan<'a>(
        &'a self,
        scope: &'a Scope,
        window: &'a Window,
    ) -> BoxFuture<'a, Result<Listing, ScanError>>;

    /// Removes all of the selected key pairs or none.
    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>>;

    /// Changes one key pair and gives it back; `at` becomes its `changed_at`.
    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: &'a Change,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<KeyPair, ChangeError>>;

    /// Makes the attachments' key pairs exactly the selected ones.
    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>>;

    /// Takes the attachments off the selected key pairs.
    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>>;

    /// Makes the scope's partition exist; `false` if it did already.
    fn add_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// The tenant's partitions, sorted by their bytes.
    fn partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>>;

    /// The stored limit of a tenant.
    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, StoreError>>;

    /// Stores (`Some`) or forgets (`None`) the limit of a tenant.
    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Option<Limit>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// How many key pairs a tenant has, in all partitions.
    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, StoreError>>;

    /// Remembers a mark until a time; used for revocations, which every replica must see.
    fn remember<'a>(
        &'a self,
        mark: &'a str,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Whether a mark is remembered at `now`.
    fn is_remembered<'a>(
        &'a self,
        mark: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Whether the store answers.
    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>>;
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
