//! Puts the parts of a run together: the store, the generator, the sealer, the dialects.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dialect_api::Secret;
use keygen::{Generator, GeneratorConfig};
use keypair_core::Realm;
use keypair_core::ports::{Clock, Entropy, Store};
use keypair_core::service::{Service, ServicePorts};
use sealing::{ServerKey, ServerKeySealer};
use store_memory::MemoryStore;
use store_redb::RedbStore;
use store_redis::{RedisOptions, RedisStore};
use tokio::sync::Semaphore;
use toml::{Table, Value};
use zeroize::Zeroizing;

use crate::config::{ConfigError, Loaded, Settings};
use crate::front_end::{FrontEnd, SectionError, Unmounted};
use crate::front_ends::FRONT_ENDS;
use crate::limits::RateLimiter;
use crate::observe::{InstrumentedGenerator, InstrumentedStore, Metrics};
use crate::pipeline::Gate;

/// The store that is forgotten at the end.
const MEMORY: &str = "memory";

/// Why a run cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// A setting cannot be.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something outside the configuration failed.
    #[error("{what}: {cause}")]
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed.
        cause: String,
    },
}

impl StartError {
    /// Something outside the configuration failed.
    pub(crate) fn failed(what: impl Into<String>, cause: &dyn std::error::Error) -> Self {
        Self::Failed {
            what: what.into(),
            cause: crate::observe::chain(cause),
        }
    }
}

/// A dialect with its section checked, not at work yet.
pub(crate) struct Configured {
    pub(crate) name: &'static str,
    /// Whether it is switched on.
    pub(crate) enabled: bool,
    pub(crate) realm: Realm,
    pub(crate) dialect: Box<dyn Unmounted>,
}

/// Reads and checks the dialects' sections.
///
/// # Errors
/// The first setting that cannot be.
pub(crate) fn configure_dialects(loaded: &Loaded) -> Result<Vec<Configured>, ConfigError> {
    let mut configured = Vec::new();
    for kind in FRONT_ENDS {
        let section = loaded.sections.get(kind.name).cloned().unwrap_or_default();
        let (own, section) = SharedKeys::split(kind.name, section, &loaded.origin)?;
        let dialect = (kind.configure)(section)
            .map_err(|error| section_error(kind.name, &loaded.origin, error))?;
        let SharedKeys { enabled, realm } = own;
        configured.push(Configured {
            name: kind.name,
            enabled,
            realm,
            dialect,
        });
    }
    Ok(configured)
}

/// The whole configuration in force, for printing: every default included, secrets left out.
///
/// # Errors
/// The first setting that cannot be.
pub(crate) fn effective_config(loaded: &Loaded) -> Result<Table, ConfigError> {
    configure_dialects(loaded)?;
    let mut table = Table::try_from(&loaded.settings).unwrap_or_default();
    for kind in FRONT_ENDS {
        let section = loaded.sections.get(kind.name).cloned().unwrap_or_default();
        let (own, section) = SharedKeys::split(kind.name, section, &loaded.origin)?;
        let mut effective = (kind.effective)(section)
            .map_err(|error| section_error(kind.name, &loaded.origin, error))?;
        effective.insert("enabled".to_owned(), Value::Boolean(own.enabled));
        effective.insert("realm".to_owned(), Value::String(own.realm.to_string()));
        table.insert(kind.name.to_owned(), Value::Table(effective));
    }
    Ok(table)
}

/// What the gateway reads itself in a dialect's section.
struct SharedKeys {
    enabled: bool,
    realm: Realm,
}

impl SharedKeys {
    fn split(name: &str, mut section: Table, origin: &str) -> Result<(Self, Table), ConfigError> {
        let bad = |key: &str, problem: &str| ConfigError::BadValue {
            origin: origin.to_owned(),
            key: format!("{name}.{key}"),
            problem: problem.to_owned(),
        };
        let enabled = match section.remove("enabled") {
            None => true,
            Some(Value::Boolean(enabled)) => enabled,
            Some(_) => return Err(bad("enabled", "must be true or false")),
        };
        let realm = match section.remove("realm") {
            None => Realm::new(name),
            Some(Value::String(realm)) if !realm.is_empty() => Realm::new(realm),
            Some(_) => return Err(bad("realm", "must be a text that is not empty")),
        };
        Ok((Self { enabled, realm }, section))
    }
}

fn section_error(name: &str, origin: &str, error: SectionError) -> ConfigError {
    match error {
        SectionError::Form(error) => crate::config::bad_value(origin, name, &error),
        SectionError::Setting(problem) => ConfigError::BadValue {
            origin: origin.to_owned(),
            key: format!("{name}.{}", problem.key),
            problem: problem.problem,
        },
    }
}

/// Everything at work, before the listeners.
pub(crate) struct Assembly {
    pub(crate) front_ends: Vec<Arc<dyn FrontEnd>>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) gate: Arc<Gate>,
}

