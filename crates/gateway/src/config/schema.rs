//! The JSON Schema of the config file, and the check that every key in it is known.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value as Json, json};
use toml::{Table, Value};

use super::{ConfigError, Settings};
use crate::front_ends::FRONT_ENDS;

/// Keys that the gateway reads in every dialect's section: `(key, schema)`.
fn shared_section_keys(name: &str) -> [(&'static str, Json); 2] {
    [
        (
            "enabled",
            json!({
                "type": "boolean",
                "default": true,
                "description": "Whether the dialect is served. Default `true`.",
            }),
        ),
        (
            "realm",
            json!({
                "type": "string",
                "default": name,
                "description": "Whose namespace its key pairs live in: dialects with the same \
                    realm see each other's key pairs. Default: the dialect's name.",
            }),
        ),
    ]
}

/// The schema of the whole file: the gateway's settings and a section for each dialect.
pub(crate) fn document_schema() -> Json {
    let mut generator: SchemaGenerator = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator();
    let mut schema = generator.root_schema_for::<Settings>().to_value();
    for kind in FRONT_ENDS {
        let mut section = (kind.schema)(&mut generator).to_value();
        if let Some(properties) = section.get_mut("properties").and_then(Json::as_object_mut) {
            for (key, value) in shared_section_keys(kind.name) {
                properties.insert(key.to_owned(), value);
            }
        }
        if let Some(properties) = schema.get_mut("properties").and_then(Json::as_object_mut) {
            properties.insert(kind.name.to_owned(), section);
        }
    }
    schema
}

/// Refuses keys that the schema does not have.
///
/// # Errors
/// The first one, with the nearest known key of its level.
pub(super) fn check_keys(table: &Table, schema: &Json, origin: &str) -> Result<(), ConfigError> {
    check_level(table, schema, origin, "")
}

fn check_level(
    table: &Table,
    schema: &Json,
    origin: &str,
    prefix: &str,
) -> Result<(), ConfigError> {
    let Some(properties) = object_schema(schema) else {
        return Ok(());
    };
    for (key, value) in table {
        let here = format!("{prefix}{key}");
        let Some(inner) = properties
            .get("properties")
            .and_then(|known| known.get(key))
        else {
            // A map from free keys to values takes any key; its values are checked when read.
            if properties
                .get("additionalProperties")
                .is_some_and(|more| more != &json!(false))
            {
                continue;
            }
            let hint = nearest(key, properties);
            return Err(ConfigError::UnknownKey {
                origin: origin.to_owned(),
                key: here,
                hint,
            });
        };
        let deeper = format!("{here}.");
        match value {
            Value::Table(table) => check_level(table, inner, origin, &deeper)?,
            Value::Array(items) => {
                let item_schema = inner.get("items").unwrap_or(inner);
                for table in items.iter().filter_map(Value::as_table) {
                    check_level(table, item_schema, origin, &deeper)?;
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => {}
        }
    }
    Ok(())
}

/// The object among a schema's alternatives (an optional section is "object or null"); `None` if
/// the schema is not about an object with known keys.
pub(super) fn object_schema(schema: &Json) -> Option<&Json> {
    if schema.get("properties").is_some() || schema.get("additionalProperties").is_some() {
        return Some(schema);
    }
    let alternatives = schema
        .get("anyOf")
        .or_else(|| schema.get("oneOf"))?
        .as_array()?;
    let mut objects = alternatives
        .iter()
        .filter(|one| one.get("properties").is_some());
    match (objects.next(), objects.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// ` (did you mean …?)` with the nearest key of a level, or nothing if none is near.
pub(super) fn nearest(key: &str, schema: &Json) -> String {
    let known = schema.get("properties").and_then(Json::as_object);
    known
        .into_iter()
        .flat_map(|properties| properties.keys())
        .map(|candidate| (strsim::jaro_winkler(key, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!(" (did you mean `{candidate}`?)"))
        .unwrap_or_default()
}
