//! Settings that change while the server runs. On SIGHUP, and when a file has changed that settings
//! come from, the whole configuration is read again, and either all parts that can take new settings
//! take theirs, or none does.

use std::sync::Arc;

use toml::{Table, Value};

use crate::assemble::effective_config;
use crate::config::{ConfigError, Loaded};
use crate::observe::Metrics;
use crate::watch::{Files, Looked};

/// Puts new settings in force. Whatever could go wrong has been looked at before: it cannot fail.
pub(crate) type Commit = Box<dyn FnOnce() + Send>;

/// A part of the server that takes new settings while it runs.
pub(crate) trait Reload: Send + Sync {
    /// The settings that it takes, by their dotted keys; a section's key stands for all in it.
    fn keys(&self) -> Vec<&'static str>;

    /// Checks the settings. Nothing changes before the commit is called.
    ///
    /// # Errors
    /// The first setting that cannot be.
    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError>;
}

/// Where the configuration comes from.
pub(crate) trait Source: Send {
    /// Reads and checks all of it.
    ///
    /// # Errors
    /// The first setting that cannot be.
    fn load(&self) -> Result<Loaded, ConfigError>;

    /// Where it is read from now.
    fn files(&self) -> Files;
}

/// Reads the configuration again and hands it out.
pub(crate) struct Reloader {
    source: Box<dyn Source>,
    parts: Vec<Arc<dyn Reload>>,
    metrics: Arc<Metrics>,
    /// What is in force, without secrets.
    in_force: Table,
    /// What the files held that were last acted on.
    seen: Looked,
}

impl Reloader {
    /// For parts that run on the settings of `loaded`, which were read after `seen` was.
    ///
    /// # Errors
    /// A setting that cannot be.
    pub(crate) fn new(
        source: Box<dyn Source>,
        parts: Vec<Arc<dyn Reload>>,
        metrics: Arc<Metrics>,
        loaded: &Loaded,
        seen: Looked,
    ) -> Result<Self, ConfigError> {
        let in_force = effective_config(loaded)?;
        Ok(Self {
            source,
            parts,
            metrics,
            in_force,
            seen,
        })
    }

    /// Reads the configuration again, and says in the log what became of it. It may wait for files.
    pub(crate) fn reload(&mut self) {
        // Looked at before it is read: what changes in between is seen as changed the next time.
        self.seen = self.source.files().look();
        self.read_again();
    }

    /// Reads the configuration again if a file has changed. It may wait for files.
    pub(crate) fn reload_if_changed(&mut self) {
        let looked = self.source.files().look();
        if !looked.differs_from(&self.seen) {
            return;
        }
        let settled = self.source.files().settled(looked);
        if settled.differs_from(&self.seen) {
            self.seen = settled;
            self.read_again();
        }
    }

    fn read_again(&mut self) {
        let outcome = self.try_reload();
        self.metrics.operation.reloaded(outcome.is_ok());
        match outcome {
            Ok(waiting) if waiting.is_empty() => {
                tracing::info!("the configuration was read again");
            }
            Ok(waiting) => tracing::warn!(
                settings = waiting.join(", "),
                "the configuration was read again; these settings hold from the next start on"
            ),
            Err(error) => tracing::error!(
                %error,
                "the configuration was read again and cannot be; the one in force stays"
            ),
        }
    }

    /// The settings that have changed and that no part takes.
    fn try_reload(&mut self) -> Result<Vec<String>, ConfigError> {
        let loaded = self.source.load()?;
        let wanted = effective_config(&loaded)?;
        let commits: Result<Vec<Commit>, ConfigError> = self
            .parts
            .iter()
            .map(|part| part.prepare(&loaded))
            .collect();
        for commit in commits? {
            commit();
        }
        let taken: Vec<&str> = self.parts.iter().flat_map(|part| part.keys()).collect();
        let mut waiting = changed_keys(&self.in_force, &wanted, "");
        waiting.retain(|key| !taken.iter().any(|taken| is_in(key, taken)));
        Ok(waiting)
    }
}

