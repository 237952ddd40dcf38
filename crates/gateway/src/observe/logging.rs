//! The log: lines on standard error, and which of them are written.

use std::io::IsTerminal;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::traces::{Traces, checked_url};
use crate::config::{ConfigError, Loaded, LogFormat, Settings};
use crate::front_ends::FRONT_ENDS;
use crate::reload::{Commit, Reload};

/// Our own crates besides the dialects, as log targets begin.
const OWN_TARGETS: &[&str] = &[
    "dialect_api",
    "identity",
    "keygen",
    "keyglot",
    "keypair_core",
    "sealing",
    "store_memory",
    "store_redb",
    "store_redis",
];

/// Log lines go to standard error: standard output holds the start-up lines and nothing else.
/// Spans go to the traces, if there are any, whatever the filter of the log says.
///
/// # Errors
/// The filter cannot be read.
pub(crate) fn start_logging(
    loaded: &Loaded,
    traces: Option<&Traces>,
) -> Result<LogFilter, ConfigError> {
    let filter = LogFilter::new(&loaded.settings, &loaded.origin)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match loaded.settings.log_format {
        LogFormat::Text => {
            let colour = std::io::stderr().is_terminal();
            let lines = lines.with_target(false).with_ansi(colour);
            lines.with_filter(filter.clone()).boxed()
        }
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true);
            lines.with_filter(filter.clone()).boxed()
        }
    };
    let lines = tracing_subscriber::registry().with(lines);
    match traces {
        // A layer that is `None` would ask for every span all the same.
        None => lines.init(),
        Some(traces) => lines.with(traces.layer()).init(),
    }
    Ok(filter)
}

/// Checks the settings of log and traces without starting them.
///
/// # Errors
/// The first setting that cannot be.
pub(crate) fn check(loaded: &Loaded) -> Result<(), ConfigError> {
    parse(&loaded.settings, &loaded.origin)?;
    checked_url(loaded)?;
    Ok(())
}

/// Which lines are written: those that the settings ask for, and of these none that quotes somebody.
/// It may be changed while lines are written.
#[derive(Clone)]
pub(crate) struct LogFilter(Arc<ArcSwap<EnvFilter>>);

impl LogFilter {
    fn new(settings: &Settings, origin: &str) -> Result<Self, ConfigError> {
        let filter = parse(settings, origin)?;
        Ok(Self(Arc::new(ArcSwap::from_pointee(filter))))
    }
}

fn parse(settings: &Settings, origin: &str) -> Result<EnvFilter, ConfigError> {
    let filter = settings.log_filter.parse::<EnvFilter>();
    filter.map_err(|error| ConfigError::BadValue {
        origin: origin.to_owned(),
        key: "log_filter".to_owned(),
        problem: error.to_string(),
    })
}

impl<S> Filter<S> for LogFilter
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        let filter = self.0.load();
        is_line(metadata) && Filter::enabled(&**filter, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_line(metadata) {
            Filter::<S>::callsite_enabled(&**self.0.load(), metadata)
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Filter::<S>::max_level_hint(&**self.0.load())
    }
}

impl Reload for LogFilter {
    fn keys(&self) -> Vec<&'static str> {
        vec!["log_filter"]
    }

    fn prepare(&self, loaded: &Loaded) -> Result<Commit, ConfigError> {
        let filter = parse(&loaded.settings, &loaded.origin)?;
        let in_force = Arc::clone(&self.0);
        Ok(Box::new(move || {
            in_force.store(Arc::new(filter));
            // Each place in the code remembers what the filter said of it.
            tracing::callsite::rebuild_interest_cache();
        }))
    }
}

fn is_line(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && quotes_nobody(metadata)
}

/// Whether lines of a place in the code hold nothing of a request. Whatever the filter asks for,
/// libraries do not get to write below `info`: there they quote what they work on. The one for
/// HTTP/2, for instance, writes whole paths, with the passphrases and signatures in their queries.
fn quotes_nobody(metadata: &Metadata<'_>) -> bool {
    let begin = metadata.target().split("::").next().unwrap_or_default();
    *metadata.level() <= Level::INFO
        || OWN_TARGETS.contains(&begin)
        || FRONT_ENDS.iter().any(|kind| kind.name == begin)
}
