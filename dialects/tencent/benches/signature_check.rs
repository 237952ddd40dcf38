//! What it costs to find out who signed a request, for requests as the clients write them.

use std::path::Path;

use criterion::Criterion;
use dialect_testkit::with_authentication;
use tencent::Tencent;

/// What is measured, and the golden file whose first request it is.
const CASES: [(&str, &str); 6] = [
    ("TC3, POST, Python", "create_key_pair/tc3_post_python.http"),
    ("TC3, POST, Node", "create_key_pair/tc3_post_node.http"),
    ("TC3, GET, Python", "describe_key_pairs/tc3_get_python.http"),
    ("HmacSHA1, GET", "create_key_pair/v1_hmac_sha1.http"),
    ("HmacSHA256, GET", "create_key_pair/v1_hmac_sha256.http"),
    ("HmacSHA1, public name", "create_key_pair/seed_example.http"),
];

fn main() -> Result<(), String> {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("signature check");
    for (what, file) in CASES {
        with_authentication::<Tencent>(manifest_dir, file, |authenticate| {
            group.bench_function(what, |bencher| bencher.iter(&mut *authenticate));
        })?;
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
