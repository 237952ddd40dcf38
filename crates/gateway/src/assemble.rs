//! Puts the parts of a run together: the store, the generator, the sealer, the dialects.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use keygen::{Generator, GeneratorConfig, PoolConfig};
use keypair_core::model::MintId;
use keypair_core::ports::{Clock, Entropy, Store};
use keypair_core::service::{Service, ServicePorts};
use keypair_core::{KeySpec, Realm};
use store_memory::MemoryStore;
use store_redb::RedbStore;
use store_redis::{RedisOptions, RedisStore};
use toml::{Table, Value};

use crate::config::{ConfigError, Keygen, Loaded, Settings};
use crate::entropy::{EntropyAhead, SystemEntropy};
use crate::front_end::{SectionError, Unmounted};
use crate::front_ends::FRONT_ENDS;
use crate::in_force::InForce;
use crate::limits::{InFlightLimit, RateLimiter};
use crate::observe::{InstrumentedGenerator, InstrumentedStore, Metrics};
use crate::pipeline::Gate;
use crate::server_keys::{SealingKeys, TokenKey};

/// The store that is forgotten at the end.
pub(crate) const MEMORY: &str = "memory";

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
    let store = crate::run::store_without_secrets(&loaded.settings.store);
    table.insert("store".to_owned(), Value::String(store));
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
pub(crate) struct SharedKeys {
    pub(crate) enabled: bool,
    pub(crate) realm: Realm,
}

impl SharedKeys {
    pub(crate) fn split(
        name: &str,
        mut section: Table,
        origin: &str,
    ) -> Result<(Self, Table), ConfigError> {
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

/// Says which setting of a section cannot be.
pub(crate) fn section_error(name: &str, origin: &str, error: SectionError) -> ConfigError {
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
    pub(crate) in_force: Arc<ArcSwap<InForce>>,
    pub(crate) token_key: TokenKey,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) request_ids: Arc<dyn Entropy>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) sealing: SealingKeys,
    pub(crate) generator: Arc<Generator>,
}

/// Opens the store and joins everything.
///
/// # Errors
/// A setting that cannot be, or a store that cannot be opened.
pub(crate) async fn assemble(
    loaded: &Loaded,
    dialects: Vec<Configured>,
) -> Result<Assembly, StartError> {
    let Loaded {
        settings, origin, ..
    } = loaded;
    let generator = Generator::new(&generator_config(&settings.keygen))
        .map_err(|error| StartError::failed("starting key generation", &error))?;
    let generator = Arc::new(generator);
    let metrics = Metrics::new(&generator);
    let sealing = SealingKeys::new(settings, origin)?;
    let store: Arc<dyn Store> = Arc::new(InstrumentedStore {
        inner: open_store(settings, origin).await?,
        metrics: Arc::clone(&metrics),
    });
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let service = Service::new(ServicePorts {
        store: Arc::clone(&store),
        generator: Arc::new(InstrumentedGenerator {
            inner: Arc::clone(&generator),
            metrics: Arc::clone(&metrics),
        }),
        sealer: sealing.sealer.clone(),
        clock: Arc::new(SystemClock),
        entropy: Arc::clone(&entropy),
        minters: minters(&dialects),
    });
    let max_in_flight = settings.limits.max_in_flight;
    metrics.operation.max_in_flight(max_in_flight);
    let gate = Arc::new(Gate {
        service,
        store: Arc::clone(&store),
        entropy,
        rates: RateLimiter::default(),
        in_flight: InFlightLimit::new(max_in_flight),
        metrics: Arc::clone(&metrics),
    });
    let token_key = TokenKey::new()?;
    let signing_key = token_key.of(settings, origin)?;
    let in_force = InForce::new(loaded, dialects, signing_key, &gate)?;
    Ok(Assembly {
        in_force: Arc::new(ArcSwap::from_pointee(in_force)),
        token_key,
        store,
        request_ids: Arc::new(EntropyAhead),
        metrics,
        gate,
        sealing,
        generator,
    })
}

/// How identifiers are made: also those of dialects that are switched off today and on tomorrow.
pub(crate) fn minters(dialects: &[Configured]) -> Vec<MintId> {
    let descriptors = dialects.iter().map(|one| one.dialect.descriptor());
    descriptors.filter_map(|one| one.mint_id).collect()
}

pub(crate) fn generator_config(settings: &Keygen) -> GeneratorConfig {
    let defaults = GeneratorConfig::default();
    let pool = &settings.pool;
    let rsa = |bits, capacity: u16| (KeySpec::Rsa { bits }, usize::from(capacity));
    GeneratorConfig {
        foreground_threads: settings.threads.unwrap_or(defaults.foreground_threads),
        queue_limit: settings.queue,
        allow_rsa_1024: settings.allow_rsa_1024,
        pool: PoolConfig {
            capacities: vec![
                rsa(1024, pool.rsa_1024),
                rsa(2048, pool.rsa_2048),
                rsa(3072, pool.rsa_3072),
                rsa(4096, pool.rsa_4096),
            ],
            threads: pool.threads.get(),
            duty_percent: pool.duty_percent.into(),
            max_age: Duration::from_secs(pool.max_age),
        },
    }
}

/// Opens the store that the settings name.
///
/// # Errors
/// The setting cannot be, or the store cannot be opened.
pub(crate) async fn open_store(
    settings: &Settings,
    origin: &str,
) -> Result<Arc<dyn Store>, StartError> {
    let url = settings.store.as_str();
    if url == MEMORY {
        return Ok(Arc::new(MemoryStore::new()));
    }
    if let Some(dir) = url.strip_prefix("redb:").filter(|dir| !dir.is_empty()) {
        let opened = RedbStore::open(Path::new(dir));
        let store = opened.map_err(|error| StartError::failed(format!("store {url}"), &error))?;
        return Ok(Arc::new(store));
    }
    check_store(settings, origin)?;
    let options = RedisOptions {
        key_prefix: settings.redis.key_prefix.clone(),
        response_timeout: Duration::from_millis(settings.redis.response_timeout_ms),
        connection_timeout: Duration::from_millis(settings.redis.connection_timeout_ms),
    };
    let store = RedisStore::connect(url, options)
        .await
        .map_err(|error| StartError::failed("store redis", &error))?;
    Ok(Arc::new(store))
}

/// Looks at the setting that names the store, without opening anything.
///
/// # Errors
/// It names no store of this build.
pub(crate) fn check_store(settings: &Settings, origin: &str) -> Result<(), ConfigError> {
    let url = settings.store.as_str();
    let starts_with = |schemes: &[&str]| schemes.iter().any(|scheme| url.starts_with(scheme));
    let has_folder = url.strip_prefix("redb:").is_some_and(|dir| !dir.is_empty());
    if url == MEMORY || has_folder || starts_with(&["redis://", "redis+unix://", "unix://"]) {
        return Ok(());
    }
    let problem = if starts_with(&["rediss://", "redis-sentinel://", "redis-cluster://"]) {
        "this build reaches Redis by redis:// only"
    } else {
        "must be memory, redb:DIR or redis://HOST:PORT"
    };
    Err(ConfigError::BadValue {
        origin: origin.to_owned(),
        key: "store".to_owned(),
        problem: problem.to_owned(),
    })
}

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
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
