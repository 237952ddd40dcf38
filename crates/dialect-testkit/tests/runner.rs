//! The runner, run: on a toy dialect whose files are right, on files that are wrong, and on
//! dialects that are wrong.

#[cfg(test)]
#[path = "runner/broken.rs"]
mod broken;
#[cfg(test)]
#[path = "runner/folder.rs"]
mod folder;
#[allow(
    unreachable_pub,
    reason = "the toy's folder is a whole crate when it is tried in the gateway"
)]
#[path = "toy/src/lib.rs"]
mod toy;
#[cfg(test)]
#[path = "runner/wrong_dialects.rs"]
mod wrong_dialects;
#[cfg(test)]
#[path = "runner/wrong_files.rs"]
mod wrong_files;

use std::path::Path;

use dialect_api::{Configured, Dialect};
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

#[test]
fn golden_requests_are_there_for_other_tests() {
    let requests = dialect_testkit::golden_requests(Path::new(MANIFEST_DIR)).unwrap();
    let (toy, _) = Toy::configure(<Toy as Configured>::Config::default()).unwrap();
    for request in &requests {
        assert_eq!(toy.claims(&request.head), !request.dedicated, "{request:?}");
    }
    let dedicated = requests.iter().filter(|request| request.dedicated);
    assert_eq!(dedicated.count(), 1);
    let posted = requests
        .iter()
        .find(|request| request.file.ends_with("create/made.http"))
        .unwrap();
    assert_eq!(posted.line, 1);
    assert_eq!(posted.head.method, "POST");
    assert_eq!(posted.head.headers["x-toy-token"], "token-placeholder");
    assert_eq!(posted.body, r#"{"name":"first"}"#);
}
