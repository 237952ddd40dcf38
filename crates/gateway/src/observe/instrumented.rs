//! A store and a key generator that are timed.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use keypair_core::ports::{
    ChangeError, GenerateError, InsertError, KeyGenerator, Look, NewRecord, ScanError, Store,
    StoreError,
};
use keypair_core::{
    Attachment, BoxFuture, Change, KeyName, KeyPair, KeySpec, Limit, Listing, Note, Partition,
    PrivateKey, QuotaRule, Realm, Receipt, Scope, Selector, TenantId, Window,
};
use tracing::Instrument as _;

use super::Metrics;

/// A key generator whose keys are timed, waiting included.
pub(crate) struct InstrumentedGenerator<G> {
    pub(crate) inner: Arc<G>,
    pub(crate) metrics: Arc<Metrics>,
}

impl<G: KeyGenerator> KeyGenerator for InstrumentedGenerator<G> {
    fn generate(&self, spec: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        Box::pin(async move {
            let started = Instant::now();
            let made = self.inner.generate(spec).await;
            if made.is_ok() {
                self.metrics.generated(spec, started.elapsed());
            }
            made
        })
    }
}

/// A store whose steps are timed.
pub(crate) struct InstrumentedStore {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) metrics: Arc<Metrics>,
}

impl InstrumentedStore {
    /// A step of a call.
    fn timed<'a, T>(&'a self, op: &'static str, step: BoxFuture<'a, T>) -> BoxFuture<'a, T>
    where
        T: 'a,
    {
        let span = super::traces::store(self.inner.backend(), op);
        Box::pin(self.measured(op, step).instrument(span))
    }

    async fn measured<'a, T>(&'a self, op: &'static str, step: BoxFuture<'a, T>) -> T {
        let started = Instant::now();
        let outcome = step.await;
        self.metrics
            .stored(self.inner.backend(), op, started.elapsed());
        outcome
    }
}

impl Store for InstrumentedStore {
    fn backend(&self) -> &'static str {
        self.inner.backend()
    }

    fn insert<'a>(
        &'a self,
        scope: &'a Scope,
        record: &'a NewRecord,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<u64, InsertError>> {
        self.timed("insert", self.inner.insert(scope, record, quota))
    }

    fn look<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Look, StoreError>> {
        self.timed("look", self.inner.look(scope, name, quota))
    }

    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<Option<KeyPair>, StoreError>> {
        self.timed("find", self.inner.find(scope, which))
    }

    fn scan<'a>(
        &'a self,
        scope: &'a Scope,
        window: &'a Window,
    ) -> BoxFuture<'a, Result<Listing, ScanError>> {
        self.timed("scan", self.inner.scan(scope, window))
    }

    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        self.timed("remove", self.inner.remove(scope, which, receipt))
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: &'a Change,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<KeyPair, ChangeError>> {
        self.timed("update", self.inner.update(scope, which, change, at))
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        self.timed("attach", self.inner.attach(scope, attachments, which))
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        self.timed("detach", self.inner.detach(scope, attachments, which))
    }

    fn add_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.timed("add_partition", self.inner.add_partition(scope))
    }

    fn partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        self.timed("partitions", self.inner.partitions(realm, tenant))
    }

    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, StoreError>> {
        self.timed("limit", self.inner.limit(realm, tenant))
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Option<Limit>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.timed("set_limit", self.inner.set_limit(realm, tenant, limit))
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        self.timed("usage", self.inner.usage(realm, tenant))
    }

    fn remember<'a>(
        &'a self,
        mark: &'a str,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        self.timed("remember", self.inner.remember(mark, until))
    }

    fn is_remembered<'a>(
        &'a self,
        mark: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.timed("is_remembered", self.inner.is_remembered(mark, now))
    }

    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.timed("add_note", self.inner.add_note(realm, tenant, receipt))
    }

    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Note>, StoreError>> {
        let step = self.inner.note(realm, tenant, drawer, name, now);
        self.timed("note", step)
    }

    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Vec<Note>, StoreError>> {
        self.timed("notes", self.inner.notes(realm, tenant, drawer, now))
    }

    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let step = self.inner.remove_note(realm, tenant, drawer, name);
        self.timed("remove_note", step)
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        // Operators ask for it, outside of any call: it is no trace of its own.
        Box::pin(self.measured("ping", self.inner.ping()))
    }
}
