//! Stored limits.

use std::collections::HashMap;

use keypair_core::{Limit, QuotaRule, Realm, TenantId};

/// The limits that are stored, by whose they are.
#[derive(Debug, Default)]
pub(crate) struct Limits(HashMap<(Realm, TenantId), Limit>);

impl Limits {
    /// The stored limit of a tenant.
    pub(crate) fn get(&self, realm: &Realm, tenant: &TenantId) -> Option<Limit> {
        self.0.get(&(realm.clone(), tenant.clone())).copied()
    }

    /// The stored limit that counts by a quota's rule.
    pub(crate) fn first(&self, realm: &Realm, quota: &QuotaRule) -> Option<Limit> {
        quota.holders().find_map(|holder| self.get(realm, holder))
    }

    /// Stores a limit, or forgets it.
    pub(crate) fn set(&mut self, realm: &Realm, tenant: &TenantId, limit: Option<Limit>) {
        let key = (realm.clone(), tenant.clone());
        match limit {
            Some(limit) => self.0.insert(key, limit),
            None => self.0.remove(&key),
        };
    }
}
