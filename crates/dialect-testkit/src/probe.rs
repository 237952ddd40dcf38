//! The core as a dialect under test sees it: the real service, with faults put in and what happens
//! written down.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use keypair_core::service::Service;
use keypair_core::{
    Attachment, BoxFuture, Change, CreateKeyPair, CreatedKeyPair, Error, ImportKeyPair, KeyName,
    KeyPair, KeyPairs, Limit, Listing, Note, Notes, Obstacles, Partition, Passphrase, QuotaRule,
    Quotas, Realm, Receipt, Scope, Selector, TenantId, Window,
};

use crate::doubles::lock;
use crate::faults::Faults;

/// `KeyPairs`, `Quotas` and `Notes` by delegation; fails the first call of a method that a fault is
/// set for.
#[derive(Debug)]
pub(crate) struct FaultInjectingKeyPairs {
    service: Service,
    faults: Arc<Faults>,
    /// Where something was made.
    scopes: Mutex<HashSet<Scope>>,
}

impl FaultInjectingKeyPairs {
    pub(crate) fn new(service: Service, faults: Arc<Faults>) -> Self {
        Self {
            service,
            faults,
            scopes: Mutex::default(),
        }
    }

    /// Every scope that something was to be made in.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        lock(&self.scopes).iter().cloned().collect()
    }

    /// The service without faults, for looking at what it holds.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    fn note_scope(&self, scope: &Scope) {
        lock(&self.scopes).insert(scope.clone());
    }
}

impl KeyPairs for FaultInjectingKeyPairs {
    fn obstacles<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Obstacles, Error>> {
        self.faults.call("obstacles", move || {
            self.service.obstacles(scope, name, quota)
        })
    }

    fn create<'a>(
        &'a self,
        scope: &'a Scope,
        new: CreateKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        self.note_scope(scope);
        self.faults
            .call("create", move || self.service.create(scope, new))
    }

    fn import<'a>(
        &'a self,
        scope: &'a Scope,
        new: ImportKeyPair,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.note_scope(scope);
        self.faults
            .call("import", move || self.service.import(scope, new))
    }

    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.faults
            .call("get", move || self.service.get(scope, which))
    }

    fn reveal<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        passphrase: Option<&'a Passphrase>,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        self.faults.call("reveal", move || {
            self.service.reveal(scope, which, passphrase)
        })
    }

    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        window: Window,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        self.faults
            .call("list", move || self.service.list(scope, window))
    }

    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.faults
            .call("delete", move || self.service.delete(scope, which, receipt))
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: Change,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.faults
            .call("update", move || self.service.update(scope, which, change))
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.faults.call("attach", move || {
            self.service.attach(scope, attachments, which)
        })
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.faults.call("detach", move || {
            self.service.detach(scope, attachments, which)
        })
    }

    fn create_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<(), Error>> {
        self.note_scope(scope);
        self.faults.call("create_partition", move || {
            self.service.create_partition(scope)
        })
    }

    fn list_partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, Error>> {
        self.faults.call("list_partitions", move || {
            self.service.list_partitions(realm, tenant)
        })
    }
}

impl Quotas for FaultInjectingKeyPairs {
    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, Error>> {
        self.faults
            .call("limit", move || self.service.limit(realm, tenant))
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        self.faults
            .call("usage", move || self.service.usage(realm, tenant))
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Limit,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.faults.call("set_limit", move || {
            self.service.set_limit(realm, tenant, limit)
        })
    }

    fn clear_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.faults.call("clear_limit", move || {
            self.service.clear_limit(realm, tenant)
        })
    }
}

impl Notes for FaultInjectingKeyPairs {
    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.faults.call("add_note", move || {
            self.service.add_note(realm, tenant, receipt)
        })
    }

    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Note>, Error>> {
        self.faults.call("note", move || {
            self.service.note(realm, tenant, drawer, name)
        })
    }

    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>> {
        self.faults
            .call("notes", move || self.service.notes(realm, tenant, drawer))
    }

    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        self.faults.call("remove_note", move || {
            self.service.remove_note(realm, tenant, drawer, name)
        })
    }
}
