//! Reading the settings: the file, then `KEYGLOT_…` variables over it, then the command line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::files::{named_in, read_secret_files};
use super::schema::{check_keys, document_schema, nearest};
use super::{ConfigError, Settings};
use crate::front_ends::FRONT_ENDS;

pub(super) const VARIABLE_PREFIX: &str = "KEYGLOT_";
/// Separates the levels of a key in a variable's name: `KEYGLOT_LIMITS__MAX_IN_FLIGHT`.
pub(super) const LEVEL_SEPARATOR: &str = "__";
/// Variables with the prefix that are no settings.
const NOT_SETTINGS: &[&str] = &["KEYGLOT_CONFIG"];

/// What the command line says over everything else, by top-level key.
pub(crate) type Overrides = BTreeMap<&'static str, Value>;

/// The settings of a run.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The gateway's own.
    pub(crate) settings: Settings,
    /// The sections of the dialects, by name; a dialect without one is not in here.
    pub(crate) sections: BTreeMap<&'static str, Table>,
    /// What to call the place that settings came from, in messages.
    pub(crate) origin: String,
}

/// Reads and checks all settings.
///
/// # Errors
/// The first key or value that cannot be.
pub(crate) fn load(
    file: Option<&Path>,
    variables: impl Iterator<Item = (String, String)>,
    overrides: Overrides,
) -> Result<Loaded, ConfigError> {
    let origin = file.map_or_else(|| "settings".to_owned(), |path| path.display().to_string());
    let mut table = match file {
        Some(path) => read_file(path)?,
        None => Table::new(),
    };
    let schema = document_schema();
    for (name, value) in variables {
        apply_variable(&mut table, &schema, &name, &value)?;
    }
    for (key, value) in overrides {
        table.insert(key.to_owned(), value);
    }
    read_secret_files(&mut table, &origin, "")?;
    check_keys(&table, &schema, &origin)?;

    let mut sections = BTreeMap::new();
    for kind in FRONT_ENDS {
        match table.remove(kind.name) {
            Some(Value::Table(section)) => {
                sections.insert(kind.name, section);
            }
            Some(_) => {
                return Err(ConfigError::BadValue {
                    origin,
                    key: kind.name.to_owned(),
                    problem: "must be a table".to_owned(),
                });
            }
            None => {}
        }
    }
    let settings = Value::Table(table)
        .try_into()
        .map_err(|error| bad_value(&origin, "", &error))?;
    Ok(Loaded {
        settings,
        sections,
        origin,
    })
}

/// Says which key a typed reading stumbled over.
pub(crate) fn bad_value(origin: &str, section: &str, error: &toml::de::Error) -> ConfigError {
    // The reader's text is "problem\nin `a.b`\n" once a value came from a table in memory.
    let text = error.to_string();
    let (problem, place) = text.split_once("\nin `").unwrap_or((&text, ""));
    let key = place.trim_end().trim_end_matches('`');
    let key = match (section.is_empty(), key.is_empty()) {
        (true, _) => key.to_owned(),
        (false, true) => section.to_owned(),
        (false, false) => format!("{section}.{key}"),
    };
    let problem = in_words_of_toml(&problem.trim().replace('\n', " "));
    ConfigError::BadValue {
        origin: origin.to_owned(),
        key,
        problem,
    }
}

/// The reader's words for a value of the wrong type, without the names of machine types. What should
/// have been a text may have been meant as a secret, so it is not quoted.
fn in_words_of_toml(problem: &str) -> String {
    let Some((found, expected)) = problem.split_once(", expected ") else {
        return problem.to_owned();
    };
    match expected {
        "a string" => "must be a text (in quotation marks)".to_owned(),
        "a boolean" => format!("{found}, expected true or false"),
        "usize" | "u64" | "u32" | "u16" | "u8" => {
            format!("{found}, expected a whole number that is not negative")
        }
        "i64" | "i32" => format!("{found}, expected a whole number"),
        _ => problem.to_owned(),
    }
}

fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        file: path.to_owned(),
        source,
    })?;
    text.parse::<Table>().map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        ConfigError::NotToml {
            file: path.to_owned(),
            line: before.matches('\n').count() + 1,
            problem: error.message().replace('\n', " "),
        }
    })
}

