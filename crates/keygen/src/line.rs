//! The bounded line of callers before a bounded number of threads.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use keypair_core::ports::GenerateError;
use keypair_core::{KeySpec, PrivateKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task;

use crate::GeneratorConfig;
use crate::maker::Maker;
use crate::stats::Counters;

/// Makes keys on blocking threads, first come, first served.
#[derive(Debug)]
pub(crate) struct Line {
    slots: Arc<Semaphore>,
    threads: NonZeroUsize,
    queue_limit: usize,
    maker: Arc<dyn Maker>,
    counters: Arc<Counters>,
}

impl Line {
    pub(crate) fn new(
        config: GeneratorConfig,
        maker: Arc<dyn Maker>,
        counters: Arc<Counters>,
    ) -> Self {
        // The semaphore counts no further; no machine has as many threads.
        let threads = config.foreground_threads.get().min(Semaphore::MAX_PERMITS);
        Self {
            slots: Arc::new(Semaphore::new(threads)),
            threads: config.foreground_threads,
            queue_limit: config.queue_limit,
            maker,
            counters,
        }
    }

    pub(crate) async fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        let load = Load::new(spec, &self.counters);
        let slot = self.slot(&load).await?;
        let running = Counted::up_to(usize::MAX, &self.counters, |counters| &counters.running);

        let (answer, made) = oneshot::channel();
        let maker = Arc::clone(&self.maker);
        let counters = Arc::clone(&self.counters);
        task::spawn_blocking(move || {
            // Given back when the work is done (or has panicked), not when the caller loses
            // interest, because the thread is busy until then; and before the answer is, so that
            // who has an answer finds a free thread.
            let busy = (slot, load, running);
            // The caller may have gone while the thread was being started.
            if answer.is_closed() {
                return;
            }
            let key = counters.observe(spec, || maker.make(spec));
            drop(busy);
            // A caller that has gone leaves the key here, and it is wiped.
            drop(answer.send(key));
        });
        made.await
            .map_err(|_| GenerateError::Failed(Box::new(Interrupted)))?
    }

    /// Takes a free thread, or waits for one if there is room to wait.
    async fn slot(&self, load: &Load) -> Result<OwnedSemaphorePermit, GenerateError> {
        // Fair: a permit that was given back goes to who waits, never to who comes past.
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(slot);
        }
        let waiting = Counted::up_to(self.queue_limit, &self.counters, |counters| {
            &counters.waiting
        });
        if waiting.is_none() {
            self.counters.refused.fetch_add(1, Relaxed);
            return Err(GenerateError::Busy {
                retry_after: self.drained_in(load),
            });
        }
        Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|closed| GenerateError::Failed(Box::new(closed)))
    }

    /// When everybody who is before a caller now will have their key, if keys take as long as the
    /// latest ones did.
    fn drained_in(&self, load: &Load) -> Duration {
        let all = self.counters.backlog_nanos.load(Relaxed);
        let threads = u64::try_from(self.threads.get()).unwrap_or(u64::MAX);
        Duration::from_nanos(all.saturating_sub(load.nanos) / threads)
    }
}

/// The thread that made the key ended without one.
#[derive(Debug, thiserror::Error)]
#[error("the generating thread was interrupted")]
struct Interrupted;

/// The time that one caller's key is expected to take, counted while it is wanted or being made.
#[derive(Debug)]
struct Load {
    nanos: u64,
    counters: Arc<Counters>,
}

impl Load {
    fn new(spec: KeySpec, counters: &Arc<Counters>) -> Self {
        let nanos = counters.expected_nanos(spec);
        counters.backlog_nanos.fetch_add(nanos, Relaxed);
        let counters = Arc::clone(counters);
        Self { nanos, counters }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.counters.backlog_nanos.fetch_sub(self.nanos, Relaxed);
    }
}

/// One more in a count, until it is dropped.
#[derive(Debug)]
struct Counted {
    counters: Arc<Counters>,
    which: fn(&Counters) -> &AtomicUsize,
}

impl Counted {
    /// Counts one more, unless there are as many as there may be.
    fn up_to(
        limit: usize,
        counters: &Arc<Counters>,
        which: fn(&Counters) -> &AtomicUsize,
    ) -> Option<Self> {
        which(counters)
            .fetch_update(Relaxed, Relaxed, |count| (count < limit).then(|| count + 1))
            .ok()?;
        let counters = Arc::clone(counters);
        Some(Self { counters, which })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.which)(&self.counters).fetch_sub(1, Relaxed);
    }
}