/// Opens the store and joins everything.
///
/// # Errors
/// A setting that cannot be, or a store that cannot be opened.
pub(crate) async fn assemble(
    settings: &Settings,
    origin: &str,
    dialects: Vec<Configured>,
) -> Result<Assembly, StartError> {
    let metrics = Metrics::new();
    let keys = Keys::read(settings, origin)?;
    let store: Arc<dyn Store> = Arc::new(InstrumentedStore {
        inner: open_store(settings, origin).await?,
        metrics: Arc::clone(&metrics),
    });
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let generator = InstrumentedGenerator {
        inner: Generator::new(generator_config(settings)),
        metrics: Arc::clone(&metrics),
    };
    let service = Service::new(ServicePorts {
        store: Arc::clone(&store),
        generator: Arc::new(generator),
        sealer: Arc::new(keys.sealer),
        clock: Arc::new(SystemClock),
        entropy: Arc::clone(&entropy),
        // Also those of dialects that are switched off today and on tomorrow.
        minters: dialects
            .iter()
            .filter_map(|one| one.dialect.descriptor().mint_id)
            .collect(),
    });
    let limits = &settings.limits;
    let gate = Arc::new(Gate {
        service,
        store: Arc::clone(&store),
        token_key: keys.token_signing,
        entropy: Arc::clone(&entropy),
        rates: RateLimiter::new(limits.rate.clone()),
        in_flight: Semaphore::new(limits.max_in_flight),
        max_body_bytes: limits.max_body_bytes,
        body_timeout: Duration::from_secs(limits.body_timeout),
        call_timeout: Duration::from_secs(limits.call_timeout),
        metrics: Arc::clone(&metrics),
    });
    let mut front_ends = Vec::new();
    for Configured {
        name,
        realm,
        dialect,
        ..
    } in dialects.into_iter().filter(|one| one.enabled)
    {
        let mounted =
            dialect
                .mount(realm, Arc::clone(&gate))
                .map_err(|problem| ConfigError::BadValue {
                    origin: origin.to_owned(),
                    key: name.to_owned(),
                    problem,
                })?;
        front_ends.push(mounted);
    }
    Ok(Assembly {
        front_ends,
        store,
        entropy,
        metrics,
        gate,
    })
}

fn generator_config(settings: &Settings) -> GeneratorConfig {
    let defaults = GeneratorConfig::default();
    GeneratorConfig {
        foreground_threads: settings
            .keygen
            .threads
            .unwrap_or(defaults.foreground_threads),
        queue_limit: settings.keygen.queue,
        allow_rsa_1024: settings.keygen.allow_rsa_1024,
    }
}

/// The keys of the server itself.
struct Keys {
    sealer: ServerKeySealer,
    token_signing: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn read(settings: &Settings, origin: &str) -> Result<Self, StartError> {
        let parse = |key: &str, text: &Secret| {
            ServerKey::parse(text.expose()).map_err(|error| ConfigError::BadValue {
                origin: origin.to_owned(),
                key: key.to_owned(),
                problem: error.to_string(),
            })
        };
        let draw =
            || ServerKey::generate().map_err(|error| StartError::failed("drawing a key", &error));
        let token_signing = match &settings.tokens.signing_key {
            Some(text) => parse("tokens.signing_key", text)?,
            None => draw()?,
        };
        let sealer = match &settings.sealing.key {
            Some(current) => {
                let older = settings.sealing.older_keys.iter();
                let older: Result<Vec<_>, _> = older
                    .map(|text| parse("sealing.older_keys", text))
                    .collect();
                ServerKeySealer::from_keys(parse("sealing.key", current)?, older?)
            }
            // What the memory store forgets at the end needs no key that outlives it.
            None if settings.store == MEMORY => ServerKeySealer::from_keys(draw()?, Vec::new()),
            None => ServerKeySealer::without_key(),
        };
        Ok(Self {
            sealer,
            token_signing: token_signing.into_bytes(),
        })
    }
}

async fn open_store(settings: &Settings, origin: &str) -> Result<Arc<dyn Store>, StartError> {
    let url = settings.store.as_str();
    if url == MEMORY {
        return Ok(Arc::new(MemoryStore::new()));
    }
    if let Some(dir) = url.strip_prefix("redb:") {
        let opened = RedbStore::open(Path::new(dir));
        let store = opened.map_err(|error| StartError::failed(format!("store {url}"), &error))?;
        return Ok(Arc::new(store));
    }
    if url.starts_with("redis://") || url.starts_with("redis+unix://") || url.starts_with("unix://")
    {
        let options = RedisOptions {
            key_prefix: settings.redis.key_prefix.clone(),
            response_timeout: Duration::from_millis(settings.redis.response_timeout_ms),
            connection_timeout: Duration::from_millis(settings.redis.connection_timeout_ms),
        };
        let store = RedisStore::connect(url, options)
            .await
            .map_err(|error| StartError::failed("store redis", &error))?;
        return Ok(Arc::new(store));
    }
    let schemes = ["rediss://", "redis-sentinel://", "redis-cluster://"];
    let problem = if schemes.iter().any(|scheme| url.starts_with(scheme)) {
        "this build reaches Redis by redis:// only"
    } else {
        "must be memory, redb:DIR or redis://HOST:PORT"
    };
    Err(ConfigError::BadValue {
        origin: origin.to_owned(),
        key: "store".to_owned(),
        problem: problem.to_owned(),
    }
    .into())
}

/// The system's clock.
struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The operating system's randomness.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits128(&self) -> u128 {
        let mut bytes = [0; 16];
        if let Err(error) = getrandom::fill(&mut bytes) {
            // No identifier may be made without: it would be somebody else's.
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort();
        }
        u128::from_be_bytes(bytes)
    }
}

/// Why a dialect may only be offered on a loopback address, with what the operator can do about
/// it, by the dialect's name.
pub(crate) fn loopback_only(
    dialects: &[Configured],
    allow_demo_accounts: bool,
) -> BTreeMap<&'static str, &'static str> {
    let mut reasons = BTreeMap::new();
    for one in dialects.iter().filter(|one| one.enabled) {
        let accounts = one.dialect.accounts();
        if accounts.open && !accounts.open_on_purpose {
            reasons.insert(
                one.name,
                "asks for no credential: say in its section that it need not",
            );
        } else if accounts.demo && !allow_demo_accounts {
            reasons.insert(
                one.name,
                "has the published demo accounts: name others, or allow these with \
                 --allow-demo-accounts",
            );
        }
    }
    reasons
}
