//! On a shared port every request has at most one dialect that calls it its own.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::path::Path;

use dialect_api::Configured;
use dialect_testkit::golden_requests;
use http::request::Parts;

/// Settings after which a dialect claims other paths.
const MOVES_THE_ROOT: &[&str] = &["# config: base_path", "# config: prefixes"];

type Claims = Box<dyn Fn(&Parts) -> bool>;

fn claims<D: Configured>() -> (&'static str, Claims) {
    let (dialect, _) = D::configure(D::Config::default()).expect("the defaults are good");
    (D::NAME, Box::new(move |head| dialect.claims(head)))
}

#[test]
fn every_golden_request_is_claimed_by_its_own_dialect_alone() {
    let dialects = [
        claims::<locksmith::Locksmith>(),
        claims::<nova::Nova>(),
        claims::<tencent::Tencent>(),
        claims::<orange::Orange>(),
    ];
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (owner, _) in &dialects {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../dialects")
            .join(owner);
        for golden in golden_requests(&folder).expect("the golden files can be read") {
            // A dedicated listener asks nobody, and some settings move a dialect's root.
            let text = std::fs::read_to_string(&golden.file).expect("the file can be read");
            if golden.dedicated || MOVES_THE_ROOT.iter().any(|setting| text.contains(setting)) {
                continue;
            }
            seen += 1;
            let head = &golden.head;
            let by: Vec<_> = dialects
                .iter()
                .filter(|(_, claims)| claims(head))
                .map(|(name, _)| *name)
                .collect();
            if by != [*owner] {
                wrong.push(format!(
                    "{owner}: {} {} is claimed by {by:?}",
                    head.method, head.uri
                ));
            }
        }
    }
    assert!(seen > 100, "only {seen} requests were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
