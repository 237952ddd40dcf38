//! How long it takes a dialect to find out who is calling. For benchmarks, which print it: no test
//! depends on a time.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use dialect_api::Configured;

use crate::executor::block_on;
use crate::golden::Asked;
use crate::prepare::read;
use crate::world::World;

/// The quickest of so many batches of so many calls is told: the others were disturbed by what else
/// runs on the machine.
const BATCHES: usize = 200;
const CALLS_PER_BATCH: u32 = 100;

/// How long one `authenticate` takes for the first request of a golden file of the dialect whose
/// manifest lies in `manifest_dir`; `file` is relative to `tests/golden`.
///
/// # Errors
/// A file that cannot be read, and a request that is not let in.
pub fn time_of_authentication<D: Configured>(
    manifest_dir: &Path,
    file: &str,
) -> Result<Duration, String> {
    let golden = read(&manifest_dir.join("tests/golden").join(file))?;
    let world = World::<D>::new(&golden.config, manifest_dir)?;
    let exchange = golden
        .exchanges
        .first()
        .ok_or_else(|| format!("{file}: no request"))?;
    let asked = Asked::set_up(&world, 0, exchange)?;
    let (head, body) = exchange
        .request
        .fill(|user, project| world.token(user, project))?;
    let request = world.request(head, body);
    let cx = world.context(&asked);
    let operation = world
        .dialect
        .route(&request, &cx)
        .map_err(|error| format!("{file}: not routed: {error}"))?;
    if world.let_in(&request, &cx)?.is_none() {
        return Err(format!("{file}: the request is not let in"));
    }
    let quickest = block_on(async {
        let mut quickest = Duration::MAX;
        for _ in 0..BATCHES {
            let started = Instant::now();
            for _ in 0..CALLS_PER_BATCH {
                let caller = world.authenticate(operation, black_box(&request), &cx);
                let _ = black_box(caller.await);
            }
            quickest = quickest.min(started.elapsed() / CALLS_PER_BATCH);
        }
        quickest
    });
    quickest.ok_or_else(|| format!("{file}: the call waits for something that will never happen"))
}
