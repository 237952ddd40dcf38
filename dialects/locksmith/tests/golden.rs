//! The dialect's golden files, and damaged versions of their requests.

#[test]
fn golden_files() {
    dialect_testkit::run_golden_files::<locksmith::Locksmith>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn mangled_requests_get_a_clear_answer() {
    dialect_testkit::feed_mangled_requests::<locksmith::Locksmith>(env!("CARGO_MANIFEST_DIR"));
}
