//! A million keys, and no key twice.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use keypair_core::KeySpec;
use keypair_core::ports::GenerateError;
use tokio::task;

use crate::maker::Maker;
use crate::pool::Pools;
use crate::stats::Counters;
use crate::workers::{Crew, Workers};

const SPEC: KeySpec = KeySpec::Rsa { bits: 2048 };
const KEYS: u64 = 1_000_000;
const TASKS: usize = 64;

/// Keys are numbers, and one in a thousand attempts ends in a panic.
#[derive(Debug, Default)]
struct Numbers(AtomicU64);

impl Maker<u64> for Numbers {
    fn make(&self, _: KeySpec) -> Result<u64, GenerateError> {
        let number = self.0.fetch_add(1, Relaxed);
        if number % 1000 == 999 {
            std::panic::resume_unwind(Box::new("an attempt in a thousand"));
        }
        Ok(number)
    }
}

fn workers() -> Arc<Workers<u64>> {
    let crew = Crew {
        callers_threads: NonZeroUsize::MIN.saturating_add(1),
        queue_limit: TASKS,
        filler_threads: 2,
        duty: 100,
    };
    let pools = Pools::new(&[(SPEC, 256)], Duration::from_secs(3600));
    let maker = Arc::new(Numbers::default());
    let workers = Workers::start(crew, pools, maker, Arc::new(Counters::default()));
    Arc::new(workers.unwrap())
}

/// Takes keys until enough are handed out to all; every seventh call is dropped after a while.
async fn take(workers: Arc<Workers<u64>>, left: Arc<AtomicU64>, task: u64) -> Vec<u64> {
    let mut taken = Vec::new();
    let mut call = task;
    while left.load(Relaxed) > 0 {
        call += 1;
        let made = if call.is_multiple_of(7) {
            tokio::select! {
                biased;
                () = task::yield_now() => continue,
                made = workers.get(SPEC) => made,
            }
        } else {
            workers.get(SPEC).await
        };
        if call.is_multiple_of(100_003) {
            workers.flush();
        }
        if let Ok(key) = made {
            taken.push(key);
            if left
                .fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1))
                .is_err()
            {
                break;
            }
        }
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_keys_go_to_64_callers_and_none_goes_twice() {
    let workers = workers();
    let left = Arc::new(AtomicU64::new(KEYS));
    let tasks: Vec<_> = (0..TASKS as u64)
        .map(|number| task::spawn(take(Arc::clone(&workers), Arc::clone(&left), number)))
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    let count = all.len();
    assert!(count as u64 >= KEYS, "{count}");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}