/// Puts one `KEYGLOT_…` variable into its place. A variable of one level that names no setting is
/// passed over: orchestrators set such variables for services of that name.
fn apply_variable(
    table: &mut Table,
    schema: &serde_json::Value,
    name: &str,
    value: &str,
) -> Result<(), ConfigError> {
    let Some(key) = name.strip_prefix(VARIABLE_PREFIX) else {
        return Ok(());
    };
    if NOT_SETTINGS.contains(&name) {
        return Ok(());
    }
    let path: Vec<String> = key
        .split(LEVEL_SEPARATOR)
        .map(str::to_ascii_lowercase)
        .collect();
    let known = |key: &str| {
        schema
            .pointer("/properties")
            .and_then(|all| all.get(key))
            .is_some()
    };
    let Some((last, parents)) = path.split_last() else {
        return Ok(());
    };
    let first = path.first().map_or("", String::as_str);
    let without_suffix = first.strip_suffix("_file").or(first.strip_suffix("_files"));
    if !known(without_suffix.unwrap_or(first)) && !known(first) {
        if parents.is_empty() {
            return Ok(());
        }
        let hint = nearest(first, schema);
        return Err(ConfigError::UnknownKey {
            origin: name.to_owned(),
            key: path.join("."),
            hint,
        });
    }
    let mut level = table;
    for parent in parents {
        let entry = level
            .entry(parent.clone())
            .or_insert_with(|| Value::Table(Table::new()));
        let Value::Table(next) = entry else {
            return Err(ConfigError::BadValue {
                origin: name.to_owned(),
                key: path.join("."),
                problem: format!("`{parent}` is not a table"),
            });
        };
        level = next;
    }
    level.insert(last.clone(), variable_value(value));
    Ok(())
}

/// A variable's text as the TOML value that it spells, else as a string.
fn variable_value(text: &str) -> Value {
    format!("v = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut table| {
            if table.len() == 1 {
                table.remove("v")
            } else {
                None
            }
        })
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The files that settings come from: the config file, and whatever it or a variable names. What
/// cannot be read names nothing.
pub(crate) fn files_named(
    file: Option<&Path>,
    variables: impl Iterator<Item = (String, String)>,
) -> BTreeSet<PathBuf> {
    let read = file.and_then(|path| read_file(path).ok());
    let mut table = read.unwrap_or_default();
    let schema = document_schema();
    for (name, value) in variables {
        // A variable that names no setting ends a reading of the settings, and names no file.
        let _ = apply_variable(&mut table, &schema, &name, &value);
    }
    let mut files: BTreeSet<PathBuf> = file.map(Path::to_owned).into_iter().collect();
    named_in(&table, &mut files);
    files
}

#[cfg(test)]
mod tests {
    use super::{Overrides, load};

