//! Limits on the number of key pairs, as the store keeps them.

use super::Service;
use crate::error::Error;
use crate::model::{Limit, Realm, TenantId};
use crate::ports::{BoxFuture, Quotas};

impl Quotas for Service {
    fn limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Option<Limit>, Error>> {
        Box::pin(async move { Ok(self.ports.store.limit(realm, tenant).await?) })
    }

    fn usage<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<u64, Error>> {
        Box::pin(async move { Ok(self.ports.store.usage(realm, tenant).await?) })
    }

    fn set_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
        limit: Limit,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            Ok(self
                .ports
                .store
                .set_limit(realm, tenant, Some(limit))
                .await?)
        })
    }

    fn clear_limit<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { Ok(self.ports.store.set_limit(realm, tenant, None).await?) })
    }
}
