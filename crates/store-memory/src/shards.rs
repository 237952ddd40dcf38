//! The tenants, spread over shards, and their locks.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use keypair_core::{Realm, TenantId};
use parking_lot::{RwLock, RwLockWriteGuard};

use crate::tenant::Tenant;

/// Enough that threads seldom meet, few enough that an empty store is small.
const SHARDS: usize = 64;

type Shard = HashTable<Owned>;

/// What a tenant has.
struct Owned {
    hash: u64,
    realm: Realm,
    tenant: TenantId,
    content: Tenant,
}

/// All tenants. A call hashes its tenant once, for the shard and for the place in it.
pub(crate) struct Shards {
    shards: [RwLock<Shard>; SHARDS],
    /// Keyed at random, so that nobody outside can choose names that meet.
    pub(crate) hasher: RandomState,
}

/// A tenant on its way to be found.
#[derive(Clone, Copy)]
struct Owner<'a> {
    hash: u64,
    realm: &'a Realm,
    tenant: &'a TenantId,
}

impl Owner<'_> {
    fn owns(self, owned: &Owned) -> bool {
        owned.hash == self.hash && owned.tenant == *self.tenant && owned.realm == *self.realm
    }
}

/// A tenant's shard, locked for a change.
pub(crate) struct Locked<'a> {
    shard: RwLockWriteGuard<'a, Shard>,
    owner: Owner<'a>,
}

impl Shards {
    pub(crate) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| RwLock::default()),
            hasher: RandomState::new(),
        }
    }

    /// Reads a tenant; `None` if it has never had anything.
    pub(crate) fn read<T>(
        &self,
        realm: &Realm,
        tenant: &TenantId,
        look: impl FnOnce(&Tenant) -> T,
    ) -> Option<T> {
        let owner = self.owner(realm, tenant);
        let shard = self.shard(owner).read();
        let found = shard.find(owner.hash, |owned| owner.owns(owned))?;
        Some(look(&found.content))
    }

    /// Locks a tenant's shard.
    pub(crate) fn lock<'a>(&'a self, realm: &'a Realm, tenant: &'a TenantId) -> Locked<'a> {
        let owner = self.owner(realm, tenant);
        let shard = self.shard(owner).write();
        Locked { shard, owner }
    }

    fn owner<'a>(&self, realm: &'a Realm, tenant: &'a TenantId) -> Owner<'a> {
        let hash = self.hasher.hash_one((realm, tenant));
        Owner {
            hash,
            realm,
            tenant,
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a remainder by the array's length is within the array"
    )]
    fn shard(&self, owner: Owner<'_>) -> &RwLock<Shard> {
        // Bits from the middle: the table goes by the lowest and the highest ones.
        let [_, _, _, middle, ..] = owner.hash.to_le_bytes();
        &self.shards[usize::from(middle) % SHARDS]
    }
}

impl Locked<'_> {
    /// The tenant; `None` if it has never had anything.
    pub(crate) fn get(&mut self) -> Option<&mut Tenant> {
        let owner = self.owner;
        let found = self.shard.find_mut(owner.hash, |owned| owner.owns(owned));
        found.map(|owned| &mut owned.content)
    }

    /// The tenant, which is there from now on.
    pub(crate) fn get_or_make(&mut self) -> &mut Tenant {
        let owner = self.owner;
        let entry = self
            .shard
            .entry(owner.hash, |owned| owner.owns(owned), |owned| owned.hash)
            .or_insert_with(|| Owned {
                hash: owner.hash,
                realm: owner.realm.clone(),
                tenant: owner.tenant.clone(),
                content: Tenant::default(),
            });
        &mut entry.into_mut().content
    }
}
