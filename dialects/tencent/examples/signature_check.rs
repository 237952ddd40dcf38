//! Prints what it costs to find out who signed a request, for requests as the clients write them.

use std::io::Write as _;
use std::path::Path;

use dialect_testkit::time_of_authentication;
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

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut output = std::io::stdout();
    for (what, file) in CASES {
        let time = time_of_authentication::<Tencent>(manifest_dir, file)?;
        let microseconds = time.as_secs_f64() * 1e6;
        let label = format!("signature check, {what}");
        writeln!(output, "{label:<38} {microseconds:>7.1} µs")?;
    }
    Ok(())
}
