//! The settings of connections, put in force for those that are accepted from then on.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::config::{ConfigError, Loaded};
use crate::listener::{ConnectionRules, ConnectionTerms};
use crate::observe::Metrics;
use crate::reload::{Commit, Reload};
use crate::tls::ServerIdentity;

/// Connections that operators may have open, whatever callers do.
const ADMIN_CONNECTIONS: usize = 64;

/// What the listeners share.
#[derive(Clone)]
pub(crate) struct Connections {
    terms: Arc<ArcSwap<ConnectionTerms>>,
    places: Arc<Semaphore>,
    /// How many places there are, or will be once connections that are too many have ended.
    most: Arc<Mutex<usize>>,
    metrics: Arc<Metrics>,
}

impl Connections {
    /// As the settings say.
    ///
    /// # Errors
    /// A setting that cannot be.
    pub(crate) fn new(loaded: &Loaded, metrics: Arc<Metrics>) -> Result<Self, ConfigError> {
        let (terms, expires_at) = terms(loaded)?;
        metrics.operation.certificate(expires_at);
        let most = loaded.settings.limits.max_connections;
        Ok(Self {
            terms: Arc::new(ArcSwap::from_pointee(terms)),
            places: Arc::new(Semaphore::new(most)),
            most: Arc::new(Mutex::new(most)),
            metrics,
        })
    }

    /// The rules of the dialects' listeners.
    pub(crate) fn rules(&self) -> ConnectionRules {
        ConnectionRules {
            terms: Arc::clone(&self.terms),
            connections: Arc::clone(&self.places),
            plain: false,
        }
    }

    /// Operators get in even when callers fill the house, and without TLS.
    pub(crate) fn admin_rules(&self) -> ConnectionRules {
        ConnectionRules {
            connections: Arc::new(Semaphore::new(ADMIN_CONNECTIONS)),
            plain: true,
            ..self.rules()
        }
    }

    /// `http` or `https`: what new connections speak.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.terms.load().tls {
            Some(_) => "https",
            None => "http",
        }
    }

    fn set_most(&self, most: usize) {
        let mut before = self.most.lock();
        if let Some(more) = most.checked_sub(*before) {
            self.places.add_permits(more);
        } else {
            take_away(Arc::clone(&self.places), *before - most);
        }
        *before = most;
    }
}

/// Takes places away: those that are free at once, and others as they become free.
fn take_away(places: Arc<Semaphore>, surplus: usize) {
    let left = surplus - places.forget_permits(surplus);
    tokio::spawn(async move {
        for _ in 0..left {
            if let Ok(place) = places.acquire().await {
                place.forget();
            }
        }
    });
}

/// Checks the settings of connections.
///
/// # Errors
/// The first setting that cannot be.
pub(crate) fn check(loaded: &Loaded) -> Result<(), ConfigError> {
    terms(loaded).map(drop)
}

fn terms(loaded: &Loaded) -> Result<(ConnectionTerms, Option<SystemTime>), ConfigError> {
    let settings = &loaded.settings;
    let tls = settings.tls.as_ref();
    let identity = tls.map(|tls| ServerIdentity::new(tls, &loaded.origin));
    let identity = identity.transpose()?;
    let most = settings.limits.max_connections;
    if most > Semaphore::MAX_PERMITS {
        return Err(ConfigError::BadValue {
            origin: loaded.origin.clone(),
            key: "limits.max_connections".to_owned(),
            problem: format!("must be at most {}", Semaphore::MAX_PERMITS),
        });
    }
    let expires_at = identity.as_ref().map(|identity| identity.expires_at);
    let terms = ConnectionTerms {
        header_timeout: Duration::from_secs(settings.limits.header_timeout),
        grace: Duration::from_secs(settings.shutdown_grace),
        tls: identity.map(|identity| identity.config),
    };
    Ok((terms, expires_at))
}

impl Reload for Connections {
    fn keys(&self) -> Vec<&'static str> {
        vec![
            "tls",
            "shutdown_grace",
            "limits.header_timeout",
            "limits.max_connections",
        ]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let (terms, expires_at) = terms(loaded)?;
        let most = loaded.settings.limits.max_connections;
        let connections = self.clone();
        Ok(Box::new(move || {
            connections.terms.store(Arc::new(terms));
            connections.set_most(most);
            connections.metrics.operation.certificate(expires_at);
        }))
    }
}
