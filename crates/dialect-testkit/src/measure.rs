//! How a dialect finds out who is calling, call by call, for benchmarks: no test depends on a time.

use std::hint::black_box;
use std::path::Path;

use dialect_api::Configured;

use crate::executor::block_on;
use crate::golden::Asked;
use crate::prepare::read;
use crate::world::World;

/// Hands `measure` a function that does one `authenticate` for the first request of a golden file of
/// the dialect whose manifest lies in `manifest_dir`; `file` is relative to `tests/golden`.
///
/// # Errors
/// A file that cannot be read, and a request that is not let in.
pub fn with_authentication<D: Configured>(
    manifest_dir: &Path,
    file: &str,
    measure: impl FnOnce(&mut dyn FnMut()),
) -> Result<(), String> {
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
    measure(&mut || {
        black_box(block_on(world.authenticate(
            operation,
            black_box(&request),
            &cx,
        )));
    });
    Ok(())
}
