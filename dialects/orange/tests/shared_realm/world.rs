//! A service on a memory store that holds key pairs of another cloud: nothing is generated or
//! sealed here, and nobody has an account.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dialect_api::{
    AccessKey, ApiKey, Body, Configured, Dialect, Directory, Ports, Project, Request,
    RequestContext, RequestId, StaticToken, Token, TokenClaims, User,
};
use keypair_core::ports::{Clock, Entropy, GenerateError, KeyGenerator, SealError, Sealer};
use keypair_core::service::{Service, ServicePorts};
use keypair_core::{
    Attributes, BoxFuture, Error, ImportKeyPair, KeyName, KeyPairs, KeySpec, Limit, Partition,
    Passphrase, Precedence, PrivateKey, PublicMaterial, QuotaRule, Realm, Scope, SealedPrivateKey,
    TenantId,
};
use orange::{AuthConfig, AuthMode, Config, Orange};
use store_memory::MemoryStore;

/// The realm that two clouds share.
const REALM: &str = "shared";
/// The project, which is the tenant of the other cloud.
const PROJECT: &str = "p1";

pub(crate) struct World {
    dialect: Orange,
    service: Service,
}

/// What a call gave.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Where `X-Job-Href` leads.
    pub(crate) job: Option<String>,
    pub(crate) body: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let config = Config {
            auth: AuthConfig {
                mode: AuthMode::None,
                ..AuthConfig::default()
            },
            ..Config::default()
        };
        let (dialect, _) = Orange::configure(config).unwrap();
        let service = Service::new(ServicePorts {
            store: Arc::new(MemoryStore::new()),
            generator: Arc::new(Nothing),
            sealer: Arc::new(Nothing),
            clock: Arc::new(Nothing),
            entropy: Arc::new(Counter::default()),
            minters: vec![orange::key_pair_id],
        });
        Self { dialect, service }
    }

    /// Puts a key pair where another cloud would.
    pub(crate) fn import(&self, zone: &str, name: &str, public: PublicMaterial) {
        let tenant = TenantId::new(PROJECT);
        let scope = Scope {
            realm: Realm::new(REALM),
            tenant: tenant.clone(),
            partition: Partition::new(zone),
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

    /// Calls the API below its project; every call comes a millisecond after the one before.
    pub(crate) fn call(&self, number: u64, method: &str, path: &str, body: &str) -> Answer {
        let cx = RequestContext {
            realm: Realm::new(REALM),
            request_id: RequestId(u128::from(number)),
            received_at: SystemTime::UNIX_EPOCH + Duration::from_millis(number),
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
        let (head, ()) = http::Request::builder()
            .method(method)
            .uri(format!("/v1/projects/{PROJECT}{path}"))
            .header("content-type", "application/json")
            .body(())
            .unwrap()
            .into_parts();
        let request = Request::new(head, Body::Whole(Bytes::copy_from_slice(body.as_bytes())));
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
        let job = answer.headers().get("x-job-href");
        Answer {
            status: answer.status().as_u16(),
            job: job.map(|href| {
                let href = href.to_str().unwrap();
                href.strip_prefix(&format!("/projects/{PROJECT}"))
                    .unwrap()
                    .to_owned()
            }),
            body: String::from_utf8(answer.into_body().to_vec()).unwrap(),
        }
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

    fn user_by_id(&self, _: &str) -> Option<&User> {
        None
    }

    fn user_by_name(&self, _: &str) -> Option<&User> {
        None
    }

    fn project_by_id(&self, _: &str) -> Option<&Project> {
        None
    }

    fn project_by_name(&self, _: &str) -> Option<&Project> {
        None
    }

    fn users(&self) -> &[User] {
        &[]
    }

    fn projects(&self) -> &[Project] {
        &[]
    }

    fn check_password<'a>(&'a self, _: Option<&'a User>, _: &'a str) -> BoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn check_user_api_key(&self, _: Option<&User>, _: &str) -> bool {
        false
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
