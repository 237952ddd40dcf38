//! A run of the server: from the settings to the last drained connection.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialect_api::Response;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::admin::Admin;
use crate::assemble::{self, Assembly, StartError};
use crate::config::{ConfigError, Loaded, Settings};
use crate::dispatch::{Dispatcher, Route};
use crate::front_ends::FRONT_ENDS;
use crate::listener::{self, Answer, ConnectionRules};
use crate::reload::{Reloader, Source};

/// How often idle rate-limit buckets are forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Answers what comes in on one listener.
#[derive(Clone)]
struct Front {
    dispatcher: Arc<Dispatcher>,
    route: Route,
}

impl Answer for Front {
    async fn answer(&self, request: http::Request<Incoming>) -> Response {
        self.dispatcher.answer(&self.route, request).await
    }
}

/// Serves until SIGTERM or SIGINT. On SIGHUP the settings are read again from `source`; on
/// SIGUSR1 the keys that were made ahead are dropped.
///
/// # Errors
/// Why the run cannot start.
pub(crate) async fn run(
    loaded: Loaded,
    source: Source,
    started: Instant,
) -> Result<(), StartError> {
    let dialects = assemble::configure_dialects(&loaded)?;
    refuse_demo_in_public(&loaded, &dialects)?;
    let Loaded {
        settings, origin, ..
    } = &loaded;
    // Caught from before anything is promised, so that an early signal still ends in a drain.
    let mut signals = Signals::new()?;
    let assembly = assemble::assemble(settings, origin, dialects).await?;
    let mut reloader = Reloader::new(source, vec![Arc::new(assembly.sealing.clone())], &loaded)?;

    let (stop, stopped) = watch::channel(false);
    let rules = ConnectionRules {
        header_timeout: Duration::from_secs(settings.limits.header_timeout),
        connections: Arc::new(Semaphore::new(settings.limits.max_connections)),
        grace: Duration::from_secs(settings.shutdown_grace),
    };
    let mut tasks = JoinSet::new();
    let bound = open_listeners(settings, origin, &assembly, &rules, &stopped, &mut tasks).await?;
    announce(settings, &assembly, &bound, started);

    let gate = Arc::clone(&assembly.gate);
    let pruner = tokio::spawn(async move {
        let mut tick = tokio::time::interval(PRUNE_EVERY);
        loop {
            tick.tick().await;
            gate.rates.prune();
        }
    });
    loop {
        match signals.next().await {
            Wish::Stop => break,
            // It reads files, and calls in flight must not wait for them.
            Wish::Reload => tokio::task::block_in_place(|| reloader.reload()),
            Wish::Flush => {
                let dropped = assembly.generator.flush();
                tracing::info!(dropped, "the keys made ahead are dropped");
            }
        }
    }
    tracing::info!("stopping: finishing what is in flight");
    pruner.abort();
    // The receivers live in the tasks; if all of them are gone there is nothing left to stop.
    stop.send_replace(true);
    while tasks.join_next().await.is_some() {}
    Ok(())
}

