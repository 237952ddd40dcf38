//! The line is tested with keys that are made when the test says so.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use keypair_core::ports::{GenerateError, KeyGenerator as _};
use keypair_core::{KeySpec, PrivateKey};
use tokio::task::{self, JoinHandle};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::maker::{FreshKeys, Maker};
use crate::{Generator, GeneratorConfig, PoolConfig, Stats};

const RSA_1024: KeySpec = KeySpec::Rsa { bits: 1024 };
const RSA_2048: KeySpec = KeySpec::Rsa { bits: 2048 };
const RSA_4096: KeySpec = KeySpec::Rsa { bits: 4096 };

/// Lets keys be made one at a time, and knows how many are being made.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct GateState {
    /// Keys that may be made without further waiting.
    open: usize,
    inside: usize,
    most_inside: usize,
    started: u8,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap()
    }

    fn open(&self, keys: usize) {
        let mut state = self.state();
        state.open = state.open.saturating_add(keys);
        self.changed.notify_all();
    }
}

impl Maker<PrivateKey> for Gate {
    fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        if spec == KeySpec::Ed25519 {
            return FreshKeys.make(spec);
        }
        let mut state = self.state();
        state.started += 1;
        let seed = Zeroizing::new([state.started; 32]);
        state.inside += 1;
        state.most_inside = state.most_inside.max(state.inside);
        let mut state = self
            .changed
            .wait_while(state, |state| state.open == 0)
            .unwrap();
        state.open -= 1;
        state.inside -= 1;
        Ok(PrivateKey::from_ed25519_seed(seed))
    }
}

/// A generator behind a gate, which opens at the end so that a failed test ends too.
struct Bench {
    generator: Arc<Generator>,
    gate: Arc<Gate>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.gate.open(usize::MAX);
    }
}

type Made = Result<PrivateKey, GenerateError>;

impl Bench {
    fn new(threads: usize, queue_limit: usize) -> Self {
        let gate = Arc::new(Gate::default());
        let generator = Generator::with_maker(&config(threads, queue_limit), gate.clone());
        let generator = Arc::new(generator.unwrap());
        Self { generator, gate }
    }

    fn ask(&self, spec: KeySpec) -> JoinHandle<Made> {
        let generator = Arc::clone(&self.generator);
        task::spawn(async move { generator.generate(spec).await })
    }

    fn stats(&self) -> Stats {
        self.generator.stats()
    }

    /// Waits until so many keys are being made and so many callers wait.
    async fn settled(&self, inside: usize, waiting: usize) {
        eventually(|| self.gate.state().inside == inside && self.stats().waiting == waiting).await;
    }

    async fn idle(&self) {
        eventually(|| self.stats().running == 0 && self.stats().waiting == 0).await;
    }
}

fn config(threads: usize, queue_limit: usize) -> GeneratorConfig {
    GeneratorConfig {
        foreground_threads: NonZeroUsize::new(threads).unwrap(),
        queue_limit,
        allow_rsa_1024: true,
        pool: PoolConfig::default(),
    }
}

async fn eventually(condition: impl Fn() -> bool) {
    let reached = async {
        while !condition() {
            task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), reached)
        .await
        .expect("the condition is reached");
}

