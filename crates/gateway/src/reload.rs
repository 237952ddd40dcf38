//! Settings that change while the server runs: on SIGHUP the whole configuration is read again, and
//! either all parts that can take new settings take theirs, or none does.

use std::sync::Arc;

use toml::Table;

use crate::assemble::effective_config;
use crate::config::{ConfigError, Loaded};

/// Puts new settings in force. Whatever could go wrong has been looked at before: it cannot fail.
pub(crate) type Commit = Box<dyn FnOnce() + Send>;

/// A part of the server that takes new settings while it runs.
pub(crate) trait Reload: Send + Sync {
    /// The top-level keys of the configuration that it takes.
    fn keys(&self) -> &'static [&'static str];

    /// Checks the settings. Nothing changes before the commit is called.
    ///
    /// # Errors
    /// The first setting that cannot be.
    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError>;
}

/// Reads the configuration again, from where it came from at the start.
pub(crate) type Source = Box<dyn Fn() -> Result<Loaded, ConfigError> + Send>;

/// Reads the configuration again and hands it out.
pub(crate) struct Reloader {
    source: Source,
    parts: Vec<Arc<dyn Reload>>,
    /// What is in force, without secrets.
    in_force: Table,
}

impl Reloader {
    /// For parts that run on the settings of `loaded`.
    ///
    /// # Errors
    /// A setting that cannot be.
    pub(crate) fn new(
        source: Source,
        parts: Vec<Arc<dyn Reload>>,
        loaded: &Loaded,
    ) -> Result<Self, ConfigError> {
        let in_force = effective_config(loaded)?;
        Ok(Self {
            source,
            parts,
            in_force,
        })
    }

    /// Reads the configuration again, and says in the log what became of it. It may wait for files.
    pub(crate) fn reload(&mut self) {
        match self.try_reload() {
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

    /// The top-level keys that have changed and that no part takes.
    fn try_reload(&mut self) -> Result<Vec<String>, ConfigError> {
        let loaded = (self.source)()?;
        let wanted = effective_config(&loaded)?;
        let commits: Result<Vec<Commit>, ConfigError> = self
            .parts
            .iter()
            .map(|part| part.prepare(&loaded))
            .collect();
        for commit in commits? {
            commit();
        }
        let mut waiting = Vec::new();
        for (key, value) in wanted {
            let taken = self.parts.iter().any(|part| part.keys().contains(&&*key));
            if taken {
                self.in_force.insert(key, value);
            } else if self.in_force.get(&key) != Some(&value) {
                waiting.push(key);
            }
        }
        Ok(waiting)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Mutex};

    use super::{Commit, Reload, Reloader};
    use crate::config::{ConfigError, Loaded, Overrides, load};

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
        fn keys(&self) -> &'static [&'static str] {
            &["shutdown_grace"]
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
            Box::new(move || loaded(&file.lock().unwrap())),
            vec![Arc::new(first), Arc::new(second)],
            &loaded("").unwrap(),
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
        let waiting = reload("shutdown_grace = 8\nlisten = '127.0.0.1:1'\n[keygen]\nqueue = 1");
        assert_eq!(waiting.unwrap(), ["keygen", "listen"]);
        assert_eq!(seen(), [8, 8]);
    }
}
