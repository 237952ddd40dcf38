//! What calls are answered by: the dialects as their sections configure them. New settings make them
//! anew and put them into their place; a call in flight finishes with what it began with.

use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use zeroize::Zeroizing;

use crate::assemble::{Configured, configure_dialects, loopback_only};
use crate::config::{ConfigError, Loaded, Settings};
use crate::front_end::{FrontEnd, Terms};
use crate::front_ends::FRONT_ENDS;
use crate::limits::CallRules;
use crate::pipeline::Gate;
use crate::reload::{Commit, Reload};
use crate::server_keys::TokenKey;

/// What calls are answered by.
pub(crate) struct InForce {
    /// The dialects that are switched on, in the order in which they are asked for a request.
    pub(crate) front_ends: Vec<Arc<dyn FrontEnd>>,
    /// The address that clients reach the gateway by, without a slash at the end.
    pub(crate) public_url: Option<Arc<str>>,
}

impl InForce {
    /// Joins the dialects with the ports.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub(crate) fn new(
        loaded: &Loaded,
        dialects: Vec<Configured>,
        token_key: Zeroizing<[u8; 32]>,
        gate: &Arc<Gate>,
    ) -> Result<Self, ConfigError> {
        let settings = &loaded.settings;
        let terms = Terms {
            rules: CallRules::new(&settings.limits),
            token_key,
        };
        let on = dialects.into_iter().filter(|one| one.enabled);
        let front_ends: Result<Vec<_>, _> = on
            .map(|one| {
                let mounted = one.dialect.mount(one.realm, &terms, Arc::clone(gate));
                mounted.map_err(|problem| ConfigError::BadValue {
                    origin: loaded.origin.clone(),
                    key: one.name.to_owned(),
                    problem,
                })
            })
            .collect();
        let front_ends = front_ends?;
        for dedicated in &settings.listener {
            if !front_ends.iter().any(|one| one.name() == dedicated.dialect) {
                return Err(ConfigError::BadValue {
                    origin: loaded.origin.clone(),
                    key: "listener.dialect".to_owned(),
                    problem: format!("`{}` is no dialect that is switched on", dedicated.dialect),
                });
            }
        }
        let public_url = settings.public_url.as_deref();
        Ok(Self {
            front_ends,
            public_url: public_url.map(|url| url.trim_end_matches('/').into()),
        })
    }
}

/// Where the dialects listen: an address, and the dialect if it is one's own.
pub(crate) type Doors = Vec<(SocketAddr, Option<String>)>;

/// The doors that settings ask for.
pub(crate) fn doors(settings: &Settings) -> Doors {
    let own = settings.listener.iter();
    let own = own.map(|one| (one.listen, Some(one.dialect.clone())));
    std::iter::once((settings.listen, None))
        .chain(own)
        .collect()
}

/// The published demo accounts, and dialects that ask for no credential, are for this machine only
/// unless the operator says otherwise.
///
/// # Errors
/// A door that is open to others.
pub(crate) fn refuse_demo_in_public(
    loaded: &Loaded,
    dialects: &[Configured],
    doors: &Doors,
) -> Result<(), ConfigError> {
    let reasons = loopback_only(dialects, loaded.settings.allow_demo_accounts);
    let open = |(address, dialect): &(SocketAddr, Option<String>)| {
        if address.ip().is_loopback() {
            return None;
        }
        let offered = |name: &str| dialect.as_deref().is_none_or(|only| only == name);
        let found = reasons.iter().find(|(name, _)| offered(name));
        found.map(|(name, reason)| (*address, *name, *reason))
    };
    let Some((address, name, reason)) = doors.iter().find_map(open) else {
        return Ok(());
    };
    Err(ConfigError::BadValue {
        origin: loaded.origin.clone(),
        key: "listen".to_owned(),
        problem: format!(
            "{address} is no loopback address and `{name}` {reason}, or switch it off with \
             {name}.enabled = false"
        ),
    })
}

/// Puts new settings of the dialects in force.
pub(crate) struct Exchange {
    pub(crate) in_force: Arc<ArcSwap<InForce>>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) token_key: TokenKey,
    /// Where they listen, whatever the settings say now.
    pub(crate) doors: Doors,
}

impl Reload for Exchange {
    fn keys(&self) -> Vec<&'static str> {
        let own = [
            "allow_demo_accounts",
            "limits.body_timeout",
            "limits.call_timeout",
            "limits.max_body_bytes",
            "limits.max_in_flight",
            "limits.rate",
            "public_url",
            "tokens",
        ];
        let dialects = FRONT_ENDS.iter().map(|kind| kind.name);
        own.into_iter().chain(dialects).collect()
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let dialects = configure_dialects(loaded)?;
        for doors in [&self.doors, &doors(&loaded.settings)] {
            refuse_demo_in_public(loaded, &dialects, doors)?;
        }
        let token_key = self.token_key.of(&loaded.settings, &loaded.origin)?;
        let next = InForce::new(loaded, dialects, token_key, &self.gate)?;
        let most = loaded.settings.limits.max_in_flight;
        let (in_force, gate) = (Arc::clone(&self.in_force), Arc::clone(&self.gate));
        Ok(Box::new(move || {
            in_force.store(Arc::new(next));
            gate.in_flight.set_most(most);
            gate.metrics.operation.max_in_flight(most);
        }))
    }
}
