//! Settings that lie in files of their own: `NAME_file` and `NAME_files`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use toml::{Table, Value};

use super::ConfigError;

/// Replaces every `NAME_file = "PATH"` by `NAME = "what the file holds"`, and every
/// `NAME_files = ["PATH", …]` by `NAME = ["what it holds", …]`, without white space at the end, so
/// that secrets can be mounted.
pub(super) fn read_secret_files(
    table: &mut Table,
    origin: &str,
    prefix: &str,
) -> Result<(), ConfigError> {
    let bad = |key: String, problem: String| ConfigError::BadValue {
        origin: origin.to_owned(),
        key,
        problem,
    };
    let keys: Vec<String> = table.keys().cloned().collect();
    for key in keys {
        let here = format!("{prefix}{key}");
        let (name, secret) = if let Some(name) = key.strip_suffix("_file") {
            let Some(Value::String(path)) = table.remove(&key) else {
                return Err(bad(here, "must be a path".to_owned()));
            };
            (name, secret_file(&path)?)
        } else if let Some(name) = key.strip_suffix("_files") {
            let Some(Value::Array(paths)) = table.remove(&key) else {
                return Err(bad(here, "must be a list of paths".to_owned()));
            };
            let mut secrets = Vec::new();
            for path in &paths {
                let Some(path) = path.as_str() else {
                    return Err(bad(here, "must be a list of paths".to_owned()));
                };
                secrets.push(secret_file(path)?);
            }
            (name, Value::Array(secrets))
        } else {
            let deeper = format!("{here}.");
            if let Some(Value::Table(inner)) = table.get_mut(&key) {
                read_secret_files(inner, origin, &deeper)?;
            } else if let Some(Value::Array(items)) = table.get_mut(&key) {
                for inner in items.iter_mut().filter_map(Value::as_table_mut) {
                    read_secret_files(inner, origin, &deeper)?;
                }
            }
            continue;
        };
        if table.insert(name.to_owned(), secret).is_some() {
            return Err(bad(here, format!("`{name}` is given as well")));
        }
    }
    Ok(())
}

fn secret_file(path: &str) -> Result<Value, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        file: PathBuf::from(path),
        source,
    })?;
    Ok(Value::String(text.trim_end().to_owned()))
}

/// Adds every file that a table names so.
pub(super) fn named_in(table: &Table, files: &mut BTreeSet<PathBuf>) {
    for (key, value) in table {
        match value {
            Value::String(path) if key.ends_with("_file") => {
                files.insert(PathBuf::from(path));
            }
            Value::Array(paths) if key.ends_with("_files") => {
                files.extend(paths.iter().filter_map(Value::as_str).map(PathBuf::from));
            }
            Value::Table(inner) => named_in(inner, files),
            Value::Array(items) => {
                for inner in items.iter().filter_map(Value::as_table) {
                    named_in(inner, files);
                }
            }
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_) => {}
        }
    }
}
