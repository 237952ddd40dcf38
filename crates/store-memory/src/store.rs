//! [`MemoryStore`]: the port, over tenants, limits and marks.

use std::fmt;
use std::time::SystemTime;

use keypair_core::ports::{
    ChangeError, InsertError, Look, NewRecord, ScanError, Store, StoreError,
};
use keypair_core::{
    Attachment, BoxFuture, Change, KeyName, KeyPair, Limit, Listing, Note, Partition, QuotaRule,
    Realm, Receipt, Scope, Selector, TenantId, Window,
};
use parking_lot::RwLock;

use crate::limits::Limits;
use crate::marks::Marks;
use crate::packed::Packed;
use crate::shards::Shards;
use crate::tenant::Tenant;

/// Keeps key pairs in process memory; they end with it.
pub struct MemoryStore {
    tenants: Shards,
    /// Taken before a shard's lock, never after.
    limits: RwLock<Limits>,
    marks: RwLock<Marks>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            tenants: Shards::new(),
            limits: RwLock::default(),
            marks: RwLock::default(),
        }
    }

    /// Changes a tenant that has had something; `None` if it has not.
    fn change<T>(&self, scope: &Scope, act: impl FnOnce(&mut Tenant) -> T) -> Option<T> {
        self.tenants
            .lock(&scope.realm, &scope.tenant)
            .get()
            .map(act)
    }

    fn insert_now(
        &self,
        scope: &Scope,
        record: &NewRecord,
        quota: &QuotaRule,
    ) -> Result<u64, InsertError> {
        let packed = Packed::new(record, &self.tenants.hasher);
        let limits = self.limits.read();
        let limit = limits.first(&scope.realm, quota).unwrap_or(quota.default);
        let mut locked = self.tenants.lock(&scope.realm, &scope.tenant);
        // A tenant that is not there yet must not be left behind by an insert that fails.
        let mut nobody = Tenant::default();
        let tenant = locked.get().unwrap_or(&mut nobody);
        let conflicts = tenant.conflicts(
            &scope.partition,
            record,
            &packed,
            limit,
            &self.tenants.hasher,
        );
        if conflicts.any() {
            return Err(InsertError::Conflicts(conflicts));
        }
        let tenant = locked.get_or_make();
        if let Some(receipt) = &record.receipt {
            tenant.drawers.put(receipt);
        }
        Ok(tenant.insert(&scope.partition, record, packed))
    }

    fn scan_now(&self, scope: &Scope, window: &Window) -> Result<Listing, ScanError> {
        let slice = self
            .tenants
            .read(&scope.realm, &scope.tenant, |tenant| {
                tenant.slice(&scope.partition, window)
            })
            .unwrap_or_else(|| Tenant::default().slice(&scope.partition, window))?;
        // The lock is free again: what is dear about a long listing is unpacking it.
        Ok(Listing {
            key_pairs: slice
                .records
                .iter()
                .map(|record| record.to_key_pair(&scope.partition))
                .collect::<Result<_, _>>()?,
            total: slice.total,
        })
    }

    fn remove_now(
        &self,
        scope: &Scope,
        which: &[Selector],
        receipt: Option<&Receipt>,
    ) -> Result<(), ChangeError> {
        let mut locked = self.tenants.lock(&scope.realm, &scope.tenant);
        match locked.get() {
            Some(tenant) => tenant.remove(&scope.partition, which, &self.tenants.hasher)?,
            None => nothing_found(which, ())?,
        }
        if let Some(receipt) = receipt {
            locked.get_or_make().drawers.put(receipt);
        }
        Ok(())
    }

    fn is_remembered_now(&self, mark: &str, now: SystemTime) -> bool {
        let (remembered, expired) = {
            let marks = self.marks.read();
            (marks.is_remembered(mark, now), marks.has_expired(now))
        };
        if expired {
            self.marks.write().forget_expired(now);
        }
        remembered
    }
}