/// The published demo accounts, and dialects that ask for no credential, are for this machine only
/// unless the operator says otherwise.
pub(crate) fn refuse_demo_in_public(
    loaded: &Loaded,
    dialects: &[assemble::Configured],
) -> Result<(), ConfigError> {
    let settings = &loaded.settings;
    let reasons = assemble::loopback_only(dialects, settings.allow_demo_accounts);
    let open = |address: SocketAddr, dialect: Option<&str>| {
        if address.ip().is_loopback() {
            return None;
        }
        reasons
            .iter()
            .find(|(name, _)| dialect.is_none_or(|only| only == **name))
            .map(|(name, reason)| (address, *name, *reason))
    };
    let shared = open(settings.listen, None);
    let found = shared.or_else(|| {
        settings
            .listener
            .iter()
            .find_map(|one| open(one.listen, Some(&one.dialect)))
    });
    let Some((address, name, reason)) = found else {
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

struct Bound {
    shared: SocketAddr,
    admin: SocketAddr,
}

/// Binds every listener before the first is served, so that a run starts whole or not at all.
async fn open_listeners(
    settings: &Settings,
    origin: &str,
    assembly: &Assembly,
    rules: &ConnectionRules,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<Bound, StartError> {
    let dispatcher = Arc::new(Dispatcher {
        front_ends: assembly.front_ends.clone(),
        entropy: Arc::clone(&assembly.entropy),
        public_url: settings
            .public_url
            .as_deref()
            .map(|url| url.trim_end_matches('/').into()),
    });
    let mut fronts: Vec<(TcpListener, Route)> = Vec::new();
    let (shared, shared_address) = bind(settings.listen).await?;
    fronts.push((shared, Route::Shared));
    for dedicated in &settings.listener {
        let named = |one: &&Arc<dyn crate::front_end::FrontEnd>| one.name() == dedicated.dialect;
        let Some(front_end) = assembly.front_ends.iter().find(named) else {
            return Err(ConfigError::BadValue {
                origin: origin.to_owned(),
                key: "listener.dialect".to_owned(),
                problem: format!("`{}` is no dialect that is switched on", dedicated.dialect),
            }
            .into());
        };
        let (socket, _) = bind(dedicated.listen).await?;
        fronts.push((socket, Route::Dedicated(Arc::clone(front_end))));
    }
    let (admin_socket, admin) = bind(settings.admin_listen).await?;
    for (socket, route) in fronts {
        let front = Front {
            dispatcher: Arc::clone(&dispatcher),
            route,
        };
        tasks.spawn(listener::serve(
            socket,
            front,
            rules.clone(),
            stopped.clone(),
        ));
    }
    // Operators get in even when callers fill the house.
    let admin_rules = ConnectionRules {
        connections: Arc::new(Semaphore::new(64)),
        ..rules.clone()
    };
    let answer = Admin {
        store: Arc::clone(&assembly.store),
        metrics: Arc::clone(&assembly.metrics),
        generator: Arc::clone(&assembly.generator),
    };
    tasks.spawn(listener::serve(
        admin_socket,
        answer,
        admin_rules,
        stopped.clone(),
    ));
    Ok(Bound {
        shared: shared_address,
        admin,
    })
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    listener::bind(address)
        .await
        .map_err(|error| StartError::failed(format!("listening on {address}"), &error))
}

/// The start-up lines; on a terminal followed by one working call for each dialect.
fn announce(settings: &Settings, assembly: &Assembly, bound: &Bound, started: Instant) {
    let version = env!("CARGO_PKG_VERSION");
    let milliseconds = started.elapsed().as_millis();
    let Bound { shared, admin } = bound;
    let store = store_without_secrets(&settings.store);
    let mut text = format!(
        "keyglot {version} ready in {milliseconds} ms\nhttp  http://{shared}\nadmin http://{admin}\nstore {store}\n"
    );
    if std::io::stdout().is_terminal() {
        for kind in FRONT_ENDS {
            if assembly
                .front_ends
                .iter()
                .any(|one| one.name() == kind.name)
            {
                let call = (kind.demo_call)(&format!("http://{shared}"));
                let (account, lines) = call.split_once('\n').unwrap_or((&call, ""));
                let lines = lines.trim_end();
                text.extend(["\n# ", kind.name, ": ", account, "\n", lines, "\n"]);
            }
        }
    }
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(%error, "the start-up lines could not be written");
    }
}

/// A store's URL without the password in it.
pub(crate) fn store_without_secrets(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Stop,
    Reload,
    Flush,
}

/// The signals that a run listens to.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    user_1: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, StartError> {
        let open =
            |kind| signal(kind).map_err(|error| StartError::failed("waiting for signals", &error));
        Ok(Self {
            terminate: open(SignalKind::terminate())?,
            interrupt: open(SignalKind::interrupt())?,
            hang_up: open(SignalKind::hangup())?,
            user_1: open(SignalKind::user_defined1())?,
        })
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.terminate.recv() => Wish::Stop,
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.hang_up.recv() => Wish::Reload,
            _ = self.user_1.recv() => Wish::Flush,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::store_without_secrets;

    #[test]
    fn a_store_is_announced_without_its_password() {
        assert_eq!(store_without_secrets("memory"), "memory");
        assert_eq!(
            store_without_secrets("redis://u:p@w@host:1/0"),
            "redis://***@host:1/0"
        );
        assert_eq!(store_without_secrets("redis://host:1"), "redis://host:1");
    }
}
