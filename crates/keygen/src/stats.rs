//! What the generator has done, for metrics and for estimates.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use keypair_core::KeySpec;

/// Every kind of key there is, with the time that one takes on a core of today, until this
/// machine's own times are known.
const KINDS: [(KeySpec, Duration); 5] = [
    (KeySpec::Ed25519, Duration::from_micros(1)),
    (KeySpec::Rsa { bits: 1024 }, Duration::from_millis(20)),
    (KeySpec::Rsa { bits: 2048 }, Duration::from_millis(120)),
    (KeySpec::Rsa { bits: 3072 }, Duration::from_millis(500)),
    (KeySpec::Rsa { bits: 4096 }, Duration::from_millis(1400)),
];

/// What a generator has done and is doing, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// What was done, by kind of key.
    pub by_spec: Vec<SpecStats>,
    /// Callers that wait for a thread now.
    pub waiting: usize,
    /// Threads that make a key now.
    pub running: usize,
    /// Callers that were refused because the line was full, ever.
    pub refused: u64,
}

/// What was done for one kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecStats {
    /// The kind.
    pub spec: KeySpec,
    /// Keys made, ever. Some may have found their caller gone.
    pub generated: u64,
    /// Keys that could not be made, ever.
    pub failed: u64,
    /// Time spent on the keys that were made, without waiting.
    pub busy: Duration,
    /// Keys given to callers, ever.
    pub handed_out: u64,
    /// Callers that found no ready key and waited for theirs, ever.
    pub waited: u64,
    /// Keys that are ready now.
    pub ready: usize,
}

/// The numbers behind [`Stats`].
#[derive(Debug)]
pub(crate) struct Counters {
    by_kind: [KindCounters; KINDS.len()],
    refused: AtomicU64,
}

#[derive(Debug)]
struct KindCounters {
    spec: KeySpec,
    generated: AtomicU64,
    failed: AtomicU64,
    busy_nanos: AtomicU64,
    expected_nanos: AtomicU64,
    handed_out: AtomicU64,
    waited: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            by_kind: KINDS.map(|(spec, expected)| KindCounters {
                spec,
                generated: AtomicU64::new(0),
                failed: AtomicU64::new(0),
                busy_nanos: AtomicU64::new(0),
                expected_nanos: AtomicU64::new(nanos(expected)),
                handed_out: AtomicU64::new(0),
                waited: AtomicU64::new(0),
            }),
            refused: AtomicU64::new(0),
        }
    }
}

impl Counters {
    /// Does some work and notes how long it took and how it ended.
    pub(crate) fn observe<T, E>(
        &self,
        spec: KeySpec,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let result = work();
        if let Some(counters) = self.of(spec) {
            counters.note(started.elapsed(), result.is_ok());
        }
        result
    }

    /// How long a key of a kind will take, judging by the latest ones; in nanoseconds.
    pub(crate) fn expected_nanos(&self, spec: KeySpec) -> u64 {
        self.of(spec)
            .map_or(0, |counters| counters.expected_nanos.load(Relaxed))
    }

    /// A caller got a key.
    pub(crate) fn handed_out(&self, spec: KeySpec) {
        if let Some(counters) = self.of(spec) {
            counters.handed_out.fetch_add(1, Relaxed);
        }
    }

    /// A caller found no ready key.
    pub(crate) fn waited(&self, spec: KeySpec) {
        if let Some(counters) = self.of(spec) {
            counters.waited.fetch_add(1, Relaxed);
        }
    }

    /// A caller found the line full.
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    /// All numbers; those of the present moment are given.
    pub(crate) fn snapshot(
        &self,
        (waiting, running): (usize, usize),
        ready: impl Fn(KeySpec) -> usize,
    ) -> Stats {
        let by_spec = self.by_kind.iter();
        Stats {
            by_spec: by_spec
                .map(|kind| SpecStats {
                    ready: ready(kind.spec),
                    ..kind.snapshot()
                })
                .collect(),
            waiting,
            running,
            refused: self.refused.load(Relaxed),
        }
    }

    fn of(&self, spec: KeySpec) -> Option<&KindCounters> {
        self.by_kind.iter().find(|counters| counters.spec == spec)
    }
}

impl KindCounters {
    fn note(&self, took: Duration, succeeded: bool) {
        if !succeeded {
            self.failed.fetch_add(1, Relaxed);
            return;
        }
        let took = nanos(took);
        self.generated.fetch_add(1, Relaxed);
        self.busy_nanos.fetch_add(took, Relaxed);
        // A moving average: the time of a single RSA key may be off by a factor of five. Two
        // threads that note at once may lose one sample, which does no harm.
        let before = self.expected_nanos.load(Relaxed);
        self.expected_nanos
            .store(before - before / 8 + took / 8, Relaxed);
    }

    fn snapshot(&self) -> SpecStats {
        SpecStats {
            spec: self.spec,
            generated: self.generated.load(Relaxed),
            failed: self.failed.load(Relaxed),
            busy: Duration::from_nanos(self.busy_nanos.load(Relaxed)),
            handed_out: self.handed_out.load(Relaxed),
            waited: self.waited.load(Relaxed),
            ready: 0,
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
