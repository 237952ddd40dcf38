//! The examples of the description are what the golden files show.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "the lints see no test in what stands beside the test functions; golden files are read"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;

/// The JSON bodies of requests and answers in the golden files below a folder.
fn golden_bodies(folder: &Path, bodies: &mut Vec<Value>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            golden_bodies(&path, bodies);
        } else {
            let text = fs::read_to_string(path).unwrap();
            bodies.extend(
                text.lines()
                    .filter_map(|line| serde_json::from_str(line).ok()),
            );
        }
    }
}

/// Whether a value is as an example shows it; a text of the example that ends in an ellipsis shows
/// the beginning of a long one.
fn shows(example: &Value, value: &Value) -> bool {
    match (example, value) {
        (Value::Object(example), Value::Object(value)) => {
            example.len() == value.len()
                && example
                    .iter()
                    .all(|(name, member)| value.get(name).is_some_and(|value| shows(member, value)))
        }
        (Value::Array(example), Value::Array(value)) => {
            example.len() == value.len() && example.iter().zip(value).all(|(e, v)| shows(e, v))
        }
        (Value::String(example), Value::String(value)) => match example.strip_suffix('\u{2026}') {
            Some(beginning) => value.starts_with(beginning),
            None => example == value,
        },
        _ => example == value,
    }
}

#[test]
fn every_example_stands_in_a_golden_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document: Value =
        serde_json::from_slice(&fs::read(folder.join("openapi.json")).unwrap()).unwrap();
    let mut bodies = Vec::new();
    golden_bodies(&folder.join("tests/golden"), &mut bodies);
    let examples = document["components"]["examples"].as_object().unwrap();
    let unseen: Vec<&String> = examples
        .iter()
        .filter(|(_, example)| !bodies.iter().any(|body| shows(&example["value"], body)))
        .map(|(name, _)| name)
        .collect();
    assert!(examples.len() > 30 && unseen.is_empty(), "{unseen:?}");
}

#[test]
fn every_example_is_used() {
    let document = include_str!("../openapi.json");
    let parsed: Value = serde_json::from_str(document).unwrap();
    for name in parsed["components"]["examples"].as_object().unwrap().keys() {
        let reference = format!("#/components/examples/{name}\"");
        assert!(document.contains(&reference), "{name}");
    }
}
