//! [`RedbStore`]: the port.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use keypair_core::ports::{
    ChangeError, InsertError, Look, NewRecord, ScanError, Store, StoreError,
};
use keypair_core::{
    Attachment, BoxFuture, Change, KeyName, KeyPair, Limit, Listing, Note, Partition, QuotaRule,
    Realm, Receipt, Scope, Selector, TenantId, Window,
};
use redb::{Database, ReadableDatabase as _};

use crate::keys;
use crate::mutations::{Insertion, settle};
use crate::notes::PackedReceipt;
use crate::open::{self, OpenError};
use crate::reads::Snapshot;
use crate::tables::Failure;
use crate::writer::Writer;

/// How many rows a listing may pass on an asynchronous thread; a longer one goes to a blocking
/// thread.
const SHORT_SCAN: u64 = 128;

/// Keeps key pairs in a file, durably, for one process.
///
/// Dropping it waits for the mutations that were handed over to be committed, which takes
/// milliseconds; then the directory is free.
pub struct RedbStore {
    database: Arc<Database>,
    writer: Writer,
    /// The latest time that was asked about, in seconds since the epoch: what has expired by then
    /// may be forgotten. The store has no clock of its own.
    seen: AtomicU64,
}

impl RedbStore {
    /// Opens the store in a directory, which is made if it is not there. Blocks for as long as
    /// reading a few pages takes, or longer if the store was not closed in order.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with the directory or the file.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, OpenError> {
        let directory = directory.as_ref();
        let database = Arc::new(open::open(directory)?);
        let writer = Writer::start(Arc::clone(&database)).map_err(|source| OpenError::Io {
            file: directory.to_owned(),
            source,
        })?;
        Ok(Self {
            database,
            writer,
            seen: AtomicU64::new(0),
        })
    }

    fn snapshot(&self) -> Result<Snapshot, Failure> {
        Ok(Snapshot(self.database.begin_read()?))
    }

    fn read<T>(&self, read: impl FnOnce(&Snapshot) -> Result<T, Failure>) -> Result<T, StoreError> {
        let read = self.snapshot().and_then(|snapshot| read(&snapshot));
        read.map_err(StoreError::from)
    }

    async fn scan_now(
        &self,
        scope: &Scope,
        window: &Window,
    ) -> Result<Option<Listing>, StoreError> {
        let snapshot = self.snapshot()?;
        let total = snapshot.total(scope)?;
        if rows(window, total) <= SHORT_SCAN {
            return Ok(snapshot.scan(scope, window, total)?);
        }
        let (scope, window) = (scope.clone(), window.clone());
        let scan = move || snapshot.scan(&scope, &window, total);
        let scanned = tokio::task::spawn_blocking(scan).await;
        Ok(scanned.map_err(|error| StoreError::Unavailable(error.into()))??)
    }
}

/// How many rows a scan passes.
fn rows(window: &Window, total: u64) -> u64 {
    let most = match window {
        Window::All => total,
        Window::After { limit, .. } => u64::from(*limit),
        Window::Offset { offset, limit } => offset.saturating_add(u64::from(*limit)),
    };
    most.min(total)
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedbStore")
    }
}

impl Store for RedbStore {
    fn backend(&self) -> &'static str {
        "redb"
    }

    fn insert<'a>(
        &'a self,
        scope: &'a Scope,
        record: &'a NewRecord,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<u64, InsertError>> {
        Box::pin(async move {
            let new = Insertion::new(scope, record, quota);
            self.writer
                .commit(move |tables| settle(tables.insert(new)))
                .await
        })
    }

    fn look<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Look, StoreError>> {
        Box::pin(async move { self.read(|snapshot| snapshot.look(scope, name, quota)) })
    }

    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<Option<KeyPair>, StoreError>> {
        Box::pin(async move { self.read(|snapshot| snapshot.find(scope, which)) })
    }

    fn scan<'a>(
        &'a self,
        scope: &'a Scope,
        window: &'a Window,
    ) -> BoxFuture<'a, Result<Listing, ScanError>> {
        Box::pin(async move {
            let listing = self.scan_now(scope, window).await?;
            listing.ok_or(ScanError::MarkerNotFound)
        })
    }

    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move {
            let (scope, which) = (scope.clone(), which.to_vec());
            let pack = |receipt| PackedReceipt::new(&scope.realm, &scope.tenant, receipt);
            let receipt = receipt.map(pack);
            self.writer
                .commit(move |tables| settle(tables.remove(&scope, &which, receipt.as_ref())))
                .await
        })
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: &'a Change,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<KeyPair, ChangeError>> {
        Box::pin(async move {
            let (scope, which, change) = (scope.clone(), which.clone(), change.clone());
            self.writer
                .commit(move |tables| settle(tables.update(&scope, &which, &change, at)))
                .await
        })
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move {
            let (scope, to, which) = (scope.clone(), attachments.to_vec(), which.to_vec());
            self.writer
                .commit(move |tables| settle(tables.attach(&scope, &to, &which)))
                .await
        })
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(async move {
            let (scope, from, which) = (scope.clone(), attachments.to_vec(), which.to_vec());
            self.writer
                .commit(move |tables| settle(tables.detach(&scope, &from, &which)))
                .await
        })
    }

    fn add_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let scope = scope.clone();
            self.writer
                .commit(move |tables| settle(tables.add_partition(&scope).map(Ok)))
                .await
        })
    }

    fn partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move { self.read(|snapshot| snapshot.partitions(realm, tenant)) })
    }

    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, StoreError>> {
        Box::pin(async move { self.read(|snapshot| snapshot.limit(realm, tenant)) })
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Option<Limit>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let tenant = keys::tenant(realm, tenant);
            self.writer
                .commit(move |tables| settle(tables.set_limit(&tenant, limit).map(Ok)))
                .await
        })
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move { self.read(|snapshot| snapshot.usage(realm, tenant)) })
    }

    fn remember<'a>(
        &'a self,
        mark: &'a str,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let (mark, until) = (mark.to_owned(), keys::time(until));
            let seen = keys::time_of_seconds(self.seen.load(Ordering::Relaxed));
            self.writer
                .commit(move |tables| settle(tables.remember(&mark, &until, &seen).map(Ok)))
                .await
        })
    }

    fn is_remembered<'a>(
        &'a self,
        mark: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
            self.seen.fetch_max(seconds, Ordering::Relaxed);
            self.read(|snapshot| snapshot.is_remembered(mark, &keys::time(now)))
        })
    }

    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move {
            let receipt = PackedReceipt::new(realm, tenant, receipt);
            self.writer
                .commit(move |tables| settle(tables.add_note(&receipt).map(Ok)))
                .await
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
            let drawer = keys::drawer(realm, tenant, drawer);
            self.read(|snapshot| snapshot.note(&drawer, name, now))
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
            let drawer = keys::drawer(realm, tenant, drawer);
            self.read(|snapshot| snapshot.notes(&drawer, now))
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
            let (drawer, name) = (keys::drawer(realm, tenant, drawer), name.to_owned());
            self.writer
                .commit(move |tables| settle(tables.take_note(&drawer, &name).map(Ok)))
                .await
        })
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.writer.check()?;
            self.read(|_| Ok(()))
        })
    }
}
