//! What a golden file's exchanges meet: a dialect with its accounts, on a store of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dialect_api::{
    Body, Caller, Configured, Directory, EdgeError, Lookup, Operation, Ports, Request,
    RequestContext, RequestId, Response, TokenClaims, WireError,
};
use http::request::Parts;
use identity::{AccountDirectory, DirectoryPorts};
use keypair_core::Realm;
use keypair_core::ports::{Clock, Store};
use keypair_core::service::{Service, ServicePorts};
use sha2::{Digest, Sha256};
use store_memory::MemoryStore;
use zeroize::Zeroizing;

use crate::directory_probe::FaultInjectingDirectory;
use crate::doubles::{CountingEntropy, FixedClock, FixtureKeys, TransparentSealer};
use crate::executor::{block_on, guarded};
use crate::faults::Faults;
use crate::golden::Asked;
use crate::probe::FaultInjectingKeyPairs;

/// Monday 23 November 2026, 06:45:58.120 UTC.
const DEFAULT_NOW: Duration = Duration::from_millis(1_795_416_358_120);

/// What `{{token …}}` is good for.
const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// A dialect and all it stands on.
pub(crate) struct World<D> {
    pub(crate) dialect: D,
    pub(crate) core: FaultInjectingKeyPairs,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) entropy: Arc<CountingEntropy>,
    pub(crate) keys: Arc<FixtureKeys>,
    directory: FaultInjectingDirectory,
    realm: Realm,
}

/// How far a request came, and what came back.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Response,
    /// The operation that it was routed to.
    pub(crate) operation: Option<&'static str>,
    /// Who called, once that was known.
    pub(crate) caller: Option<Caller>,
    /// Where the answer is an error: the dialect's code for it, and whether it takes the blame.
    pub(crate) error: Option<(&'static str, dialect_api::Blame)>,
}

impl<D: Configured> World<D> {
    /// Makes a fresh world from lines of the dialect's config section.
    ///
    /// # Errors
    /// The section cannot be read, or the dialect or the directory refuses it.
    pub(crate) fn new(config: &str, manifest_dir: &Path) -> Result<Self, String> {
        let config = if config.is_empty() {
            D::Config::default()
        } else {
            toml::from_str(config).map_err(|error| format!("# config: {error}"))?
        };
        let (dialect, accounts) =
            D::configure(config).map_err(|problem| format!("# config: {problem}"))?;
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let clock = Arc::new(FixedClock::new(SystemTime::UNIX_EPOCH + DEFAULT_NOW));
        let entropy = Arc::new(CountingEntropy::default());
        let keys = Arc::new(FixtureKeys::new(manifest_dir.join("tests/fixtures")));
        let ports = DirectoryPorts {
            signing_key: Zeroizing::new([0x2a; 32]),
            store: Arc::clone(&store),
            // Of its own: what accounts use up changes no key pair's seed.
            entropy: Arc::new(CountingEntropy::default()),
            realm: Realm::new(D::NAME),
        };
        let directory = AccountDirectory::new(D::NAME, accounts, ports)
            .map_err(|problem| format!("accounts: {problem}"))?;
        let service = Service::new(ServicePorts {
            store,
            generator: Arc::clone(&keys) as _,
            sealer: Arc::new(TransparentSealer),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::clone(&entropy) as _,
            minters: dialect.descriptor().mint_id.into_iter().collect(),
        });
        let faults = Arc::new(Faults::default());
        Ok(Self {
            dialect,
            core: FaultInjectingKeyPairs::new(service, Arc::clone(&faults)),
            clock,
            entropy,
            keys,
            directory: FaultInjectingDirectory {
                directory,
                faults: Arc::clone(&faults),
            },
            faults,
            realm: Realm::new(D::NAME),
        })
    }

    /// A signed token of a user, for a project or for none, issued now.
    ///
    /// # Errors
    /// There is no such user or project.
    pub(crate) fn token(&self, user: &str, project: Option<&str>) -> Result<String, String> {
        // Not by way of the faults: these are not the dialect's calls.
        let directory = &self.directory.directory;
        let found = at_once(directory.user_by_name(user));
        let user = found.ok_or_else(|| format!("{{{{token}}}}: there is no user `{user}`"))?;
        let project = project
            .map(|name| {
                let found = at_once(directory.project_by_name(name));
                let found = found.or_else(|| at_once(directory.project_by_id(name)));
                found.ok_or_else(|| format!("{{{{token}}}}: there is no project `{name}`"))
            })
            .transpose()?;
        let issued_at = whole_seconds(self.clock.now());
        // A token of its own for each pair, so that revoking one leaves the others.
        let mut hash = Sha256::new();
        for part in [Some(&user.id), project.as_ref().map(|it| &it.id)] {
            hash.update(part.map_or("", String::as_str));
            hash.update([0]);
        }
        let mut audit_id = [0; 16];
        for (to, from) in audit_id.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        let claims = TokenClaims {
            user_id: user.id.clone(),
            project_id: project.map(|it| it.id.clone()),
            system: false,
            methods: vec!["password".to_owned()],
            audit_ids: vec![audit_id],
            issued_at,
            expires_at: issued_at + TOKEN_LIFE,
        };
        Ok(self.directory.issue(&claims).expose().to_owned())
    }

