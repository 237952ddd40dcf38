#![doc = include_str!("../README.md")]

mod answer;
mod coverage;
mod diff;
mod directive;
mod directory_probe;
mod doubles;
mod edit;
mod executor;
mod faults;
mod format;
mod golden;
mod mangle;
mod measure;
mod prepare;
mod probe;
mod records;
mod report;
mod shared_realm;
mod world;

use dialect_api::Configured;

pub use golden::{Mode, examine};
pub use mangle::feed_mangled_requests;
pub use measure::with_authentication;
pub use prepare::{GoldenRequest, golden_requests};
pub use report::Report;
pub use shared_realm::SharedRealm;

/// Runs every golden file of a dialect, `tests/golden/**/*.http` under `manifest_dir`, which is the
/// dialect's `CARGO_MANIFEST_DIR`. With `KEYGLOT_BLESS=1` in the environment the answers that came
/// are written into the files instead.
///
/// # Panics
/// If an answer differs from the one in its file, or if a kind of error or an operation has no
/// file; the message holds every difference of every file.
pub fn run_golden_files<D: Configured>(manifest_dir: &str) {
    let bless = std::env::var_os("KEYGLOT_BLESS").is_some_and(|it| !it.is_empty() && it != "0");
    let mode = if bless { Mode::Bless } else { Mode::Check };
    let report = examine::<D>(manifest_dir.as_ref(), mode);
    assert!(report.is_ok(), "{report}");
}