/// Whether a setting is the one of that key or in the section of that key.
fn is_in(setting: &str, key: &str) -> bool {
    let rest = setting.strip_prefix(key);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The dotted keys of the settings that differ.
fn changed_keys(old: &Table, new: &Table, prefix: &str) -> Vec<String> {
    let mut changed = Vec::new();
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let here = format!("{prefix}{key}");
        match (old.get(key), new.get(key)) {
            (Some(Value::Table(old)), Some(Value::Table(new))) => {
                changed.extend(changed_keys(old, new, &format!("{here}.")));
            }
            (old, new) => {
                if old != new {
                    changed.push(here);
                }
            }
        }
    }
    changed.sort();
    changed
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use keygen::{Generator, GeneratorConfig};

    use super::{Commit, Reload, Reloader, Source};
    use crate::config::{ConfigError, Loaded, Overrides, load};
    use crate::observe::Metrics;
    use crate::watch::Files;

    /// A configuration that is no file.
    struct Text(Arc<Mutex<String>>);

    impl Source for Text {
        fn load(&self) -> Result<Loaded, ConfigError> {
            loaded(&self.0.lock().unwrap())
        }

        fn files(&self) -> Files {
            Files::default()
        }
    }

    fn loaded(text: &str) -> Result<Loaded, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyglot.toml");
        std::fs::write(&file, text).unwrap();
        load(Some(&file), std::iter::empty(), Overrides::new())
    }

    /// Takes the grace period, unless it is odd.
    #[derive(Default)]
    struct Grace(Arc<AtomicU64>);

    impl Reload for Grace {
        fn keys(&self) -> Vec<&'static str> {
            vec!["shutdown_grace", "limits.rate"]
        }

        fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
            let (grace, wanted) = (Arc::clone(&self.0), loaded.settings.shutdown_grace);
            if wanted % 2 == 1 {
                return Err(ConfigError::BadValue {
                    origin: String::new(),
                    key: "shutdown_grace".to_owned(),
                    problem: "odd".to_owned(),
                });
            }
            Ok(Box::new(move || grace.store(wanted, Ordering::SeqCst)))
        }
    }

    #[test]
    fn either_all_parts_take_the_settings_or_none_does() {
        let text = Arc::new(Mutex::new(String::new()));
        let (first, second) = (Grace::default(), Grace::default());
        let graces = [Arc::clone(&first.0), Arc::clone(&second.0)];
        let seen = || graces.each_ref().map(|grace| grace.load(Ordering::SeqCst));
        let file = Arc::clone(&text);
        let mut reloader = Reloader::new(
            Box::new(Text(file)),
            vec![Arc::new(first), Arc::new(second)],
            Metrics::new(&Arc::new(
                Generator::new(&GeneratorConfig::default()).unwrap(),
            )),
            &loaded("").unwrap(),
            Files::default().look(),
        )
        .unwrap();
        let mut reload = |wanted: &str| {
            wanted.clone_into(&mut text.lock().unwrap());
            reloader.try_reload().map_err(|error| error.to_string())
        };

        assert_eq!(reload("shutdown_grace = 4").unwrap(), [""; 0]);
        assert_eq!(seen(), [4, 4]);
        for bad in [
            "shutdown_grace = 5",
            "shutdown_grace = 6\nlistn = 'x'",
            "shutdown_grace = 6\n[limits]\nmax_in_flight = 'x'",
            "shutdown_grace = ",
        ] {
            assert!(reload(bad).is_err(), "{bad}");
            assert_eq!(seen(), [4, 4], "{bad}");
        }
        let waiting = reload(
            "shutdown_grace = 8\nlisten = '127.0.0.1:1'\n[limits]\nmax_in_flight = 1\nrate.read = 1",
        );
        assert_eq!(waiting.unwrap(), ["limits.max_in_flight", "listen"]);
        assert_eq!(seen(), [8, 8]);
    }
}
