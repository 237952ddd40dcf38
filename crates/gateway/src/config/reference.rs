//! The description of every setting, made from the schema: `docs/configure.md`.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::load::{LEVEL_SEPARATOR, VARIABLE_PREFIX};
use super::schema::{document_schema, object_schema};

/// What stands before the sections.
const INTRODUCTION: &str = "\
# Configuration

<!-- Made by `keyglot config docs > docs/configure.md` from the settings' own descriptions: change those. -->

keyglot reads one TOML file, `--config keyglot.toml` (or the variable `KEYGLOT_CONFIG`). Without one, every default below holds.
[keyglot.toml](keyglot.toml) beside this page is a file to start from.

- A setting is taken from the command line first, then from its variable, then from the file, then from its default.
- A variable's value is read as TOML where it is TOML (`64`, `true`, `[\"a\", \"b\"]`), else as text.
- A text can be read from a file: `NAME_file = \"PATH\"` stands for `NAME = \"…\"`, and `NAME_files = [\"PATH\", …]` for a list.
  White space at the end of the file does not count. This is meant for secrets, and works for variables too (`…_FILE`).
- Unknown keys are refused, with the nearest known one. `keyglot config check` looks for mistakes without starting anything,
  `keyglot config print` shows what is in force, without secrets, and `keyglot config schema` gives a JSON Schema for editors.
- A table's entries are set by variables one by one; a list is set whole, as TOML: `KEYGLOT_LISTENER='[{ listen = \"…\", dialect = \"…\" }]'`.
";

/// A table of the file.
struct Section<'a> {
    /// Its keys from the top; empty for the top itself.
    path: Vec<&'a str>,
    /// Whether it is one entry of a list, here or further up: variables cannot name it.
    in_list: bool,
    /// Whether the table itself is an entry of a list.
    is_entry: bool,
    description: &'a str,
    schema: &'a Json,
}

/// The whole description, in Markdown.
pub(crate) fn reference() -> String {
    let schema = document_schema();
    let mut text = INTRODUCTION.to_owned();
    let top = Section {
        path: Vec::new(),
        in_list: false,
        is_entry: false,
        description: "",
        schema: &schema,
    };
    section(&mut text, &top);
    text
}

fn section(text: &mut String, section: &Section<'_>) {
    let object = object_schema(section.schema);
    let Some(properties) = object
        .and_then(|object| object.get("properties"))
        .and_then(Json::as_object)
    else {
        return;
    };
    heading(text, section);
    let mut inner = Vec::new();
    let mut rows = String::new();
    for (key, schema) in properties {
        match subsection(section, key, schema) {
            // An entry of a list has a row too: whether there are any is a setting.
            Some(deeper) => {
                if deeper.is_entry {
                    row(&mut rows, section, key, schema);
                }
                inner.push(deeper);
            }
            None => row(&mut rows, section, key, schema),
        }
    }
    if !rows.is_empty() {
        text.push_str("\n| key | type | default | variable | meaning |\n|---|---|---|---|---|\n");
        text.push_str(&rows);
    }
    for deeper in inner {
        self::section(text, &deeper);
    }
}

fn heading(text: &mut String, section: &Section<'_>) {
    let path = section.path.join(".");
    let title = match (path.is_empty(), section.is_entry) {
        (true, _) => "The top of the file".to_owned(),
        (false, true) => format!("`[[{path}]]`"),
        (false, false) => format!("`[{path}]`"),
    };
    // Dialects and other tables of the top are chapters, what is in them are their parts.
    let level = if section.path.len() > 1 { "###" } else { "##" };
    // Writing to a String does not fail, here and below.
    let _ = writeln!(text, "\n{level} {title}");
    if !section.description.is_empty() {
        let _ = writeln!(text, "\n{}", on_one_line(section.description));
    }
}

/// The table that a key opens, or whose entries it lists; `None` if it is a value.
fn subsection<'a>(section: &Section<'a>, key: &'a str, schema: &'a Json) -> Option<Section<'a>> {
    let has_keys = |schema: &Json| object_schema(schema)?.get("properties").map(|_| ());
    let items = schema
        .get("items")
        .filter(|items| has_keys(items).is_some());
    let is_entry = items.is_some();
    let inner = match items {
        Some(items) => items,
        None => has_keys(schema).map(|()| schema)?,
    };
    let mut path = section.path.clone();
    path.push(key);
    Some(Section {
        path,
        in_list: section.in_list || is_entry,
        is_entry,
        description: description(inner),
        schema: inner,
    })
}

