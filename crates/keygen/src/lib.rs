//! Makes private keys without holding up anything else.
//!
//! Ed25519 keys take microseconds and are made where they are asked for. RSA keys take up to
//! seconds of one core each, so they are made ahead: threads of low priority fill a pool for each
//! size, and a caller takes a ready key. Who finds none waits in a bounded line for threads of a
//! bounded number; whoever finds the line full is told when it will have been worked off.
//!
//! Each key is made of fresh randomness of the operating system and handed out once. A caller that
//! goes away leaves the line at once; a key that was made for it goes to the next caller or into
//! the pool. Ready keys are kept in memory only, end after a time, are dropped by
//! [`Generator::flush`], and are wiped when they are dropped. A snapshot of a running machine holds
//! its ready keys: flush, or run without pools, before one is taken.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use keypair_core::ports::{GenerateError, KeyGenerator};
use keypair_core::{BoxFuture, KeySpec, PrivateKey};
use tracing::Instrument as _;

mod maker;
mod pool;
mod stats;
mod workers;

use maker::{FreshKeys, Maker};
use pool::Pools;
use stats::Counters;
pub use stats::{SpecStats, Stats};
use workers::{Crew, Workers};

/// How much is generated at once, and ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorConfig {
    /// How many RSA keys are made at the same time for callers that wait, each on a thread of its
    /// own. Default: one less than the machine has cores, so that requests which need no key are
    /// still answered; at least 1.
    pub foreground_threads: NonZeroUsize,
    /// How many callers may wait for a thread; one more is refused. Default: 64, which takes the
    /// two threads of a small machine three quarters of a minute if all ask for RSA 4096.
    pub queue_limit: usize,
    /// Whether RSA keys of 1024 bits are made. They can be broken, and some clouds' oldest
    /// clients still ask for them. Default: no.
    pub allow_rsa_1024: bool,
    /// What is made ahead. Default: nothing.
    pub pool: PoolConfig,
}

/// What is made ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolConfig {
    /// How many keys of each kind are kept ready. A ready RSA key takes 1.2 (2048 bits) to 2.4
    /// (4096 bits) kB.
    pub capacities: Vec<(KeySpec, usize)>,
    /// How many threads make keys ahead. They rest while as many keys are being made for callers.
    pub threads: usize,
    /// The share of its time that such a thread works, in hundredths: 1 to 100. Low priority alone
    /// spares nobody where a container's CPU time is rationed.
    pub duty_percent: u8,
    /// How long a key is kept ready.
    pub max_age: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            capacities: Vec::new(),
            threads: 1,
            duty_percent: 50,
            max_age: Duration::from_secs(3600),
        }
    }
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            foreground_threads: NonZeroUsize::new(cores - 1).unwrap_or(NonZeroUsize::MIN),
            queue_limit: 64,
            allow_rsa_1024: false,
            pool: PoolConfig::default(),
        }
    }
}

/// The [`KeyGenerator`] of the server.
#[derive(Debug)]
pub struct Generator {
    workers: Workers<PrivateKey>,
    maker: Arc<dyn Maker<PrivateKey>>,
    counters: Arc<Counters>,
    allow_rsa_1024: bool,
}

impl Generator {
    /// Makes a generator, and starts its threads and the filling of the pools.
    ///
    /// # Errors
    /// A thread could not be started.
    pub fn new(config: &GeneratorConfig) -> io::Result<Self> {
        Self::with_maker(config, Arc::new(FreshKeys))
    }

    fn with_maker(config: &GeneratorConfig, maker: Arc<dyn Maker<PrivateKey>>) -> io::Result<Self> {
        let counters = Arc::new(Counters::default());
        let crew = Crew {
            callers_threads: config.foreground_threads,
            queue_limit: config.queue_limit,
            filler_threads: config.pool.threads,
            duty: config.pool.duty_percent,
        };
        let capacities = offered(&config.pool, config.allow_rsa_1024);
        let pools = Pools::new(&capacities, config.pool.max_age);
        Ok(Self {
            workers: Workers::start(crew, pools, Arc::clone(&maker), Arc::clone(&counters))?,
            maker,
            counters,
            allow_rsa_1024: config.allow_rsa_1024,
        })
    }

    /// What has been done so far and what is going on.
    pub fn stats(&self) -> Stats {
        let ready = |spec| self.workers.ready(spec);
        self.counters.snapshot(self.workers.load(), ready)
    }

    /// Drops and wipes every key that was made ahead; how many there were. The pools are filled
    /// anew.
    pub fn flush(&self) -> usize {
        self.workers.flush()
    }

    /// Takes new capacities and a new age; threads and their share stay. Ready keys that are too
    /// many or too old then are dropped and wiped.
    pub fn resize(&self, pool: &PoolConfig) {
        let capacities = offered(pool, self.allow_rsa_1024);
        self.workers.resize(&capacities, pool.max_age);
    }

    async fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        match spec {
            KeySpec::Ed25519 => {
                let made = self.counters.observe(spec, || self.maker.make(spec));
                if made.is_ok() {
                    self.counters.handed_out(spec);
                }
                made
            }
            RSA_1024 if !self.allow_rsa_1024 => Err(GenerateError::Unsupported),
            KeySpec::Rsa {
                bits: 1024 | 2048 | 3072 | 4096,
            } => self.workers.get(spec).await,
            KeySpec::Rsa { .. } => Err(GenerateError::Unsupported),
        }
    }
}

/// The capacities for the kinds that are made at all.
fn offered(pool: &PoolConfig, allow_rsa_1024: bool) -> Vec<(KeySpec, usize)> {
    let all = pool.capacities.iter().copied();
    all.filter(|(spec, _)| allow_rsa_1024 || *spec != RSA_1024)
        .collect()
}

const RSA_1024: KeySpec = KeySpec::Rsa { bits: 1024 };

impl KeyGenerator for Generator {
    fn generate(&self, spec: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        let span = match spec {
            KeySpec::Rsa { bits } => {
                // As a signed number, which traces keep as a number.
                tracing::info_span!("generate", algorithm = "rsa", bits = i64::from(bits))
            }
            KeySpec::Ed25519 => tracing::info_span!("generate", algorithm = "ed25519"),
        };
        Box::pin(self.make(spec).instrument(span))
    }
}

#[cfg(test)]
mod race_tests;
#[cfg(test)]
mod tests;
