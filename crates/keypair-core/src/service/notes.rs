//! Notes, as the store keeps them.

use super::Service;
use crate::error::Error;
use crate::model::{Note, Realm, Receipt, TenantId};
use crate::ports::{BoxFuture, Notes};

impl Notes for Service {
    fn add_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move { Ok(self.ports.store.add_note(realm, tenant, receipt).await?) })
    }

    fn note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Note>, Error>> {
        Box::pin(async move {
            let (store, now) = (&self.ports.store, self.ports.clock.now());
            Ok(store.note(realm, tenant, drawer, name, now).await?)
        })
    }

    fn notes<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
    ) -> BoxFuture<'a, Result<Vec<Note>, Error>> {
        Box::pin(async move {
            let (store, now) = (&self.ports.store, self.ports.clock.now());
            Ok(store.notes(realm, tenant, drawer, now).await?)
        })
    }

    fn remove_note<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        drawer: &'a str,
        name: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let removed = self.ports.store.remove_note(realm, tenant, drawer, name);
            Ok(removed.await?)
        })
    }
}