fn description(schema: &Json) -> &str {
    let text = schema.get("description").and_then(Json::as_str);
    text.unwrap_or_default()
}

fn row(rows: &mut String, section: &Section<'_>, key: &str, schema: &Json) {
    let required = object_schema(section.schema)
        .and_then(|object| object.get("required"))
        .and_then(Json::as_array)
        .is_some_and(|required| required.iter().any(|one| one == key));
    let default = if required {
        "must be set".to_owned()
    } else {
        default(schema)
    };
    let variable = if section.in_list {
        String::new()
    } else {
        let mut path = section.path.clone();
        path.push(key);
        let name = path.join(LEVEL_SEPARATOR).to_ascii_uppercase();
        format!("`{VARIABLE_PREFIX}{name}`")
    };
    let meaning = meaning(schema).replace('|', "\\|");
    let kind = kind(schema).replace('|', "\\|");
    let _ = writeln!(
        rows,
        "| `{key}` | {kind} | {default} | {variable} | {meaning} |"
    );
}

/// A default as TOML; nothing where there is none.
fn default(schema: &Json) -> String {
    match schema.get("default") {
        None | Some(Json::Null) => "–".to_owned(),
        Some(value) => match toml::Value::try_from(value) {
            Ok(value) => format!("`{value}`"),
            Err(_) => String::new(),
        },
    }
}

/// What is said of a setting, on one line, with what its words mean.
fn meaning(schema: &Json) -> String {
    let mut text = without_default(&on_one_line(description(schema))).to_owned();
    for (word, meaning) in words(schema) {
        let meaning = on_one_line(meaning);
        let _ = write!(text, "<br>`\"{word}\"`: {meaning}");
    }
    text
}

fn on_one_line(text: &str) -> String {
    text.replace("\n\n", " ").replace('\n', " ")
}

/// A description without the sentence at its end that says no more than the default's column.
fn without_default(text: &str) -> &str {
    match text.rsplit_once(" Default ") {
        Some((before, default)) if default.ends_with('.') && !default.contains([' ', ',']) => {
            before
        }
        Some(_) | None => text,
    }
}

/// The words that a setting may be, each with its meaning.
fn words(schema: &Json) -> Vec<(&str, &str)> {
    alternatives(schema)
        .into_iter()
        .filter_map(|one| {
            let word = one.get("const").and_then(Json::as_str)?;
            Some((word, description(one)))
        })
        .collect()
}

/// The alternatives of a schema, those of alternatives included.
fn alternatives(schema: &Json) -> Vec<&Json> {
    let lists = ["anyOf", "oneOf"].map(|key| schema.get(key).and_then(Json::as_array));
    let mut found = Vec::new();
    for one in lists.into_iter().flatten().flatten() {
        found.push(one);
        found.extend(alternatives(one));
    }
    found
}

/// A setting's type, in the words of TOML.
fn kind(schema: &Json) -> String {
    let found = alternatives(schema).into_iter().chain([schema]);
    let mut kinds: Vec<String> = Vec::new();
    for kind in found.filter_map(plain_kind) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.join(" or ")
}

