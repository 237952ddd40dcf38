//! What is wrong with a file is found and said.

use dialect_testkit::{Mode, Report};

use crate::folder::Folder;
use crate::toy::Toy;

const RIGHT: &str = "# source: section 1
GET /toy/
host: toys.example
=== 200
content-type: text/plain

hello from http://toys.example

";

fn check(text: &str) -> Report {
    Folder::with(&[("case.http", text)]).run::<Toy>(Mode::Check)
}

/// The one problem of a file.
fn problem(text: &str) -> String {
    let report = check(text);
    match report.failures.as_slice() {
        [(path, problems)] if path.ends_with("tests/golden/case.http") => problems.join("\n"),
        other => panic!("{text}\nhas other failures than one: {other:?}"),
    }
}

/// The right file with one thing replaced.
fn with(old: &str, new: &str) -> String {
    assert!(RIGHT.contains(old), "{old}");
    RIGHT.replace(old, new)
}

#[test]
fn a_right_file_has_no_failure() {
    assert!(check(RIGHT).failures.is_empty(), "{}", check(RIGHT));
}

#[test]
fn every_part_of_an_answer_is_compared() {
    for (old, new, told) in [
        ("=== 200", "=== 201", "- === 201\n+ === 200"),
        (
            "content-type: text/plain\n",
            "content-type: text/html\n",
            "- content-type: text/html\n+ content-type: text/plain",
        ),
        // A header that the file does not have …
        (
            "content-type: text/plain\n",
            "",
            "+ content-type: text/plain",
        ),
        // … and one that the answer does not have.
        (
            "content-type: text/plain\n",
            "content-type: text/plain\nx-more: 1\n",
            "- x-more: 1",
        ),
        ("hello from", "hallo from", "- hallo from"),
        // One line feed less.
        ("example\n\n", "example\n", "+ \n"),
        (
            "\n\nhello from http://toys.example\n\n",
            "\n",
            "+ hello from",
        ),
    ] {
        let problem = problem(&with(old, new));
        assert!(problem.contains("exchange at line 1: "), "{problem}");
        assert!(problem.contains(told), "{problem}\nlacks\n{told}");
    }
}

#[test]
fn all_files_and_all_exchanges_are_reported() {
    let wrong = with("=== 200", "=== 201");
    let twice = format!("{wrong}---\n{wrong}");
    let report = Folder::with(&[("a.http", &wrong), ("b.http", RIGHT), ("c.http", &twice)])
        .run::<Toy>(Mode::Check);
    assert_eq!((report.files, report.exchanges), (3, 4));
    let found: Vec<_> = report
        .failures
        .iter()
        .map(|(path, problems)| (path.file_name().unwrap().to_str().unwrap(), problems.len()))
        .collect();
    assert_eq!(found, [("a.http", 1), ("c.http", 2)]);
    let text = report.to_string();
    assert!(text.contains("exchange at line 10: "), "{text}");
    assert!(
        text.starts_with("3 golden files with 4 exchanges: 2 fail"),
        "{text}"
    );
}

#[test]
fn what_keeps_a_file_from_testing_anything_is_a_failure() {
    for (old, new, told) in [
        ("# source: section 1\n", "", "there is no `# source:`"),
        ("# source:", "# sorce:", "looks like the directive"),
        (
            "GET",
            "# cor: get -> KeyPairExists\nGET",
            "looks like the directive",
        ),
        (
            "GET",
            "# core: get -> KeyPairExists\nGET",
            "`get` was not called",
        ),
        (
            "GET",
            "# core: fetch -> KeyPairExists\nGET",
            "no method of the core",
        ),
        (
            "GET",
            "# core: get -> Missing\nGET",
            "no kind of core error",
        ),
        ("GET", "# key: nowhere\nGET", "nowhere.pem"),
        ("GET", "# config: quote = 1\nGET", "unknown field `quote`"),
        (
            "GET",
            "# config: quota = 0\nGET",
            "quota: zero key pairs are no use",
        ),
        ("/toy/", "/other/", "does not claim the request"),
        ("GET /toy/", "GET", "is not `METHOD TARGET`"),
        ("host: toys", "host; toys", "is not `name: value`"),
        (
            "host: toys.example",
            "x: {{token eve red}}",
            "no user `eve`",
        ),
        (
            "host: toys.example",
            "x: {{token ada green}}",
            "no project `green`",
        ),
        ("=== 200", "=== OK", "is not `=== STATUS`"),
        (
            "http://toys.example\n\n",
            "http://toys.example\n\n---\n",
            "no request",
        ),
    ] {
        let problem = problem(&with(old, new));
        assert!(problem.contains(told), "{problem}\nlacks\n{told}");
    }
}