    fn load_text(text: &str, variables: &[(&str, &str)]) -> Result<super::Loaded, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("keyglot.toml");
        std::fs::write(&file, text).unwrap();
        let variables = variables
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        load(Some(&file), variables, Overrides::new()).map_err(|error| {
            error
                .to_string()
                .replace(&*dir.path().to_string_lossy(), "")
        })
    }

    #[test]
    fn the_defaults_stand_without_a_file() {
        let loaded = load(None, std::iter::empty(), Overrides::new()).unwrap();
        assert_eq!(loaded.settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(loaded.settings.store, "memory");
    }

    #[test]
    fn unknown_keys_are_refused_with_the_nearest_known_one() {
        let error = load_text("listn = '127.0.0.1:1'", &[]).unwrap_err();
        assert_eq!(
            error,
            "/keyglot.toml: unknown key `listn` (did you mean `listen`?)"
        );
        let error = load_text("[limits]\nmax_inflight = 5", &[]).unwrap_err();
        assert_eq!(
            error,
            "/keyglot.toml: unknown key `limits.max_inflight` (did you mean `max_in_flight`?)"
        );
    }

    #[test]
    fn bad_values_name_their_key() {
        let error = load_text("[limits]\nmax_in_flight = 'many'", &[]).unwrap_err();
        assert_eq!(
            error,
            "/keyglot.toml: limits.max_in_flight: invalid type: string \"many\", expected a whole \
             number that is not negative"
        );
        let error = load_text("listen = 'nowhere'", &[]).unwrap_err();
        assert_eq!(
            error,
            "/keyglot.toml: listen: invalid socket address syntax"
        );
        let error = load_text("a = 1\nlisten =\n", &[]).unwrap_err();
        assert!(error.starts_with("/keyglot.toml: line 2: "), "{error}");
    }

    #[test]
    fn variables_win_over_the_file() {
        let loaded = load_text(
            "store = 'memory'\n[limits]\nmax_in_flight = 5",
            &[
                ("KEYGLOT_LIMITS__MAX_IN_FLIGHT", "7"),
                ("KEYGLOT_STORE", "redb:/data"),
                ("KEYGLOT_SERVICE_HOST", "10.0.0.1"),
                ("OTHER", "x"),
            ],
        )
        .unwrap();
        assert_eq!(loaded.settings.limits.max_in_flight, 7);
        assert_eq!(loaded.settings.store, "redb:/data");
        let error = load_text("", &[("KEYGLOT_LIMIT__MAX_IN_FLIGHT", "7")]).unwrap_err();
        assert_eq!(
            error,
            "KEYGLOT_LIMIT__MAX_IN_FLIGHT: unknown key `limit.max_in_flight` (did you mean `limits`?)"
        );
    }

    #[test]
    fn secrets_come_from_files() {
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        std::fs::write(&secret, "s3cr3t\n").unwrap();
        let text = format!("[sealing]\nkey_file = '{}'", secret.display());
        let loaded = load_text(&text, &[]).unwrap();
        assert_eq!(loaded.settings.sealing.key.unwrap().expose(), "s3cr3t");
        let both = format!("[sealing]\nkey = 'x'\nkey_file = '{}'", secret.display());
        assert!(
            load_text(&both, &[])
                .unwrap_err()
                .contains("`key` is given as well")
        );
    }

    #[test]
    fn every_file_that_is_named_is_known_whatever_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyglot.toml");
        let text = "unknown = 1\n[sealing]\nkey_file = '/a'\nolder_keys_files = ['/b', '/c']\n\
                    [[some.list]]\nsecret_file = '/d'";
        std::fs::write(&file, text).unwrap();
        let variables = [
            ("KEYGLOT_TOKENS__SIGNING_KEY_FILE", "/e"),
            ("KEYGLOT_NO__SUCH", "/f"),
        ];
        let named = || {
            let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
            super::files_named(Some(&file), variables.into_iter())
        };
        let all = ["/a", "/b", "/c", "/d", "/e"].map(std::path::PathBuf::from);
        let mut all: Vec<_> = all.into_iter().collect();
        all.push(file.clone());
        assert_eq!(named().into_iter().collect::<Vec<_>>(), all);
        std::fs::write(&file, "[sealing").unwrap();
        assert_eq!(named().len(), 2);
    }

    #[test]
    fn lists_of_secrets_come_from_lists_of_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("{path:?}")
        };
        let (one, two) = (path("one", "first\n"), path("two", "second"));
        let loaded = load_text(
            &format!("[sealing]\nolder_keys_files = [{one}, {two}]"),
            &[],
        );
        let older = loaded.unwrap().settings.sealing.older_keys;
        let texts: Vec<_> = older.iter().map(dialect_api::Secret::expose).collect();
        assert_eq!(texts, ["first", "second"]);
        for (bad, problem) in [
            (
                format!("older_keys_files = {one}"),
                "must be a list of paths",
            ),
            (
                "older_keys_files = [5]".to_owned(),
                "must be a list of paths",
            ),
            (
                format!("older_keys = []\nolder_keys_files = [{one}]"),
                "`older_keys` is given",
            ),
            (
                "older_keys_files = ['/nowhere']".to_owned(),
                "/nowhere: cannot be read",
            ),
        ] {
            let error = load_text(&format!("[sealing]\n{bad}"), &[]).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
