//! keyglot: one server that speaks the SSH key-pair APIs of several clouds.
//!
//! The gateway owns connections, limits, logs and metrics; the dialects own the words; the core
//! owns the key pairs. This file turns the command line into a run and a run into an exit code.

mod admin;
mod assemble;
mod cli;
mod config;
mod connections;
mod dispatch;
mod entropy;
mod front_end;
mod front_ends;
mod import;
mod in_force;
mod limits;
mod listener;
mod manual;
mod observe;
mod pipeline;
mod preflight;
mod reload;
mod run;
mod selftest;
mod server_keys;
mod tls;
mod watch;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory as _, Parser};

use crate::assemble::StartError;
use crate::cli::{Cli, Command, ConfigAction, ConfigArgs, ImportArgs, ServeArgs};
use crate::config::{ConfigError, Loaded, Overrides};
use crate::observe::traces::Traces;
use crate::reload::Source;
use crate::run::Start;
use crate::selftest::SelftestArgs;
use crate::watch::Files;

/// Calls are worked on by whichever thread is free, so that one frees what another allocated: glibc's
/// allocator makes them wait for each other there, and musl's has one lock for all.
#[cfg(not(all(target_env = "musl", target_arch = "aarch64")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code of a configuration that cannot be.
const CONFIGURATION: u8 = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => serve(&cli.serve, started),
        Some(Command::Serve(args)) => serve(&args, started),
        Some(Command::Import(args)) => take_over(&args),
        Some(Command::Selftest(args)) => try_out(&args),
        Some(Command::Completions { shell }) => print(&completions(shell)),
        Some(Command::Man) => manual(),
        Some(Command::Config { action }) => look_at_config(&action),
    };
    let outcome = outcome.map_err(|error| match error {
        StartError::Config(error) => StartError::Config(config::with_line(error)),
        failed @ StartError::Failed { .. } => failed,
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut out = std::io::stderr().lock();
            // Nobody is left to be told if standard error is gone.
            let _ = writeln!(out, "keyglot: {error}");
            match error {
                StartError::Config(_) => ExitCode::from(CONFIGURATION),
                StartError::Failed { .. } => ExitCode::FAILURE,
            }
        }
    }
}

fn load(config: &ConfigArgs, overrides: Overrides) -> Result<Loaded, ConfigError> {
    config::load(config.config.as_deref(), variables(), overrides)
}

/// The environment. Variables that are no text cannot be settings of ours.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

impl Source for ServeArgs {
    fn load(&self) -> Result<Loaded, ConfigError> {
        load(&self.config, self.overrides())
    }

    fn files(&self) -> Files {
        Files::new(config::files_named(
            self.config.config.as_deref(),
            variables(),
        ))
    }
}

fn serve(args: &ServeArgs, started: Instant) -> Result<(), StartError> {
    // Looked at before they are read: what changes in between is seen as changed later.
    let seen = args.files().look();
    let loaded = Source::load(args)?;
    preflight::check(&loaded)?;
    let runtime = runtime()?;
    let traces = Traces::new(&loaded, runtime.handle())?;
    let log_filter = observe::start_logging(&loaded, traces.as_ref())?;
    log_panics_without_their_text();
    let ended = runtime.block_on(run::run(Start {
        at: started,
        loaded,
        seen,
        source: Box::new(args.clone()),
        log_filter,
    }));
    if let Some(traces) = traces {
        traces.finish();
    }
    ended
}

fn take_over(args: &ImportArgs) -> Result<(), StartError> {
    let loaded = load(&args.config, args.overrides())?;
    let report = runtime()?.block_on(import::import(&loaded, args))?;
    print(report.as_bytes())
}

fn try_out(args: &SelftestArgs) -> Result<(), StartError> {
    let loaded = load(&args.config, Overrides::new())?;
    runtime()?.block_on(selftest::run(&loaded, args))
}

fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keyglot", &mut script);
    script
}

fn manual() -> Result<(), StartError> {
    let page = manual::page(&Cli::command());
    print(&page.map_err(|error| StartError::failed("writing the manual page", &error))?)
}

fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::failed("starting threads", &error))
}

fn print(text: &[u8]) -> Result<(), StartError> {
    let written = std::io::stdout().lock().write_all(text);
    written.map_err(|error| StartError::failed("writing to standard output", &error))
}

/// A panic's text may quote what it stumbled over, and that may be a secret: only the place is
/// logged.
fn log_panics_without_their_text() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a panic was caught");
    }));
}

fn look_at_config(action: &ConfigAction) -> Result<(), StartError> {
    let text = match action {
        ConfigAction::Check(args) => {
            preflight::check(&load(args, Overrides::new())?)?;
            "the configuration is good\n".to_owned()
        }
        ConfigAction::Print(args) => {
            assemble::effective_config(&load(args, Overrides::new())?)?.to_string()
        }
        ConfigAction::Schema => {
            format!("{:#}\n", config::document_schema())
        }
        ConfigAction::Docs => config::reference(),
    };
    print(text.as_bytes())
}