/// The type of a schema without alternatives; `None` for null.
fn plain_kind(schema: &Json) -> Option<String> {
    if let Some(word) = schema.get("const").and_then(Json::as_str) {
        return Some(format!("`\"{word}\"`"));
    }
    let name = match schema.get("type")? {
        Json::String(name) => name,
        Json::Array(names) => names
            .iter()
            .filter_map(Json::as_str)
            .find(|one| *one != "null")?,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => return None,
    };
    match name {
        "string" => Some("text".to_owned()),
        "boolean" => Some("boolean".to_owned()),
        "integer" => Some(whole_number(schema)),
        "number" => Some("number".to_owned()),
        "array" => Some(match schema.get("items") {
            Some(items) if object_schema(items).is_some() => "list of tables".to_owned(),
            Some(items) => format!("list of: {}", kind(items)),
            None => "list".to_owned(),
        }),
        "object" => schema
            .get("additionalProperties")
            .filter(|values| values.is_object())
            .map(|values| format!("table of: {}", kind(values))),
        _ => None,
    }
}

/// A whole number, with its bounds where they are not the machine's.
fn whole_number(schema: &Json) -> String {
    let bound = |key: &str| schema.get(key).and_then(Json::as_i64);
    let machine = [u8::MAX.into(), u16::MAX.into(), u32::MAX.into(), i64::MAX];
    match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) if !machine.contains(&most) => {
            format!("whole number, {least} to {most}")
        }
        (Some(least), _) => format!("whole number, {least} and up"),
        (None, _) => "whole number".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::schema::document_schema;
    use super::{default, kind, meaning, reference};

    #[test]
    fn every_key_of_the_schema_is_there() {
        fn count(schema: &Json) -> usize {
            let inner = |schema: &Json| match schema.get("items") {
                Some(items) => count(items),
                None => count(schema),
            };
            let properties = super::object_schema(schema).and_then(|one| one.get("properties"));
            let properties = properties.and_then(Json::as_object).into_iter().flatten();
            // A table has no row of its own, a list of tables has one.
            properties
                .map(|(_, one)| match inner(one) {
                    0 => 1,
                    keys if one.get("items").is_some() => keys + 1,
                    keys => keys,
                })
                .sum()
        }
        let rows = reference()
            .lines()
            .filter(|line| line.starts_with("| `"))
            .count();
        assert_eq!(rows, count(&document_schema()));
        assert!(rows > 100, "{rows}");
    }

    #[test]
    fn types_are_told_in_the_words_of_toml() {
        for (schema, expected) in [
            (json!({ "type": ["string", "null"] }), "text"),
            (
                json!({ "type": "integer", "minimum": 0, "maximum": 65535 }),
                "whole number, 0 and up",
            ),
            (
                json!({ "type": "integer", "minimum": 1, "maximum": 100 }),
                "whole number, 1 to 100",
            ),
            (
                json!({ "type": "array", "items": { "type": "string" } }),
                "list of: text",
            ),
            (
                json!({ "oneOf": [{ "const": "a", "type": "string" }, { "const": "b", "type": "string" }] }),
                "`\"a\"` or `\"b\"`",
            ),
            (
                json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
                "table of: whole number",
            ),
        ] {
            assert_eq!(kind(&schema), expected);
        }
    }

    #[test]
    fn defaults_are_toml_and_words_are_explained() {
        assert_eq!(default(&json!({ "default": ["a"] })), "`[\"a\"]`");
        assert_eq!(default(&json!({ "default": null })), "–");
        let schema = json!({
            "description": "How.\nOr not.",
            "oneOf": [{ "const": "a", "description": "So." }],
        });
        assert_eq!(meaning(&schema), "How. Or not.<br>`\"a\"`: So.");
        for (text, shown) in [
            ("Seconds. Default 10.", "Seconds."),
            (
                "Bits. Default 512, as elsewhere.",
                "Bits. Default 512, as elsewhere.",
            ),
            ("Who. Default: nobody.", "Who. Default: nobody."),
        ] {
            assert_eq!(meaning(&json!({ "description": text })), shown);
        }
    }
}
