//! A service on a memory store that holds key pairs of another cloud: nothing is generated or
//! sealed here, and nobody has an account.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::SystemTime;

use bytes::Bytes;
use dialect_api::{
    AccessKey, ApiKey, Body, Configured, Delegation, Dialect, Directory, Lookup, Ports, Project,
    Request, RequestContext, RequestId, StaticToken, Token, TokenClaims, User,
};
use keypair_core::ports::{Clock, Entropy, GenerateError, KeyGenerator, SealError, Sealer};
use keypair_core::service::{Service, ServicePorts};
use keypair_core::{
    Attributes, BoxFuture, Error, ImportKeyPair, KeyName, KeyPairs, KeySpec, Limit, Partition,
    Passphrase, Precedence, PrivateKey, PublicMaterial, QuotaRule, Realm, Scope, SealedPrivateKey,
    TenantId,
};
use locksmith::Locksmith;
use store_memory::MemoryStore;

/// The realm that two clouds share.
const REALM: &str = "shared";
/// The tenant of anonymous callers.
const TENANT: &str = "default";

pub(crate) struct World {
    dialect: Locksmith,
    service: Service,
}

impl World {
    pub(crate) fn new() -> Self {
        let (dialect, _) = Locksmith::configure(locksmith::Config::default()).unwrap();
        let service = Service::new(ServicePorts {
            store: Arc::new(MemoryStore::new()),
            generator: Arc::new(Nothing),
            sealer: Arc::new(Nothing),
            clock: Arc::new(Nothing),
            entropy: Arc::new(Counter::default()),
            minters: Vec::new(),
        });
        Self { dialect, service }
    }

    /// Puts a key pair where another cloud would.
    pub(crate) fn import(&self, folder: &str, name: &str, public: PublicMaterial) {
        let tenant = TenantId::new(TENANT);
        let scope = Scope {
            realm: Realm::new(REALM),
            tenant: tenant.clone(),
            partition: Partition::new(folder),
        };
        let new = ImportKeyPair {
            name: KeyName::parse(name).unwrap(),
            public,
            unique_public_key: false,
            quota: QuotaRule {
                holder: tenant,
                default: Limit::Unlimited,
            },
            precedence: Precedence::NameFirst,
            attributes: Attributes::default(),
            receipt: None,
        };
        ready(self.service.import(&scope, new)).unwrap();
    }

    /// The body of the answer to a `GET` below the API's prefix, in a realm.
    pub(crate) fn get_in(&self, realm: &str, target: &str) -> String {
        let cx = RequestContext {
            realm: Realm::new(realm),
            request_id: RequestId(1),
            received_at: SystemTime::UNIX_EPOCH,
            dedicated_listener: false,
            scheme: "http",
            public_url: None,
        };
        let ports = Ports {
            keypairs: &self.service,
            quotas: &self.service,
            notes: &self.service,
            directory: &Nothing,
        };
        let (head, ()) = http::Request::get(format!("/locksmith/v1{target}"))
            .body(())
            .unwrap()
            .into_parts();
        let request = Request::new(head, Body::Whole(Bytes::new()));
        let answer = ready(async {
            let operation = self.dialect.route(&request, &cx)?;
            let known = self
                .dialect
                .authenticate(operation, &request, &cx, &Nothing);
            let caller = known.await?;
            let call = self.dialect.call(operation, &request, &caller, &cx, ports);
            call.await
        });
        let answer = answer.unwrap_or_else(|error| self.dialect.render(&error, &request.head, &cx));
        String::from_utf8(answer.into_body().to_vec()).unwrap()
    }

    /// The same in the shared realm.
    pub(crate) fn get(&self, target: &str) -> String {
        self.get_in(REALM, target)
    }
}

/// What a future gives that never waits: the memory store answers at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the store answers at once"),
    }
}

/// Everything that these tests have no use for.
struct Nothing;

#[derive(Default)]
struct Counter(std::sync::atomic::AtomicU64);

impl Entropy for Counter {
    fn bits128(&self) -> u128 {
        let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        u128::from(count)
    }
}

impl Clock for Nothing {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

impl KeyGenerator for Nothing {
    fn generate(&self, _: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        Box::pin(async { Err(GenerateError::Unsupported) })
    }
}

impl Sealer for Nothing {
    fn can_seal(&self) -> bool {
        false
    }

    fn seal<'a>(
        &'a self,
        _: &'a PrivateKey,
        _: Option<&'a Passphrase>,
        _: &'a [u8],
    ) -> BoxFuture<'a, Result<SealedPrivateKey, SealError>> {
        Box::pin(async { Err(SealError::NoServerKey) })
    }

    fn open<'a>(
        &'a self,
        _: &'a SealedPrivateKey,
        _: Option<&'a Passphrase>,
        _: &'a [u8],
    ) -> BoxFuture<'a, Result<PrivateKey, SealError>> {
        Box::pin(async { Err(SealError::NoServerKey) })
    }
}

impl Directory for Nothing {
    fn access_key(&self, _: &str) -> Option<&AccessKey> {
        None
    }

    fn static_token(&self, _: &str) -> Option<&StaticToken> {
        None
    }

    fn api_key(&self, _: &str) -> Option<&ApiKey> {
        None
    }

    fn has_api_keys(&self) -> bool {
        false
    }

    fn user_by_id<'a>(&'a self, _: &'a str) -> Lookup<'a, User> {
        Lookup::Known(None)
    }

    fn user_by_name<'a>(&'a self, _: &'a str) -> Lookup<'a, User> {
        Lookup::Known(None)
    }

    fn project_by_id<'a>(&'a self, _: &'a str) -> Lookup<'a, Project> {
        Lookup::Known(None)
    }

    fn project_by_name<'a>(&'a self, _: &'a str) -> Lookup<'a, Project> {
        Lookup::Known(None)
    }

    fn users(&self) -> BoxFuture<'_, Result<Vec<Arc<User>>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn projects(&self) -> BoxFuture<'_, Result<Vec<Arc<Project>>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn delegation<'a>(&'a self, _: Option<&'a str>, _: &'a str) -> Lookup<'a, Delegation> {
        Lookup::Known(None)
    }

    fn delegation_by_name<'a>(&'a self, _: &'a str, _: &'a str) -> Lookup<'a, Delegation> {
        Lookup::Known(None)
    }

    fn delegations<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Vec<Arc<Delegation>>, Error>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn check_password<'a>(&'a self, _: Option<&'a User>, _: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn check_user_api_key(&self, _: Option<&User>, _: &str) -> bool {
        false
    }

    fn check_delegation<'a>(&'a self, _: &'a Delegation, _: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn issue(&self, _: &TokenClaims) -> Token {
        Token::new(String::new())
    }

    fn verify<'a>(
        &'a self,
        _: &'a str,
        _: SystemTime,
    ) -> BoxFuture<'a, Result<Option<TokenClaims>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn revoke<'a>(&'a self, _: &'a TokenClaims) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}
