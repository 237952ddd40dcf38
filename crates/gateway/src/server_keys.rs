//! The keys of the server itself: what kept private keys are sealed under, and what log-in tokens
//! are signed with.

use std::sync::Arc;

use dialect_api::Secret;
use sealing::{KeyRing, ServerKey, ServerKeyError, ServerKeySealer};
use zeroize::Zeroizing;

use crate::assemble::{MEMORY, StartError};
use crate::config::{ConfigError, Loaded, Settings};
use crate::reload::{Commit, Reload};

/// What signs log-in tokens.
pub(crate) struct TokenKey {
    /// Drawn at the start, for as long as the config has none.
    drawn: Zeroizing<[u8; 32]>,
}

impl TokenKey {
    /// Draws the key for settings without one.
    ///
    /// # Errors
    /// There is no randomness.
    pub(crate) fn new() -> Result<Self, StartError> {
        Ok(Self {
            drawn: draw()?.into_bytes(),
        })
    }

    /// The config's key, or else the one drawn at the start.
    ///
    /// # Errors
    /// The setting cannot be.
    pub(crate) fn of(
        &self,
        settings: &Settings,
        origin: &str,
    ) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        match &settings.tokens.signing_key {
            Some(text) => Ok(parse("tokens.signing_key", text, origin)?.into_bytes()),
            None => Ok(self.drawn.clone()),
        }
    }
}

/// The sealer and what it needs to take new keys.
#[derive(Debug, Clone)]
pub(crate) struct SealingKeys {
    pub(crate) sealer: Arc<ServerKeySealer>,
    /// The key that was drawn at the start because the config had none. It stays in every later
    /// ring: no operator could write it down among the older ones.
    drawn: Option<Arc<Zeroizing<[u8; 32]>>>,
}

impl SealingKeys {
    /// The keys of the config. Without any, a store that forgets all at the end gets one that is
    /// drawn now, and other stores get none: nothing could open later what it had sealed.
    ///
    /// # Errors
    /// A setting cannot be, or there is no randomness.
    pub(crate) fn new(settings: &Settings, origin: &str) -> Result<Self, StartError> {
        let drawn = if settings.sealing.key.is_none() && settings.store == MEMORY {
            Some(Arc::new(draw()?.into_bytes()))
        } else {
            None
        };
        let ring = ring(settings, drawn.as_deref(), origin)?;
        Ok(Self {
            sealer: Arc::new(ServerKeySealer::new(ring)),
            drawn,
        })
    }
}

impl Reload for SealingKeys {
    fn keys(&self) -> Vec<&'static str> {
        vec!["sealing"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let ring = ring(&loaded.settings, self.drawn.as_deref(), &loaded.origin)?;
        let sealer = Arc::clone(&self.sealer);
        Ok(Box::new(move || {
            let key = ring.current().map(|key| key.id().to_string());
            tracing::info!(
                key = key.as_deref().unwrap_or("none"),
                older_keys = ring.older(),
                "server key in force"
            );
            sealer.exchange(ring);
        }))
    }
}

fn ring(
    settings: &Settings,
    drawn: Option<&Zeroizing<[u8; 32]>>,
    origin: &str,
) -> Result<KeyRing, ConfigError> {
    let bad = |problem: &ServerKeyError| bad_key("sealing.key", &problem.to_string(), origin);
    let drawn = drawn.map(|bytes| ServerKey::from_bytes(bytes.clone()));
    let drawn = drawn.transpose().map_err(|error| bad(&error))?;
    let older = settings.sealing.older_keys.iter();
    let mut older: Vec<ServerKey> = older
        .map(|text| parse("sealing.older_keys", text, origin))
        .collect::<Result<_, _>>()?;
    match &settings.sealing.key {
        Some(current) => {
            older.extend(drawn);
            Ok(KeyRing::new(parse("sealing.key", current, origin)?, older))
        }
        None if !older.is_empty() => Err(bad_key(
            "sealing.older_keys",
            "needs `sealing.key` beside it",
            origin,
        )),
        None => Ok(drawn.map_or_else(KeyRing::empty, |key| KeyRing::new(key, Vec::new()))),
    }
}

fn parse(key: &str, text: &Secret, origin: &str) -> Result<ServerKey, ConfigError> {
    ServerKey::parse(text.expose()).map_err(|error| bad_key(key, &error.to_string(), origin))
}

fn bad_key(key: &str, problem: &str, origin: &str) -> ConfigError {
    ConfigError::BadValue {
        origin: origin.to_owned(),
        key: key.to_owned(),
        problem: problem.to_owned(),
    }
}

fn draw() -> Result<ServerKey, StartError> {
    ServerKey::generate().map_err(|error| StartError::failed("drawing a key", &error))
}
