//! What the domain asks of whatever keeps its key pairs.

use std::time::SystemTime;

use super::BoxFuture;
use crate::error::Source;
use crate::model::{
    Attachment, Change, KeyName, KeyPair, KeyPairId, Limit, Listing, Note, Partition, QuotaRule,
    Realm, Receipt, Scope, Selector, TenantId, Window,
};

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
    /// A note for a drawer of the scope's tenant, over one of its name.
    pub receipt: Option<Receipt>,
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
    /// The stored limit that counts by the quota's rule.
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
    /// The limit is the first one stored for `quota.holders()` in the scope's realm, else
    /// `quota.default`; what is counted are the key pairs of the scope's tenant, in all partitions.
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
        quota: &'a QuotaRule,
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

    /// Removes all of the selected key pairs or none. If they are removed, the receipt goes to
    /// its drawer of the scope's tenant, over a note of its name.
    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
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

    /// Puts a note in a drawer of a tenant, unless one of its name is there that has not ended when
    /// the new one is written; whether it was put.
    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// The note of a name, if it has not ended at `now`.
    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Note>, StoreError>>;

    /// The notes of a drawer that have not ended at `now`, sorted by the bytes of their names.
    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Vec<Note>, StoreError>>;

    /// Takes a note out of its drawer; whether there was one.
    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Whether the store answers.
    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>>;
}
