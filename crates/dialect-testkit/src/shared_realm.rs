//! A realm that a dialect shares with another cloud, for what no golden file can set up: key pairs
//! that the dialect would not have taken.

use std::path::Path;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dialect_api::{Configured, Response};
use keypair_core::{
    Attributes, ImportKeyPair, KeyName, KeyPairs as _, Limit, Partition, Precedence,
    PublicMaterial, QuotaRule, Realm, Scope, TenantId,
};

use crate::executor::block_on;
use crate::golden::Asked;
use crate::world::World;

const REALM: &str = "shared";

/// A dialect in a realm that it shares.
#[expect(
    missing_debug_implementations,
    reason = "a dialect under test need not be printable"
)]
pub struct SharedRealm<D> {
    world: World<D>,
}

impl<D: Configured> SharedRealm<D> {
    /// A fresh realm, from lines of the dialect's config section. Its clock stands at the epoch; the
    /// seeds of its key pairs are 1, 2, 3 …
    ///
    /// # Panics
    /// If the dialect refuses the section.
    #[expect(clippy::panic, reason = "a test says what it expects by panicking")]
    pub fn new(config: &str) -> Self {
        let world = World::new(config, Path::new(""));
        let world = world.unwrap_or_else(|problem| panic!("{problem}"));
        world.clock.set(SystemTime::UNIX_EPOCH);
        Self { world }
    }

    /// Puts a key pair where another cloud would.
    ///
    /// # Panics
    /// If the name is none, or is taken.
    #[expect(
        clippy::expect_used,
        reason = "a test says what it expects by panicking"
    )]
    pub fn import(&self, tenant: &str, partition: &str, name: &str, public: PublicMaterial) {
        let tenant = TenantId::new(tenant);
        let scope = Scope {
            realm: Realm::new(REALM),
            tenant: tenant.clone(),
            partition: Partition::new(partition),
        };
        let new = ImportKeyPair {
            name: KeyName::parse(name).expect("a name"),
            public,
            unique_public_key: false,
            quota: QuotaRule {
                exception: None,
                holder: tenant,
                default: Limit::Unlimited,
            },
            precedence: Precedence::NameFirst,
            attributes: Attributes::default(),
            receipt: None,
        };
        let imported = block_on(self.world.core.service().import(&scope, new));
        imported
            .expect("the store answers at once")
            .expect("nothing is in the way");
    }

    /// Sends a request; its number is its request id, and the milliseconds since the epoch at which
    /// it comes.
    ///
    /// # Panics
    /// If the dialect does.
    pub fn call(&self, number: u64, request: http::Request<Bytes>) -> Response {
        self.call_in(REALM, number, request)
    }

    /// The same in another realm.
    ///
    /// # Panics
    /// If the dialect does.
    #[expect(clippy::panic, reason = "a test says what it expects by panicking")]
    pub fn call_in(&self, realm: &str, number: u64, request: http::Request<Bytes>) -> Response {
        let mut cx = self.world.context(&Asked {
            request_id: number.into(),
            dedicated: false,
            public_url: None,
            edge: None,
        });
        cx.realm = Realm::new(realm);
        cx.received_at = SystemTime::UNIX_EPOCH + Duration::from_millis(number);
        let (head, body) = request.into_parts();
        let sent = self.world.send(&self.world.request(head, body), &cx);
        sent.unwrap_or_else(|problem| panic!("{problem}")).answer
    }
}
