//! The core as a dialect under test sees it: the real service, with faults put in and what happens
//! written down.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Mutex;

use keypair_core::service::Service;
use keypair_core::{
    Attachment, BoxFuture, Change, CreateKeyPair, CreatedKeyPair, Error, ImportKeyPair, KeyName,
    KeyPair, KeyPairs, Limit, Listing, Obstacles, Partition, Passphrase, QuotaRule, Quotas, Realm,
    Scope, Selector, TenantId, Window,
};

use crate::doubles::lock;

/// `KeyPairs` and `Quotas` by delegation; fails the first call of a method that a fault is set for.
#[derive(Debug)]
pub(crate) struct FaultInjectingKeyPairs {
    service: Service,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Kinds of error to come, by method.
    faults: BTreeMap<&'static str, &'static str>,
    /// Kinds of error that were given out, whether put in or the service's own.
    given: BTreeSet<&'static str>,
    /// Where something was made.
    scopes: HashSet<Scope>,
}

impl FaultInjectingKeyPairs {
    pub(crate) fn new(service: Service) -> Self {
        Self {
            service,
            state: Mutex::default(),
        }
    }

    /// The first call of `method` from here on fails with the example of `kind`.
    pub(crate) fn fail_next(&self, method: &'static str, kind: &'static str) {
        lock(&self.state).faults.insert(method, kind);
    }

    /// Forgets the faults that no call has met, and says which they were.
    pub(crate) fn take_unmet_faults(&self) -> BTreeMap<&'static str, &'static str> {
        std::mem::take(&mut lock(&self.state).faults)
    }

    /// The kinds of error given out so far.
    pub(crate) fn take_given_kinds(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut lock(&self.state).given)
    }

    /// Every scope that something was to be made in.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        lock(&self.state).scopes.iter().cloned().collect()
    }

    /// The service without faults, for looking at what it holds.
    pub(crate) fn service(&self) -> &Service {
        &self.service
    }

    fn note_scope(&self, scope: &Scope) {
        lock(&self.state).scopes.insert(scope.clone());
    }

    fn fault(&self, method: &str) -> Option<Error> {
        let kind = lock(&self.state).faults.remove(method)?;
        Error::examples()
            .into_iter()
            .find(|error| error.kind() == kind)
    }

    /// A call of the service, unless a fault is set for it.
    fn call<'a, T: 'a>(
        &'a self,
        method: &'static str,
        call: impl FnOnce() -> BoxFuture<'a, Result<T, Error>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Error>> {
        Box::pin(async move {
            let result = match self.fault(method) {
                Some(error) => Err(error),
                None => call().await,
            };
            if let Err(error) = &result {
                lock(&self.state).given.insert(error.kind());
            }
            result
        })
    }
}

impl KeyPairs for FaultInjectingKeyPairs {
    fn obstacles<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Obstacles, Error>> {
        self.call("obstacles", move || {
            self.service.obstacles(scope, name, quota)
        })
    }

    fn create<'a>(
        &'a self,
        scope: &'a Scope,
        new: CreateKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        self.note_scope(scope);
        self.call("create", move || self.service.create(scope, new))
    }

    fn import<'a>(
        &'a self,
        scope: &'a Scope,
        new: ImportKeyPair,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.note_scope(scope);
        self.call("import", move || self.service.import(scope, new))
    }

    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.call("get", move || self.service.get(scope, which))
    }

    fn reveal<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        passphrase: Option<&'a Passphrase>,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        self.call("reveal", move || {
            self.service.reveal(scope, which, passphrase)
        })
    }

    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        window: Window,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        self.call("list", move || self.service.list(scope, window))
    }

    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.call("delete", move || self.service.delete(scope, which))
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: Change,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        self.call("update", move || self.service.update(scope, which, change))
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.call("attach", move || {
            self.service.attach(scope, attachments, which)
        })
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.call("detach", move || {
            self.service.detach(scope, attachments, which)
        })
    }

    fn create_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<(), Error>> {
        self.note_scope(scope);
        self.call("create_partition", move || {
            self.service.create_partition(scope)
        })
    }

    fn list_partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, Error>> {
        self.call("list_partitions", move || {
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
        self.call("limit", move || self.service.limit(realm, tenant))
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        self.call("usage", move || self.service.usage(realm, tenant))
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Limit,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.call("set_limit", move || {
            self.service.set_limit(realm, tenant, limit)
        })
    }

    fn clear_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.call("clear_limit", move || {
            self.service.clear_limit(realm, tenant)
        })
    }
}
