//! [`RedisStore`]: the port.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::ports::{
    ChangeError, InsertError, Look, NewRecord, ScanError, Store, StoreError,
};
use keypair_core::{
    Attachment, BoxFuture, Change, KeyName, KeyPair, Limit, Listing, Note, Partition, QuotaRule,
    Realm, Receipt, Scope, Selector, TenantId, Window,
};
use redis::pipe;

use crate::inserts::Inserts;
use crate::keys::Keys;
use crate::link::{Link, Repeat};
use crate::options::{ConnectError, RedisOptions};

/// The number of the format that this version reads and writes.
const FORMAT: &str = "1";

/// Keeps key pairs on a Redis server, for any number of processes.
pub struct RedisStore {
    inner: Arc<Inner>,
}

/// What a call needs, shared with the task that carries it out.
pub(crate) struct Inner {
    pub(crate) link: Link,
    pub(crate) keys: Keys,
    pub(crate) inserts: Inserts,
}

impl RedisStore {
    /// Connects to the server at an address: `redis://[user:password@]host[:port][/db]`, or
    /// `redis+unix:///path[?db=…&pass=…]`.
    ///
    /// # Errors
    /// [`ConnectError`]: no address, no server, or a server with another format.
    pub async fn connect(url: &str, options: RedisOptions) -> Result<Self, ConnectError> {
        let link = Link::connect(url, &options).await?;
        let keys = Keys::new(options.key_prefix);
        check_format(&link, &keys).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                link,
                keys,
                inserts: Inserts::default(),
            }),
        })
    }

    /// Carries out a mutation in a task of its own: once begun it goes through, whether or not
    /// somebody waits.
    async fn detached<T, E, F>(&self, mutate: impl FnOnce(Arc<Inner>) -> F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let task = tokio::spawn(mutate(Arc::clone(&self.inner)));
        task.await
            .unwrap_or_else(|error| Err(StoreError::Unavailable(error.into()).into()))
    }
}

/// Writes the format's number if there is none, and reads it.
async fn check_format(link: &Link, keys: &Keys) -> Result<(), ConnectError> {
    let mut format = pipe();
    format
        .set_nx(keys.format(), FORMAT)
        .ignore()
        .get(keys.format());
    let (found,): (String,) = link.ask_all(&format, Repeat::Harmless).await?;
    if found == FORMAT {
        Ok(())
    } else {
        Err(ConnectError::UnknownFormat {
            found,
            known: FORMAT,
        })
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisStore")
    }
}

impl Store for RedisStore {
    fn backend(&self) -> &'static str {
        "redis"
    }

    fn insert<'a>(
        &'a self,
        scope: &'a Scope,
        record: &'a NewRecord,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<u64, InsertError>> {
        Box::pin(self.inner.insert(scope, record, quota))
    }

    fn look<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Look, StoreError>> {
        Box::pin(async move { Ok(self.inner.look(scope, name, quota).await?) })
    }

    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<Option<KeyPair>, StoreError>> {
        Box::pin(async move { Ok(self.inner.find(scope, which).await?) })
    }

    fn scan<'a>(
        &'a self,
        scope: &'a Scope,
        window: &'a Window,
    ) -> BoxFuture<'a, Result<Listing, ScanError>> {
        Box::pin(async move {
            let listing = self.inner.scan(scope, window).await?;
            listing.ok_or(ScanError::MarkerNotFound)
        })
    }

    fn remove<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(self.detached(move |inner| {
            let (scope, which, receipt) = (scope.clone(), which.to_vec(), receipt.cloned());
            async move { inner.remove(&scope, &which, receipt.as_ref()).await }
        }))
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: &'a Change,
        at: SystemTime,
    ) -> BoxFuture<'a, Result<KeyPair, ChangeError>> {
        Box::pin(self.detached(move |inner| {
            let (scope, which, change) = (scope.clone(), which.clone(), change.clone());
            async move { inner.update(&scope, &which, &change, at).await }
        }))
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(self.detached(|inner| {
            let (scope, to, which) = (scope.clone(), attachments.to_vec(), which.to_vec());
            async move { inner.attach(&scope, &to, &which).await }
        }))
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), ChangeError>> {
        Box::pin(self.detached(|inner| {
            let (scope, from, which) = (scope.clone(), attachments.to_vec(), which.to_vec());
            async move { inner.detach(&scope, &from, &which).await }
        }))
    }

    fn add_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.detached(|inner| {
            let scope = scope.clone();
            async move { Ok(inner.add_partition(&scope).await?) }
        }))
    }

    fn partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, StoreError>> {
        Box::pin(async move { Ok(self.inner.partitions(realm, tenant).await?) })
    }

    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, StoreError>> {
        Box::pin(async move { Ok(self.inner.limit(realm, tenant).await?) })
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Option<Limit>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.detached(move |inner| {
            let (realm, tenant) = (realm.clone(), tenant.clone());
            async move { Ok(inner.set_limit(&realm, &tenant, limit).await?) }
        }))
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move { Ok(self.inner.usage(realm, tenant).await?) })
    }

    fn remember<'a>(
        &'a self,
        mark: &'a str,
        until: SystemTime,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.detached(move |inner| {
            let mark = mark.to_owned();
            async move { Ok(inner.remember(&mark, until).await?) }
        }))
    }

    fn is_remembered<'a>(
        &'a self,
        mark: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(async move { Ok(self.inner.is_remembered(mark, now).await?) })
    }

    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.detached(|inner| {
            let (realm, tenant, receipt) = (realm.clone(), tenant.clone(), receipt.clone());
            async move { Ok(inner.add_note(&realm, &tenant, &receipt).await?) }
        }))
    }

    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Option<Note>, StoreError>> {
        Box::pin(async move { Ok(self.inner.note(realm, tenant, drawer, name, now).await?) })
    }

    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        now: SystemTime,
    ) -> BoxFuture<'a, Result<Vec<Note>, StoreError>> {
        Box::pin(async move { Ok(self.inner.notes(realm, tenant, drawer, now).await?) })
    }

    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.detached(|inner| {
            let (realm, tenant) = (realm.clone(), tenant.clone());
            let (drawer, name) = (drawer.to_owned(), name.to_owned());
            async move { Ok(inner.remove_note(&realm, &tenant, &drawer, &name).await?) }
        }))
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { Ok(self.inner.ping().await?) })
    }
}
