//! `keyglot selftest`: tries out a running gateway through its public API.
//!
//! What a client of each cloud says is its dialect's; here are the connection, the order of the
//! steps, and the lines that are printed.

mod connection;
mod steps;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dialect_api::Selftest;
use keypair_core::ports::Entropy as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::assemble::{self, SharedKeys, StartError};
use crate::cli::ConfigArgs;
use crate::config::{ConfigError, Loaded};
use crate::entropy::SystemEntropy;
use crate::front_end::FrontEndKind;
use crate::front_ends::FRONT_ENDS;
use connection::{Address, Connection};

#[derive(Debug, Args)]
pub(crate) struct SelftestArgs {
    /// The gateway's address: `http://HOST:PORT` or `https://HOST`, with a path if clients use one.
    #[arg(long, value_name = "URL")]
    url: Address,
    /// A dialect to try out; may be repeated. Default: all that the configuration switches on.
    #[arg(long = "dialect", value_name = "NAME")]
    dialects: Vec<String>,
    /// The account of a dialect to use, by its name (a public id, where it has no name); may be
    /// repeated. Default: the first that the dialect's section names, else the demo account.
    #[arg(long = "account", value_name = "DIALECT=NAME", value_parser = account)]
    accounts: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Certificates (PEM) that vouch for the gateway's. Default: those of the system.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Seconds that one call may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

fn account(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(dialect, name)| {
        FRONT_ENDS.iter().any(|kind| kind.name == *dialect) && !name.is_empty()
    });
    let (dialect, name) = parts.ok_or_else(|| format!("must be DIALECT=NAME, with {}", known()))?;
    Ok((dialect.to_owned(), name.to_owned()))
}

fn known() -> String {
    let names: Vec<_> = FRONT_ENDS.iter().map(|kind| kind.name).collect();
    format!("a dialect of {}", names.join(", "))
}

/// Tries out every dialect that is asked for, one after the other.
///
/// # Errors
/// A setting that cannot be, before anything is called; else the dialects that failed, when all
/// have been tried.
pub(crate) async fn run(loaded: &Loaded, args: &SelftestArgs) -> Result<(), StartError> {
    let chosen = choose(loaded, args)?;
    let timeout = Duration::from_secs(args.timeout);
    let connection = Connection::new(args.url.clone(), args.ca_file.as_deref(), timeout)?;
    let stop =
        |kind| signal(kind).map_err(|error| StartError::failed("watching for signals", &error));
    let mut stop = steps::Stop {
        interrupt: stop(SignalKind::interrupt())?,
        terminate: stop(SignalKind::terminate())?,
    };
    let mut failed = Vec::new();
    let total = chosen.len();
    for (name, selftest) in chosen {
        let passed = match selftest {
            Selftest::Impossible(why) => {
                steps::say(name, "", &format!("cannot be tried out: {why}"))?;
                // Who asks for it by name waits for a proof.
                args.dialects.is_empty()
            }
            Selftest::Client(client) => {
                let unique = SystemEntropy.bits128();
                steps::run(name, client, &connection, unique, &mut stop).await?
            }
        };
        if !passed {
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(StartError::Failed {
        what: format!("selftest: {} of {total} dialects failed", failed.len()),
        cause: failed.join(", "),
    })
}

/// The dialects that are asked for, each with its client.
fn choose(
    loaded: &Loaded,
    args: &SelftestArgs,
) -> Result<Vec<(&'static str, Selftest)>, ConfigError> {
    // The whole configuration is looked at, so that a mistake in it is not taken for the gateway's.
    assemble::configure_dialects(loaded)?;
    for name in &args.dialects {
        if !FRONT_ENDS.iter().any(|kind| kind.name == name) {
            return Err(ConfigError::BadValue {
                origin: "command line".to_owned(),
                key: "--dialect".to_owned(),
                problem: format!("`{name}` is unknown: name {}", known()),
            });
        }
    }
    let mut chosen = Vec::new();
    for kind in FRONT_ENDS {
        if let Some(selftest) = client(kind, loaded, args)? {
            chosen.push((kind.name, selftest));
        }
    }
    Ok(chosen)
}

/// The client of a dialect; `None` if it is not asked for.
fn client(
    kind: &FrontEndKind,
    loaded: &Loaded,
    args: &SelftestArgs,
) -> Result<Option<Selftest>, ConfigError> {
    let section = loaded.sections.get(kind.name).cloned().unwrap_or_default();
    let (own, section) = SharedKeys::split(kind.name, section, &loaded.origin)?;
    // A dialect that is named is tried out even if this configuration switches it off: it need not
    // be the gateway's.
    let wanted = if args.dialects.is_empty() {
        own.enabled
    } else {
        args.dialects.iter().any(|name| name == kind.name)
    };
    if !wanted {
        return Ok(None);
    }
    let mut accounts = args.accounts.iter();
    let account = accounts.find(|(dialect, _)| dialect == kind.name);
    let account = account.map(|(_, name)| name.as_str());
    (kind.selftest)(section, account)
        .map(Some)
        .map_err(|error| assemble::section_error(kind.name, &loaded.origin, error))
}
