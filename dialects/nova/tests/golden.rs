//! The golden files of this dialect.

#[test]
fn golden_files() {
    dialect_testkit::run_golden_files::<nova::Nova>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn mangled_requests_get_a_clear_answer() {
    dialect_testkit::feed_mangled_requests::<nova::Nova>(env!("CARGO_MANIFEST_DIR"));
}
