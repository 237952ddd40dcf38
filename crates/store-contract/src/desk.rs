//! A scope of a store, with calls that are short to write and that fail loudly.

use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::ports::{ChangeError, Conflicts, InsertError, NewRecord, ScanError, Store};
use keypair_core::{
    Attachment, Change, KeyPair, KeyPairId, Limit, Listing, Partition, QuotaRule, Realm, Receipt,
    Scope, Selector, TenantId, Window,
};

use crate::samples::{draft, name};
use crate::subject::Subject;

/// A scope of a store. A failure of the store itself fails the case.
#[derive(Clone)]
pub struct Desk {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Where the calls act.
    pub scope: Scope,
}

/// Why a change was refused: [`ChangeError`] without the store's own failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The key pair at this position does not exist.
    NotFound(usize),
    /// The key pair at this position is in use.
    InUse(usize),
    /// The new name is taken.
    NameTaken,
}

impl Desk {
    /// The tenant `tenant` of the realm `realm`, with the empty partition.
    pub fn new(subject: &Subject) -> Self {
        Self {
            store: subject.store(),
            scope: scope("realm", "tenant", ""),
        }
    }

    /// The same store at another scope.
    #[must_use]
    pub fn at(&self, realm: &str, tenant: &str, partition: &str) -> Self {
        Self {
            store: Arc::clone(&self.store),
            scope: scope(realm, tenant, partition),
        }
    }

    /// The same tenant with another partition.
    #[must_use]
    pub fn in_partition(&self, partition: &str) -> Self {
        self.at(
            self.scope.realm.as_str(),
            self.scope.tenant.as_str(),
            partition,
        )
    }

    /// Inserts under a quota.
    ///
    /// # Errors
    /// What was in the way.
    pub async fn insert_within(
        &self,
        record: &NewRecord,
        quota: &QuotaRule,
    ) -> Result<u64, Conflicts> {
        match self.store.insert(&self.scope, record, quota).await {
            Ok(sequence) => Ok(sequence),
            Err(InsertError::Conflicts(conflicts)) => {
                assert!(conflicts.any(), "a refused insert names its conflicts");
                Err(conflicts)
            }
            Err(InsertError::Store(error)) => panic!("insert: {error:?}"),
        }
    }

    /// Inserts without a limit.
    ///
    /// # Errors
    /// What was in the way.
    pub async fn insert(&self, record: &NewRecord) -> Result<u64, Conflicts> {
        self.insert_within(record, &self.own_quota(Limit::Unlimited))
            .await
    }

    /// A quota whose holder is the scope's tenant.
    pub fn own_quota(&self, default: Limit) -> QuotaRule {
        QuotaRule {
            exception: None,
            holder: self.scope.tenant.clone(),
            default,
        }
    }

    /// Inserts a record that nothing may be in the way of; gives the key pair as it must be found.
    pub async fn put_record(&self, record: &NewRecord) -> KeyPair {
        let sequence = self.insert(record).await.expect("nothing is in the way");
        KeyPair {
            sequence,
            partition: self.scope.partition.clone(),
            ..record.key_pair.clone()
        }
    }

    /// Inserts a plain key pair of that name.
    pub async fn put(&self, name: &str) -> KeyPair {
        self.put_record(&draft(name)).await
    }

    /// Finds a key pair.
    pub async fn find(&self, which: &Selector) -> Option<KeyPair> {
        let found = self.store.find(&self.scope, which).await;
        found.expect("the store answers")
    }

    /// The names of a window.
    pub async fn names(&self, window: Window) -> Vec<String> {
        let listing = self.list(window).await.expect("the marker exists");
        let names = listing.key_pairs.iter();
        names.map(|pair| pair.name.as_str().to_owned()).collect()
    }

    /// A window, or nothing if its marker does not exist.
    pub async fn list(&self, window: Window) -> Option<Listing> {
        match self.store.scan(&self.scope, &window).await {
            Ok(listing) => Some(listing),
            Err(ScanError::MarkerNotFound) => None,
            Err(ScanError::Store(error)) => panic!("scan: {error:?}"),
        }
    }

