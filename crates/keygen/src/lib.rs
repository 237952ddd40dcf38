//! Makes private keys without holding up anything else.
//!
//! Ed25519 keys take microseconds and are made where they are asked for. RSA keys take up to
//! seconds of one core each, so they are made on blocking threads, a bounded number at a time,
//! with a bounded line of callers waiting for their turn; whoever finds the line full is told
//! when it will have been worked off. A caller that goes away leaves the line at once; if its key
//! is being made already, the thread is busy until that key is done, and the key is wiped.
//!
//! Each key is made of fresh randomness of the operating system and handed out once.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use keypair_core::ports::{GenerateError, KeyGenerator};
use keypair_core::{BoxFuture, KeySpec, PrivateKey};
use tracing::Instrument as _;

mod line;
mod maker;
mod stats;

use line::Line;
use maker::{FreshKeys, Maker};
use stats::Counters;
pub use stats::{SpecStats, Stats};

/// How much is generated at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratorConfig {
    /// How many RSA keys are made at the same time, each on a thread of its own. Default: one
    /// less than the machine has cores, so that requests which need no key are still answered;
    /// at least 1.
    pub foreground_threads: NonZeroUsize,
    /// How many callers may wait for a thread; one more is refused. Default: 64, which takes the
    /// two threads of a small machine three quarters of a minute if all ask for RSA 4096.
    pub queue_limit: usize,
    /// Whether RSA keys of 1024 bits are made. They can be broken, and some clouds' oldest
    /// clients still ask for them. Default: no.
    pub allow_rsa_1024: bool,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            foreground_threads: NonZeroUsize::new(cores - 1).unwrap_or(NonZeroUsize::MIN),
            queue_limit: 64,
            allow_rsa_1024: false,
        }
    }
}

/// The [`KeyGenerator`] of the server. Must be used inside a Tokio runtime.
#[derive(Debug)]
pub struct Generator {
    line: Line,
    maker: Arc<dyn Maker>,
    counters: Arc<Counters>,
    allow_rsa_1024: bool,
}

impl Generator {
    /// Makes a generator. Starts no thread before the first key is asked for.
    pub fn new(config: GeneratorConfig) -> Self {
        Self::with_maker(config, Arc::new(FreshKeys))
    }

    fn with_maker(config: GeneratorConfig, maker: Arc<dyn Maker>) -> Self {
        let counters = Arc::new(Counters::default());
        Self {
            line: Line::new(config, Arc::clone(&maker), Arc::clone(&counters)),
            maker,
            counters,
            allow_rsa_1024: config.allow_rsa_1024,
        }
    }

    /// What has been done so far and what is going on.
    pub fn stats(&self) -> Stats {
        self.counters.snapshot()
    }

    async fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        match spec {
            KeySpec::Ed25519 => self.counters.observe(spec, || self.maker.make(spec)),
            KeySpec::Rsa { bits: 1024 } if !self.allow_rsa_1024 => Err(GenerateError::Unsupported),
            KeySpec::Rsa {
                bits: 1024 | 2048 | 3072 | 4096,
            } => self.line.make(spec).await,
            KeySpec::Rsa { .. } => Err(GenerateError::Unsupported),
        }
    }
}

impl KeyGenerator for Generator {
    fn generate(&self, spec: KeySpec) -> BoxFuture<'_, Result<PrivateKey, GenerateError>> {
        let span = match spec {
            KeySpec::Rsa { bits } => tracing::info_span!("generate", algorithm = "rsa", bits),
            KeySpec::Ed25519 => tracing::info_span!("generate", algorithm = "ed25519"),
        };
        Box::pin(self.make(spec).instrument(span))
    }
}

#[cfg(test)]
mod tests;
