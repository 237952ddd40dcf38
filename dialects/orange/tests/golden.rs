//! The golden files: every request and its exact answer.

#[test]
fn golden_files() {
    dialect_testkit::run_golden_files::<orange::Orange>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn mangled_requests_get_a_clear_answer() {
    dialect_testkit::feed_mangled_requests::<orange::Orange>(env!("CARGO_MANIFEST_DIR"));
}
