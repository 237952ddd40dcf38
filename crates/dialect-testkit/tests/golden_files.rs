//! The runner, run: with a toy dialect whose files are right, then with files that are not.

#[path = "toy/src/lib.rs"]
mod toy;

use toy::Toy;

const MANIFEST_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/toy");

#[test]
fn golden_files() {
    dialect_testkit::run_golden_files::<Toy>(MANIFEST_DIR);
}

#[test]
fn mangled_requests_get_a_clear_answer() {
    dialect_testkit::feed_mangled_requests::<Toy>(MANIFEST_DIR);
}