    /// What comes with a request besides the request.
    pub(crate) fn context(&self, asked: &Asked) -> RequestContext {
        RequestContext {
            request_id: RequestId(asked.request_id),
            received_at: self.clock.now(),
            realm: self.realm.clone(),
            dedicated_listener: asked.dedicated,
            scheme: "http",
            public_url: asked.public_url.as_deref().map(Arc::from),
        }
    }

    /// A request as the gateway hands it over: a body beyond the dialect's limit was dropped.
    pub(crate) fn request(&self, head: Parts, body: Bytes) -> Request {
        let limit_bytes = self.dialect.descriptor().max_body_bytes;
        let body = if body.len() > limit_bytes {
            Body::TooLarge { limit_bytes }
        } else {
            Body::Whole(body)
        };
        Request::new(head, body)
    }

    /// Sends a request through the dialect's steps, as the gateway does.
    ///
    /// # Errors
    /// The dialect panicked, or waits for ever.
    pub(crate) fn send(&self, request: &Request, cx: &RequestContext) -> Result<Outcome, String> {
        guarded(|| block_on(self.steps(request, cx)))
    }

    /// Who is calling, if the dialect routes the request and lets its caller in.
    ///
    /// # Errors
    /// The dialect panicked, or waits for ever.
    pub(crate) fn let_in(
        &self,
        request: &Request,
        cx: &RequestContext,
    ) -> Result<Option<Caller>, String> {
        guarded(|| {
            block_on(async {
                let operation = self.dialect.route(request, cx).ok()?;
                self.authenticate(operation, request, cx).await.ok()
            })
        })
    }

    /// The dialect's step of that name, with this world's directory.
    ///
    /// # Errors
    /// The dialect's own.
    pub(crate) async fn authenticate(
        &self,
        operation: D::Operation,
        request: &Request,
        cx: &RequestContext,
    ) -> Result<Caller, D::Error> {
        self.dialect
            .authenticate(operation, request, cx, &self.directory)
            .await
    }

    /// Calls an operation for a caller who was let in before, whatever `authenticate` would say of
    /// this request: signed requests that were mangled would get no further otherwise. `None` if
    /// the request is not routed.
    ///
    /// # Errors
    /// The dialect panicked, or waits for ever.
    pub(crate) fn send_as(
        &self,
        caller: &Caller,
        request: &Request,
        cx: &RequestContext,
    ) -> Result<Option<Outcome>, String> {
        guarded(|| {
            block_on(async {
                let operation = self.dialect.route(request, cx).ok()?;
                let call = self
                    .dialect
                    .call(operation, request, caller, cx, self.ports());
                Some(match call.await {
                    Ok(answer) => success(operation, answer, caller.clone()),
                    Err(error) => self.failure(&error, &request.head, cx),
                })
            })
        })
    }

    /// The answer to a refusal of the gateway's own.
    ///
    /// # Errors
    /// The dialect panicked.
    pub(crate) fn refuse(
        &self,
        edge: EdgeError,
        head: &Parts,
        cx: &RequestContext,
    ) -> Result<Outcome, String> {
        guarded(|| Some(self.failure(&D::Error::from(edge), head, cx)))
    }

    async fn steps(&self, request: &Request, cx: &RequestContext) -> Outcome {
        // Logging is the gateway's business, as counting calls is below; but neither may panic.
        let _ = self.dialect.loggable_path(&request.head);
        let operation = match self.dialect.route(request, cx) {
            Ok(operation) => operation,
            Err(error) => return self.failure(&error, &request.head, cx),
        };
        let caller = match self.authenticate(operation, request, cx).await {
            Ok(caller) => caller,
            Err(error) => return self.failure_in(operation, &error, request, cx, None),
        };
        let _ = self.dialect.rate_rule(operation, &request.head);
        let call = self
            .dialect
            .call(operation, request, &caller, cx, self.ports());
        match call.await {
            Ok(answer) => success(operation, answer, caller),
            Err(error) => self.failure_in(operation, &error, request, cx, Some(caller)),
        }
    }

    fn ports(&self) -> Ports<'_> {
        Ports {
            keypairs: &self.core,
            quotas: &self.core,
            notes: &self.core,
            directory: &self.directory,
        }
    }

    fn failure_in(
        &self,
        operation: D::Operation,
        error: &D::Error,
        request: &Request,
        cx: &RequestContext,
        caller: Option<Caller>,
    ) -> Outcome {
        Outcome {
            operation: Some(operation.name()),
            caller,
            ..self.failure(error, &request.head, cx)
        }
    }

    fn failure(&self, error: &D::Error, head: &Parts, cx: &RequestContext) -> Outcome {
        Outcome {
            answer: self.dialect.render(error, head, cx),
            operation: None,
            caller: None,
            error: Some((error.code(), error.blame())),
        }
    }
}

/// An account; one that the store does not give is none.
fn at_once<T>(lookup: Lookup<'_, T>) -> Option<Arc<T>> {
    block_on(lookup)?.ok()?
}

fn success(operation: impl Operation, answer: Response, caller: Caller) -> Outcome {
    Outcome {
        answer,
        operation: Some(operation.name()),
        caller: Some(caller),
        error: None,
    }
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.unwrap_or_default().as_secs())
}
