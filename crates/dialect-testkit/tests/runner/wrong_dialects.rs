//! Defects of a dialect are found by damaged requests.

use std::panic::catch_unwind;

use dialect_api::Configured;
use dialect_testkit::{Mode, feed_mangled_requests};

use crate::broken::{AnswersNothing, Broken, Leaks, Panics, Signed, TakesTheBlame};
use crate::folder::Folder;
use crate::toy::Toy;

const CREATE: &str = "# source: section 2
POST /toy/keys
x-toy-token: {{token ada red}}

{\"name\":\"a\"}
";

/// What the feeder says of a dialect.
fn verdict<D: Configured>(manifest_dir: &str) -> String {
    let panic = catch_unwind(|| feed_mangled_requests::<D>(manifest_dir)).expect_err("a failure");
    panic.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn defects_are_found_and_told_with_the_request() {
    let folder = Folder::with(&[("case.http", CREATE)]);
    for (verdict, told) in [
        (verdict::<Broken<Panics>>(folder.path()), "bodies are UTF-8"),
        (
            verdict::<Broken<TakesTheBlame>>(folder.path()),
            "the dialect takes the blame: internal",
        ),
        (
            verdict::<Broken<AnswersNothing>>(folder.path()),
            "100 is no status of a whole answer",
        ),
    ] {
        assert!(verdict.contains(told), "{verdict}\nlacks\n{told}");
        assert!(verdict.contains("sent: POST /toy/keys"), "{verdict}");
        assert!(verdict.contains("case.http:1"), "{verdict}");
        assert!(verdict.contains("KEYGLOT_MANGLE_SEED=1"), "{verdict}");
    }
}

#[test]
fn defects_behind_the_front_door_are_found() {
    // Nobody is let in with this token once the request is damaged, as with signed requests …
    let folder = Folder::with(&[("case.http", CREATE)]);
    let verdict = verdict::<Broken<Signed>>(folder.path());
    // … and yet its body is looked at.
    assert!(verdict.contains("bodies are UTF-8"), "{verdict}");
}

#[test]
fn a_panic_is_the_failure_of_its_exchange() {
    let folder = Folder::with(&[(
        "case.http",
        "# source: section 2\nPOST /toy/keys\nx-toy-token: {{token ada red}}\n\n@hex ff\n---\nGET /toy/\n",
    )]);
    let report = folder.run::<Broken<Panics>>(Mode::Check);
    let [(_, problems)] = report.failures.as_slice() else {
        panic!("{report}");
    };
    assert!(problems[0].contains("bodies are UTF-8"), "{report}");
    assert!(
        problems[1].contains("hello from"),
        "the next exchange is run: {report}"
    );
}

#[test]
fn a_cause_that_reaches_the_client_is_never_right() {
    let folder = Folder::with(&[("case.http", CREATE)]);
    for mode in [Mode::Check, Mode::Bless] {
        let report = folder.run::<Broken<Leaks>>(mode);
        let text = report.to_string();
        assert!(text.contains("reached the client"), "{text}");
    }
    assert_eq!(folder.read("case.http"), CREATE, "it is not blessed either");
}

#[test]
fn without_golden_files_there_is_nothing_to_damage() {
    let folder = Folder::with(&[]);
    assert!(verdict::<Toy>(folder.path()).contains("no golden files"));
}