#[test]
fn an_exchange_without_an_answer_fails_and_shows_the_answer() {
    let problem = problem("# source: section 1\nGET /toy/\nhost: toys.example\n");
    assert!(problem.contains("no answer is written down"), "{problem}");
    assert!(
        problem.contains("hello from http://toys.example"),
        "{problem}"
    );
}

#[test]
fn cases_that_are_owed_are_asked_for() {
    let report = check(RIGHT);
    assert!(!report.is_ok());
    assert!(!report.missing.contains(&"operation discover".to_owned()));
    for owed in ["operation create", "operation get", "operation delete"] {
        assert!(report.missing.contains(&owed.to_owned()), "{report}");
    }
    let kinds = keypair_core::Error::examples().len() + dialect_api::EdgeError::examples().len();
    assert_eq!(report.missing.len(), kinds + 3, "{report}");

    let fault = "# source: section 1
# core: get -> CorruptRecord
GET /toy/keys/a
x-toy-token: {{token ada red}}
";
    let report = check(fault);
    let text = report.missing.join("\n");
    assert!(!text.contains("CorruptRecord"), "{report}");
    assert!(text.contains("StoreUnavailable"), "{report}");
    assert!(!text.contains("operation get"), "{report}");
}

#[test]
fn no_folder_and_stray_files_are_failures() {
    let nothing = Folder::with(&[]);
    let report = nothing.run::<Toy>(Mode::Check);
    assert_eq!(report.files, 0);
    assert!(!report.is_ok());
    let stray = Folder::with(&[("case.htpp", RIGHT)]).run::<Toy>(Mode::Check);
    assert!(stray.to_string().contains("is no `.http` file"), "{stray}");
    let nowhere = dialect_testkit::examine::<Toy>("/no/such/folder".as_ref(), Mode::Check);
    assert!(!nowhere.is_ok());
}

#[test]
fn blessing_keeps_what_was_written_and_fills_in_the_rest() {
    let written = "# source: section 1

# A comment that stays.
GET /toy/
Host:   toys.example
=== 500
made-up: yes
---
# edge: Internal
GET /toy/
";
    let folder = Folder::with(&[("case.http", written)]);
    let report = folder.run::<Toy>(Mode::Bless);
    assert!(report.failures.is_empty(), "{report}");
    assert_eq!(report.blessed.len(), 1);
    assert!(
        !report.is_ok(),
        "blessing does not make up for missing cases"
    );
    let blessed = "# source: section 1

# A comment that stays.
GET /toy/
Host:   toys.example
=== 200
content-type: text/plain

hello from http://toys.example

---
# edge: Internal
GET /toy/
=== 500
content-type: text/plain

internal 00000000-0000-4000-8000-000000000002

";
    assert_eq!(folder.read("case.http"), blessed);

    let again = folder.run::<Toy>(Mode::Bless);
    assert!(again.blessed.is_empty(), "{again}");
    assert!(folder.run::<Toy>(Mode::Check).failures.is_empty());
}

#[test]
fn a_file_that_cannot_be_run_is_not_blessed() {
    let written = "# source: section 1\nGET /toy/\n---\nGET /other/\n";
    let folder = Folder::with(&[("case.http", written)]);
    let report = folder.run::<Toy>(Mode::Bless);
    assert_eq!(report.failures.len(), 1, "{report}");
    assert_eq!(folder.read("case.http"), written);
}
