//! The arrows between crates, and the words that a crate may not know.
//!
//! A dialect knows the core; the core knows no dialect; no dialect knows another. The table below
//! says which crates each of ours may depend on, and which foreign crates stay out of where.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate of ours may use of ours. The gateway may use every dialect besides.
const ALLOWED: &[(&str, &[&str])] = &[
    ("keypair-core", &[]),
    ("dialect-api", &["keypair-core"]),
    ("identity", &["dialect-api", "keypair-core"]),
    ("keygen", &["keypair-core"]),
    ("sealing", &["keypair-core"]),
    ("store-memory", &["keypair-core"]),
    ("store-redb", &["keypair-core"]),
    ("store-redis", &["keypair-core"]),
    // For tests only: nothing but tests may use these two.
    ("store-contract", &["keypair-core"]),
    (
        "dialect-testkit",
        &["dialect-api", "identity", "keypair-core", "store-memory"],
    ),
    (
        "gateway",
        &[
            "dialect-api",
            "identity",
            "keygen",
            "keypair-core",
            "sealing",
            "store-memory",
            "store-redb",
            "store-redis",
        ],
    ),
];

/// What every dialect may use of ours.
const ALLOWED_TO_DIALECTS: &[&str] = &["dialect-api", "keypair-core"];

/// What tests may use besides.
const ALLOWED_TO_TESTS: &[&str] = &["dialect-testkit", "store-contract", "store-memory"];

/// Foreign crates that a crate of ours must not use: no transport, runtime or store where only
/// rules or words belong.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "keypair-core",
        &[
            "http",
            "hyper",
            "tokio",
            "serde",
            "serde_json",
            "redis",
            "redb",
            "getrandom",
            "tracing",
        ],
    ),
    (
        "dialect-api",
        &["hyper", "tokio", "redis", "redb", "governor", "getrandom"],
    ),
    ("identity", &["hyper", "redis", "redb", "http"]),
    ("store-memory", &["http", "hyper"]),
    ("store-redb", &["http", "hyper"]),
    ("store-redis", &["http", "hyper"]),
];

/// Foreign crates that no dialect may use: it has no I/O, no runtime, no randomness.
const FOREIGN_TO_DIALECTS: &[&str] = &[
    "hyper",
    "hyper-util",
    "tokio",
    "redis",
    "redb",
    "governor",
    "getrandom",
    "rand",
    "rand_core",
    "parking_lot",
    "tracing-subscriber",
];

struct Package {
    name: String,
    folder: PathBuf,
    normal: BTreeSet<String>,
    dev: BTreeSet<String>,
}

fn workspace() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| {
            let mut normal = BTreeSet::new();
            let mut dev = BTreeSet::new();
            for dependency in package["dependencies"].as_array().expect("dependencies") {
                let kind = dependency["kind"].as_str();
                let set = if kind == Some("dev") {
                    &mut dev
                } else {
                    &mut normal
                };
                set.insert(text(&dependency["name"]));
            }
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            let folder = manifest.parent().expect("a folder").to_owned();
            Package {
                name: text(&package["name"]),
                folder,
                normal,
                dev,
            }
        })
        .collect()
}

fn is_dialect(package: &Package) -> bool {
    package
        .folder
        .parent()
        .and_then(Path::file_name)
        .is_some_and(|name| name == "dialects")
}

#[test]
fn every_crate_is_named_as_its_folder() {
    for package in workspace() {
        assert_eq!(
            Some(package.name.as_ref()),
            package.folder.file_name().and_then(|f| f.to_str())
        );
    }
}

#[test]
fn crates_use_only_what_they_may() {
    let packages = workspace();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let dialects: BTreeSet<&str> = packages
        .iter()
        .filter(|one| is_dialect(one))
        .map(|one| one.name.as_str())
        .collect();
    let table: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let is_gateway = package.name == "gateway";
        let allowed = if is_dialect(package) {
            ALLOWED_TO_DIALECTS
        } else if let Some(allowed) = table.get(package.name.as_str()) {
            allowed
        } else {
            wrong.push(format!(
                "{} is not in the table of allowed edges",
                package.name
            ));
            continue;
        };
        for used in package
            .normal
            .iter()
            .filter(|name| ours.contains(name.as_str()))
        {
            let listed = is_gateway && dialects.contains(used.as_str());
            if !listed && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} must not use {used}", package.name));
            }
        }
        for used in package
            .dev
            .iter()
            .filter(|name| ours.contains(name.as_str()))
        {
            if !allowed.contains(&used.as_str()) && !ALLOWED_TO_TESTS.contains(&used.as_str()) {
                wrong.push(format!("the tests of {} must not use {used}", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    let table: BTreeMap<&str, &[&str]> = FOREIGN.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in workspace() {
        let forbidden = if is_dialect(&package) {
            FOREIGN_TO_DIALECTS
        } else {
            table
                .get(package.name.as_str())
                .copied()
                .unwrap_or_default()
        };
        for used in package
            .normal
            .iter()
            .filter(|name| forbidden.contains(&name.as_str()))
        {
            wrong.push(format!("{} must not use {used}", package.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_core_the_seam_and_the_gateway_know_no_cloud() {
    let packages = workspace();
    let clouds: Vec<&str> = packages
        .iter()
        .filter(|package| is_dialect(package))
        .map(|package| package.name.as_str())
        .collect();
    assert!(clouds.len() >= 4, "the dialects were not found: {clouds:?}");
    let mut found = Vec::new();
    for name in [
        "keypair-core",
        "dialect-api",
        "gateway",
        "identity",
        "keygen",
        "sealing",
    ] {
        let package = packages
            .iter()
            .find(|package| package.name == name)
            .expect("the crate");
        for file in sources(&package.folder.join("src")) {
            if file.ends_with("front_ends.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&file)
                .expect("a source file")
                .to_lowercase();
            for cloud in &clouds {
                if text.contains(cloud) {
                    found.push(format!("{} says `{cloud}`", file.display()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