/// What a change to a tenant without anything comes to.
fn nothing_found<T>(which: &[Selector], nothing_asked: T) -> Result<T, ChangeError> {
    if which.is_empty() {
        Ok(nothing_asked)
    } else {
        Err(ChangeError::NotFound(0))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl Store for MemoryStore {
    fn backend(&self) -> &'static str {
        "memory"
    }

    fn insert<'a>(
        &'a self,
        scope: &'a Scope,
        record: &'a NewRecord,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<u64, InsertError>> {
        Box::pin(async move { self.insert_now(scope, record, quota) })
    }

    fn look<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Look, StoreError>> {
        Box::pin(async move {
            let limits = self.limits.read();
            let stored_limit = limits.first(&scope.realm, quota);
            let (name_taken, used) = self
                .tenants
                .read(&scope.realm, &scope.tenant, |tenant| {
                    (
                        tenant.has_name(&scope.partition, name, &self.tenants.hasher),
                        tenant.used(),
                    )
                })
                .unwrap_or_default();
            Ok(Look {
                name_taken,
                used,
                stored_limit,
            })
        })
    }

    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<Option<KeyPair>, StoreError>> {
        Box::pin(async move {
            let record = self.tenants.read(&scope.realm, &scope.tenant, |tenant| {
                tenant.find(&scope.partition, which, &self.tenants.hasher)
            });
            record
                .flatten()
                .map(|record| record.to_key_pair(&scope.partition))
                .transpose()
        })
    }

    fn scan<'a>(
        &'a self,
        scope: &'a Scope,
        window: &'a Window,
    ) -> BoxFuture<'a, Result<Listing, ScanError>> {
        Box::pin(async move { self.scan_now(scope, window) })
    }

    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move { self.remove_now(scope, which, receipt) })
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: &'a Change,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<KeyPair, ChangeError>> {
        Box::pin(async move {
            self.change(scope, |tenant| {
                tenant.update(&scope.partition, which, change, at, &self.tenants.hasher)
            })
            .unwrap_or(Err(ChangeError::NotFound(0)))
        })
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move {
            self.change(scope, |tenant| {
                tenant.attach(&scope.partition, attachments, which, &self.tenants.hasher)
            })
            .unwrap_or_else(|| nothing_found(which, ()))
        })
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move {
            self.change(scope, |tenant| {
                tenant.detach(&scope.partition, attachments, which, &self.tenants.hasher)
            })
            .unwrap_or_else(|| nothing_found(which, ()))
        })
    }

    fn add_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut locked = self.tenants.lock(&scope.realm, &scope.tenant);
            Ok(locked.get_or_make().add_partition(&scope.partition))
        })
    }

    fn partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move {
            let partitions = self.tenants.read(realm, tenant, |tenant| {
                tenant.partitions().cloned().collect()
            });
            Ok(partitions.unwrap_or_default())
        })
    }

    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, StoreError>> {
        Box::pin(async move { Ok(self.limits.read().get(realm, tenant)) })
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Option<Limit>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.limits.write().set(realm, tenant, limit);
            Ok(())
        })
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let used = self.tenants.read(realm, tenant, Tenant::used);
            Ok(used.unwrap_or_default())
        })
    }

    fn remember<'a>(
        &'a self,
        mark: &'a str,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.marks.write().remember(mark, until);
            Ok(())
        })
    }

    fn is_remembered<'a>(
        &'a self,
        mark: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(self.is_remembered_now(mark, now)) })
    }

    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut locked = self.tenants.lock(realm, tenant);
            Ok(locked.get_or_make().drawers.add(receipt))
        })
    }

    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Note>, StoreError>> {
        Box::pin(async move {
            let note = self.tenants.read(realm, tenant, |tenant| {
                tenant.drawers.get(drawer)?.get(name, now).cloned()
            });
            Ok(note.flatten())
        })
    }

    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Vec<Note>, StoreError>> {
        Box::pin(async move {
            let notes = self.tenants.read(realm, tenant, |tenant| {
                Some(tenant.drawers.get(drawer)?.all(now).cloned().collect())
            });
            Ok(notes.flatten().unwrap_or_default())
        })
    }

    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut locked = self.tenants.lock(realm, tenant);
            let tenant = locked.get();
            Ok(tenant.is_some_and(|tenant| tenant.drawers.remove(drawer, name)))
        })
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}