    /// Removes key pairs.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn remove(&self, which: &[Selector]) -> Result<(), Refusal> {
        self.remove_with(which, None).await
    }

    /// Removes key pairs and leaves a receipt.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn remove_with(
        &self,
        which: &[Selector],
        receipt: Option<&Receipt>,
    ) -> Result<(), Refusal> {
        refusal(self.store.remove(&self.scope, which, receipt).await)
    }

    /// Changes a key pair.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn update(
        &self,
        which: &Selector,
        change: &Change,
        at: SystemTime,
    ) -> Result<KeyPair, Refusal> {
        refusal(self.store.update(&self.scope, which, change, at).await)
    }

    /// Makes the attachments' key pairs exactly the selected ones.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn attach(&self, attachments: &[&str], which: &[Selector]) -> Result<(), Refusal> {
        let attachments = attached(attachments);
        refusal(self.store.attach(&self.scope, &attachments, which).await)
    }

    /// Takes the attachments off the selected key pairs.
    ///
    /// # Errors
    /// Why it was refused.
    pub async fn detach(&self, attachments: &[&str], which: &[Selector]) -> Result<(), Refusal> {
        let attachments = attached(attachments);
        refusal(self.store.detach(&self.scope, &attachments, which).await)
    }

    /// What uses the key pair of that name.
    pub async fn attachments_of(&self, name: &str) -> Vec<String> {
        let found = self.find(&by_name(name)).await.expect("it exists");
        let held = found.attachments.iter();
        held.map(|held| held.as_str().to_owned()).collect()
    }

    /// Makes the scope's partition exist.
    pub async fn add_partition(&self) -> bool {
        let added = self.store.add_partition(&self.scope).await;
        added.expect("the store answers")
    }

    /// The tenant's partitions.
    pub async fn partitions(&self) -> Vec<String> {
        let (realm, tenant) = (&self.scope.realm, &self.scope.tenant);
        let partitions = self.store.partitions(realm, tenant).await;
        let partitions = partitions.expect("the store answers");
        partitions.iter().map(|p| p.as_str().to_owned()).collect()
    }

    /// How many key pairs the tenant has.
    pub async fn usage(&self) -> u64 {
        let (realm, tenant) = (&self.scope.realm, &self.scope.tenant);
        let usage = self.store.usage(realm, tenant).await;
        usage.expect("the store answers")
    }

    /// The tenant's stored limit.
    pub async fn limit(&self) -> Option<Limit> {
        let (realm, tenant) = (&self.scope.realm, &self.scope.tenant);
        let limit = self.store.limit(realm, tenant).await;
        limit.expect("the store answers")
    }

    /// Stores or forgets the tenant's limit.
    pub async fn set_limit(&self, limit: Option<Limit>) {
        let (realm, tenant) = (&self.scope.realm, &self.scope.tenant);
        let set = self.store.set_limit(realm, tenant, limit).await;
        set.expect("the store answers");
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({}, {:?})", self.store.backend(), self.scope)
    }
}

fn refusal<T>(result: Result<T, ChangeError>) -> Result<T, Refusal> {
    match result {
        Ok(value) => Ok(value),
        Err(ChangeError::NotFound(at)) => Err(Refusal::NotFound(at)),
        Err(ChangeError::InUse(at)) => Err(Refusal::InUse(at)),
        Err(ChangeError::NameTaken) => Err(Refusal::NameTaken),
        Err(ChangeError::Store(error)) => panic!("change: {error:?}"),
    }
}

fn attached(texts: &[&str]) -> Vec<Attachment> {
    texts.iter().map(|text| Attachment::new(*text)).collect()
}

pub(crate) fn scope(realm: &str, tenant: &str, partition: &str) -> Scope {
    Scope {
        realm: Realm::new(realm),
        tenant: TenantId::new(tenant),
        partition: Partition::new(partition),
    }
}

/// Selects by name.
pub(crate) fn by_name(text: &str) -> Selector {
    Selector::Name(name(text))
}

/// Selects by the record's first identifier.
pub(crate) fn by_id(record: &NewRecord) -> Selector {
    let id: Option<&KeyPairId> = record.ids.first();
    Selector::Id(id.expect("a draft has identifiers").clone())
}
