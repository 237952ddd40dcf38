//! keyglot: one server that speaks the SSH key-pair APIs of several clouds.
//!
//! The gateway owns connections, limits, logs and metrics; the dialects own the words; the core
//! owns the key pairs. This file turns the command line into a run and a run into an exit code.

mod admin;
mod assemble;
mod cli;
mod config;
mod dispatch;
mod entropy;
mod front_end;
mod front_ends;
mod import;
mod limits;
mod listener;
mod observe;
mod pipeline;
mod reload;
mod run;
mod server_keys;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::assemble::StartError;
use crate::cli::{Cli, Command, ConfigAction, ConfigArgs, ImportArgs, ServeArgs};
use crate::config::{ConfigError, Loaded, Overrides};

/// The exit code of a configuration that cannot be.
const CONFIGURATION: u8 = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => serve(&cli.serve, started),
        Some(Command::Serve(args)) => serve(&args, started),
        Some(Command::Import(args)) => take_over(&args),
        Some(Command::Config { action }) => look_at_config(&action),
    };
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
    // Variables that are no text cannot be settings of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    config::load(config.config.as_deref(), variables, overrides)
}

fn serve(args: &ServeArgs, started: Instant) -> Result<(), StartError> {
    let loaded = load(&args.config, args.overrides())?;
    let settings = &loaded.settings;
    observe::start_logging(settings.log_format, &settings.log_filter).map_err(|error| {
        ConfigError::BadValue {
            origin: loaded.origin.clone(),
            key: "log_filter".to_owned(),
            problem: error.to_string(),
        }
    })?;
    log_panics_without_their_text();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::failed("starting threads", &error))?;
    let args = args.clone();
    let source = Box::new(move || load(&args.config, args.overrides()));
    runtime.block_on(run::run(loaded, source, started))
}

fn take_over(args: &ImportArgs) -> Result<(), StartError> {
    let loaded = load(&args.config, args.overrides())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::failed("starting threads", &error))?;
    let report = runtime.block_on(import::import(&loaded, args))?;
    let written = std::io::stdout().lock().write_all(report.as_bytes());
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
            assemble::configure_dialects(&load(args, Overrides::new())?)?;
            "the configuration is good\n".to_owned()
        }
        ConfigAction::Print(args) => {
            assemble::effective_config(&load(args, Overrides::new())?)?.to_string()
        }
        ConfigAction::Schema => {
            format!("{:#}\n", config::document_schema())
        }
    };
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| StartError::failed("writing to standard output", &error))
}