async fn abort(task: JoinHandle<Made>) {
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

fn retry_after(made: Made) -> Duration {
    match made {
        Err(GenerateError::Busy { retry_after }) => retry_after,
        other => panic!("expected Busy, got {other:?}"),
    }
}

#[tokio::test]
async fn never_makes_more_keys_at_once_than_there_are_threads() {
    let bench = Bench::new(2, 10);
    let asked: Vec<_> = (0..8).map(|_| bench.ask(RSA_2048)).collect();
    bench.settled(2, 6).await;
    assert_eq!(bench.stats().running, 2);
    for done in 1..=6 {
        bench.gate.open(1);
        bench.settled(2, 6 - done).await;
    }
    bench.gate.open(2);
    for key in asked {
        key.await.unwrap().unwrap();
    }
    bench.idle().await;
    assert_eq!(bench.gate.state().most_inside, 2);
}

#[tokio::test]
async fn says_when_to_come_back_if_the_line_is_full() {
    let bench = Bench::new(1, 1);
    let first = bench.ask(RSA_2048);
    bench.settled(1, 0).await;
    let second = bench.ask(RSA_4096);
    bench.settled(1, 1).await;

    // One of 120 ms and one of 1400 ms are before it.
    let made = bench.generator.generate(RSA_4096).await;
    assert_eq!(retry_after(made), Duration::from_millis(1520));
    assert_eq!(bench.stats().refused, 1);
    assert_eq!(bench.stats().waiting, 1);

    bench.gate.open(2);
    assert!(first.await.unwrap().is_ok());
    assert!(second.await.unwrap().is_ok());
    bench.gate.open(1);
    assert!(bench.generator.generate(RSA_4096).await.is_ok());
    assert_eq!(bench.stats().refused, 1);
}

#[tokio::test]
async fn the_estimate_divides_by_threads_and_learns() {
    let bench = Bench::new(2, 0);
    let asked = [bench.ask(RSA_2048), bench.ask(RSA_2048)];
    bench.settled(2, 0).await;
    let before = retry_after(bench.generator.generate(RSA_2048).await);
    assert_eq!(before, Duration::from_millis(120));
    bench.gate.open(2);
    for key in asked {
        key.await.unwrap().unwrap();
    }
    // The gate opens at once for these: the expected time falls.
    bench.gate.open(40);
    for _ in 0..40 {
        bench.generator.generate(RSA_2048).await.unwrap();
    }
    let _asked = [bench.ask(RSA_2048), bench.ask(RSA_2048)];
    bench.settled(2, 0).await;
    let after = retry_after(bench.generator.generate(RSA_2048).await);
    assert!(after < before / 2, "{after:?}");
}

#[tokio::test]
async fn without_a_line_a_second_caller_is_refused() {
    let bench = Bench::new(1, 0);
    let _first = bench.ask(RSA_2048);
    bench.settled(1, 0).await;
    retry_after(bench.generator.generate(RSA_2048).await);
}

#[tokio::test]
async fn a_caller_that_leaves_the_line_frees_its_place() {
    let bench = Bench::new(1, 1);
    let first = bench.ask(RSA_2048);
    bench.settled(1, 0).await;
    let second = bench.ask(RSA_2048);
    bench.settled(1, 1).await;
    abort(second).await;
    assert_eq!(bench.stats().waiting, 0);
    let third = bench.ask(RSA_2048);
    bench.settled(1, 1).await;
    bench.gate.open(2);
    assert!(first.await.unwrap().is_ok());
    assert!(third.await.unwrap().is_ok());
    assert_eq!(bench.gate.state().started, 2);
}

#[tokio::test]
async fn a_caller_that_leaves_while_its_key_is_made_leaves_it_to_the_next() {
    let bench = Bench::new(1, 1);
    for round in 1..=3 {
        let gone = bench.ask(RSA_2048);
        bench.settled(1, 0).await;
        abort(gone).await;
        assert_eq!(bench.stats().running, 1);
        let next = bench.ask(RSA_2048);
        bench.settled(1, 1).await;
        bench.gate.open(1);
        assert!(next.await.unwrap().is_ok());
        bench.idle().await;
        assert_eq!(bench.gate.state().started, round);
    }
    // The estimate counts nobody who is gone.
    let _running = bench.ask(RSA_4096);
    bench.settled(1, 0).await;
    let _waiting = bench.ask(RSA_4096);
    bench.settled(1, 1).await;
    let expected = Duration::from_millis(2800);
    assert_eq!(
        retry_after(bench.generator.generate(RSA_4096).await),
        expected
    );
}

#[tokio::test]
async fn ed25519_does_not_wait_for_rsa() {
    let bench = Bench::new(1, 0);
    let _running = bench.ask(RSA_4096);
    bench.settled(1, 0).await;
    retry_after(bench.generator.generate(RSA_4096).await);
    let key = bench.generator.generate(KeySpec::Ed25519).await;
    assert_eq!(key.unwrap().spec(), KeySpec::Ed25519);
}

#[derive(Debug)]
struct Broken;

impl Maker<PrivateKey> for Broken {
    fn make(&self, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
        assert_ne!(spec, RSA_4096, "no randomness");
        Err(GenerateError::Failed("no such luck".into()))
    }
}

#[tokio::test]
async fn a_failure_is_reported_and_loses_no_thread() {
    let generator = Generator::with_maker(&config(1, 0), Arc::new(Broken)).unwrap();
    for spec in [RSA_2048, RSA_4096, RSA_2048, RSA_4096, KeySpec::Ed25519] {
        let made = generator.generate(spec).await;
        assert!(matches!(made, Err(GenerateError::Failed(_))), "{made:?}");
    }
    eventually(|| generator.stats().running == 0).await;
    let failed = |spec| {
        let stats = generator.stats().by_spec;
        stats.into_iter().find(|stats| stats.spec == spec).unwrap()
    };
    assert_eq!(
        (failed(RSA_2048).failed, failed(RSA_2048).generated),
        (2, 0)
    );
    assert_eq!(failed(KeySpec::Ed25519).failed, 1);
}

#[tokio::test]
async fn only_sizes_that_are_offered_are_made() {
    let refusing = GeneratorConfig {
        allow_rsa_1024: false,
        ..config(1, 0)
    };
    let generator = Generator::new(&refusing).unwrap();
    for bits in [0, 512, 1024, 1536, 2047, 8192, u16::MAX] {
        let made = generator.generate(KeySpec::Rsa { bits }).await;
        assert!(matches!(made, Err(GenerateError::Unsupported)), "{bits}");
    }
    let generator = Generator::new(&config(1, 0)).unwrap();
    assert_eq!(generator.generate(RSA_1024).await.unwrap().spec(), RSA_1024);
    assert_eq!(generator.generate(RSA_2048).await.unwrap().spec(), RSA_2048);
    assert!(!GeneratorConfig::default().allow_rsa_1024);
}

#[tokio::test]
async fn no_two_keys_are_the_same() {
    let generator = Generator::new(&config(2, 64)).unwrap();
    let mut seen = HashSet::new();
    for (spec, count) in [(RSA_1024, 8), (KeySpec::Ed25519, 500)] {
        for _ in 0..count {
            let key = generator.generate(spec).await.unwrap();
            assert!(seen.insert(key.public_key("").unwrap().as_str().to_owned()));
        }
        let stats = generator.stats().by_spec;
        let stats = stats.iter().find(|stats| stats.spec == spec).unwrap();
        assert_eq!((stats.generated, stats.failed), (count, 0));
        assert!(!stats.busy.is_zero());
    }
}

#[tokio::test]
async fn the_future_can_be_sent_and_the_generator_shared() {
    fn assert_shared<T: Send + Sync + 'static>(_: &T) {}
    let generator = Generator::new(&GeneratorConfig::default()).unwrap();
    assert_shared(&generator);
    task::spawn(async move { generator.generate(KeySpec::Ed25519).await })
        .await
        .unwrap()
        .unwrap();
}

/// As [`config`], with one thread that keeps so many RSA 2048 keys ready.
fn with_pool(threads: usize, queue_limit: usize, ready: usize) -> GeneratorConfig {
    GeneratorConfig {
        pool: PoolConfig {
            capacities: vec![(RSA_2048, ready)],
            duty_percent: 100,
            ..PoolConfig::default()
        },
        ..config(threads, queue_limit)
    }
}

impl Bench {
    fn with_pool(ready: usize) -> Self {
        let gate = Arc::new(Gate::default());
        let generator = Generator::with_maker(&with_pool(1, 1, ready), gate.clone());
        let generator = Arc::new(generator.unwrap());
        Self { generator, gate }
    }

    fn of_2048(&self) -> crate::SpecStats {
        let stats = self.stats().by_spec;
        *stats.iter().find(|stats| stats.spec == RSA_2048).unwrap()
    }
}

#[tokio::test]
async fn a_ready_key_is_there_at_once() {
    let bench = Bench::with_pool(4);
    bench.gate.open(4);
    eventually(|| bench.of_2048().ready == 4).await;
    for left in [3, 2] {
        assert!(bench.generator.generate(RSA_2048).await.is_ok());
        assert_eq!(bench.of_2048().ready, left);
    }
    let stats = bench.of_2048();
    assert_eq!((stats.handed_out, stats.waited, stats.generated), (2, 0, 4));
}

#[tokio::test]
async fn no_key_is_made_ahead_while_callers_take_all_threads() {
    let bench = Bench::with_pool(1);
    bench.gate.open(1);
    eventually(|| bench.of_2048().ready == 1).await;
    let asked = [bench.ask(RSA_4096), bench.ask(RSA_4096)];
    bench.settled(1, 1).await;
    // The pool is empty now, and its thread is woken.
    assert!(bench.generator.generate(RSA_2048).await.is_ok());
    bench.gate.open(2);
    for key in asked {
        key.await.unwrap().unwrap();
    }
    bench.gate.open(1);
    eventually(|| bench.of_2048().ready == 1).await;
    assert_eq!(bench.gate.state().most_inside, 1);
}

#[tokio::test]
async fn a_key_made_ahead_goes_to_who_waits_for_one() {
    let bench = Bench::with_pool(1);
    bench.settled(1, 0).await;
    let running = bench.ask(RSA_4096);
    bench.settled(2, 0).await;
    let waiting = bench.ask(RSA_2048);
    eventually(|| bench.stats().waiting == 1).await;
    // Whichever goes first through the gate: both callers are served by two keys.
    bench.gate.open(2);
    assert!(waiting.await.unwrap().is_ok());
    assert!(running.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_flush_drops_every_ready_key_and_fills_anew() {
    let bench = Bench::with_pool(3);
    bench.gate.open(3);
    eventually(|| bench.of_2048().ready == 3).await;
    assert_eq!(bench.generator.flush(), 3);
    assert_eq!(bench.of_2048().ready, 0);
    bench.gate.open(3);
    eventually(|| bench.of_2048().ready == 3).await;
    assert_eq!(bench.of_2048().generated, 6);
}
