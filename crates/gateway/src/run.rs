//! A run of the server: from the settings to the last drained connection.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialect_api::Response;
use hyper::body::Incoming;
use keygen::Generator;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::admin::Admin;
use crate::assemble::{self, Assembly, StartError};
use crate::config::{ConfigError, Loaded, Settings};
use crate::connections::Connections;
use crate::dispatch::{Dispatcher, Route};
use crate::front_ends::FRONT_ENDS;
use crate::in_force::{self, Exchange};
use crate::listener::{self, Answer};
use crate::observe::LogFilter;
use crate::reload::{Commit, Reload, Reloader, Source};
use crate::watch::Looked;

/// How often idle rate-limit buckets are forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Answers what comes in on one listener.
#[derive(Clone)]
struct Front {
    dispatcher: Arc<Dispatcher>,
    route: Route,
}

impl Answer for Front {
    async fn answer(&self, request: http::Request<Incoming>, scheme: &'static str) -> Response {
        self.dispatcher.answer(&self.route, request, scheme).await
    }
}

/// What a run is started with.
pub(crate) struct Start {
    /// When the process started.
    pub(crate) at: Instant,
    /// The settings.
    pub(crate) loaded: Loaded,
    /// What the files held when the settings were read.
    pub(crate) seen: Looked,
    /// Where settings are read from again.
    pub(crate) source: Box<dyn Source>,
    /// What decides which log lines are written.
    pub(crate) log_filter: LogFilter,
}

/// Serves until SIGTERM or SIGINT. On SIGHUP, and when their files have changed, the settings are
/// read again; on SIGUSR1 the keys that were made ahead are dropped.
///
/// # Errors
/// Why the run cannot start.
pub(crate) async fn run(start: Start) -> Result<(), StartError> {
    let loaded = &start.loaded;
    let settings = &loaded.settings;
    let dialects = assemble::configure_dialects(loaded)?;
    let doors = in_force::doors(settings);
    in_force::refuse_demo_in_public(loaded, &dialects, &doors)?;
    // Caught from before anything is promised, so that an early signal still ends in a drain.
    let mut signals = Signals::new()?;
    let assembly = assemble::assemble(loaded, dialects).await?;
    let connections = Connections::new(loaded, Arc::clone(&assembly.metrics))?;
    let watching = WatchInterval::new(settings);

    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let bound = open_listeners(settings, &assembly, &connections, &stopped, &mut tasks).await?;
    announce(settings, &assembly, &bound, start.at);

    let gate = Arc::clone(&assembly.gate);
    let generator = Arc::clone(&assembly.generator);
    let metrics = Arc::clone(&assembly.metrics);
    let parts: Vec<Arc<dyn Reload>> = vec![
        Arc::new(start.log_filter),
        Arc::new(PoolSizes(Arc::clone(&generator))),
        Arc::new(assembly.sealing),
        Arc::new(connections),
        Arc::new(watching.clone()),
        Arc::new(Exchange {
            in_force: assembly.in_force,
            gate: assembly.gate,
            token_key: assembly.token_key,
            doors,
        }),
    ];
    let mut reloader = Reloader::new(start.source, parts, metrics, loaded, start.seen)?;
    let pruner = tokio::spawn(async move {
        let mut tick = tokio::time::interval(PRUNE_EVERY);
        loop {
            tick.tick().await;
            gate.rates.prune();
        }
    });
    loop {
        let wish = tokio::select! {
            wish = signals.next() => wish,
            () = watching.over() => Wish::Look,
        };
        match wish {
            Wish::Stop => break,
            // They read files, and calls in flight must not wait for them.
            Wish::Reload => tokio::task::block_in_place(|| reloader.reload()),
            Wish::Look => tokio::task::block_in_place(|| reloader.reload_if_changed()),
            Wish::Flush => {
                let dropped = generator.flush();
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

/// Seconds between two looks at the files that settings come from.
#[derive(Clone)]
struct WatchInterval(watch::Sender<u64>);

impl WatchInterval {
    fn new(settings: &Settings) -> Self {
        Self(watch::Sender::new(settings.watch_interval))
    }

    /// Waits for the time of the next look.
    async fn over(&self) {
        let seconds = *self.0.borrow();
        if seconds == 0 {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

impl Reload for WatchInterval {
    fn keys(&self) -> Vec<&'static str> {
        vec!["watch_interval"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let (interval, seconds) = (self.0.clone(), loaded.settings.watch_interval);
        Ok(Box::new(move || {
            interval.send_replace(seconds);
        }))
    }
}

/// The sizes of the pools of ready keys.
struct PoolSizes(Arc<Generator>);

impl Reload for PoolSizes {
    fn keys(&self) -> Vec<&'static str> {
        vec![
            "keygen.pool.rsa_1024",
            "keygen.pool.rsa_2048",
            "keygen.pool.rsa_3072",
            "keygen.pool.rsa_4096",
            "keygen.pool.max_age",
        ]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let pool = assemble::generator_config(&loaded.settings.keygen).pool;
        let generator = Arc::clone(&self.0);
        Ok(Box::new(move || generator.resize(&pool)))
    }
}

struct Bound {
    scheme: &'static str,
    shared: SocketAddr,
    admin: SocketAddr,
}

/// Binds every listener before the first is served, so that a run starts whole or not at all.
async fn open_listeners(
    settings: &Settings,
    assembly: &Assembly,
    connections: &Connections,
    stopped: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<Bound, StartError> {
    let dispatcher = Arc::new(Dispatcher {
        in_force: Arc::clone(&assembly.in_force),
        request_ids: Arc::clone(&assembly.request_ids),
    });
    let mut fronts: Vec<(TcpListener, Route)> = Vec::new();
    let (shared, shared_address) = bind(settings.listen).await?;
    fronts.push((shared, Route::Shared));
    for dedicated in &settings.listener {
        let (socket, _) = bind(dedicated.listen).await?;
        fronts.push((socket, Route::Dedicated(dedicated.dialect.as_str().into())));
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
            connections.rules(),
            stopped.clone(),
        ));
    }
    let answer = Admin {
        store: Arc::clone(&assembly.store),
        metrics: Arc::clone(&assembly.metrics),
        generator: Arc::clone(&assembly.generator),
    };
    tasks.spawn(listener::serve(
        admin_socket,
        answer,
        connections.admin_rules(),
        stopped.clone(),
    ));
    Ok(Bound {
        scheme: connections.scheme(),
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
    let Bound {
        scheme,
        shared,
        admin,
    } = bound;
    let store = store_without_secrets(&settings.store);
    let mut text = format!(
        "keyglot {version} ready in {milliseconds} ms\nhttp  {scheme}://{shared}\nadmin http://{admin}\nstore {store}\n"
    );
    if std::io::stdout().is_terminal() {
        let in_force = assembly.in_force.load();
        for kind in FRONT_ENDS {
            if in_force
                .front_ends
                .iter()
                .any(|one| one.name() == kind.name)
            {
                let call = (kind.demo_call)(&format!("{scheme}://{shared}"));
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

/// What a signal, or the time, asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Stop,
    Reload,
    Look,
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
