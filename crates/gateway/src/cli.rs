//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use toml::Value;

use crate::config::{LogFormat, Overrides};
use crate::selftest::SelftestArgs;

/// One server that speaks the SSH key-pair APIs of several clouds.
#[derive(Debug, Parser)]
#[command(name = "keyglot", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server (also without a sub-command).
    Serve(ServeArgs),
    /// Take over the key pairs that another program has stored in files.
    Import(ImportArgs),
    /// Try out a running gateway: make, list, show and delete a key pair through its public API.
    Selftest(SelftestArgs),
    /// Print a script that completes this program's arguments in a shell.
    Completions {
        /// The shell that reads the script.
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff).
    Man,
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigAction {
    /// Check the configuration and say what is wrong with it.
    Check(ConfigArgs),
    /// Print the configuration in force, every default included, secrets left out.
    Print(ConfigArgs),
    /// Print the JSON Schema of the configuration file.
    Schema,
    /// Print a description of every setting (Markdown).
    Docs,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE", env = "KEYGLOT_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The dialect whose API the other program speaks.
    pub(crate) dialect: String,
    /// The other program's data folder. It is read, never written.
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Where key pairs are kept: redb:DIR (which no running server may have open), redis://…
    #[arg(long, value_name = "STORE", env = "KEYGLOT_STORE")]
    store: Option<String>,
    /// A TOML file with the passphrases of protected private keys: "PARTITION/NAME" = "…"
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrases: Option<PathBuf>,
    /// Take over what can be read even if something cannot.
    #[arg(long)]
    pub(crate) skip_unreadable: bool,
}

impl ImportArgs {
    /// What was said here, over the file and the environment.
    pub(crate) fn overrides(&self) -> Overrides {
        let store = self.store.clone().map(Value::String);
        store.map(|store| ("store", store)).into_iter().collect()
    }
}

#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Address and port that all dialects share; port 0 picks a free one.
    #[arg(long, value_name = "ADDR:PORT", env = "KEYGLOT_LISTEN")]
    listen: Option<SocketAddr>,
    /// Address and port of /healthz, /readyz and /metrics.
    #[arg(long, value_name = "ADDR:PORT", env = "KEYGLOT_ADMIN_LISTEN")]
    admin_listen: Option<SocketAddr>,
    /// Where key pairs are kept: memory, redb:DIR, redis://…
    #[arg(long, value_name = "STORE", env = "KEYGLOT_STORE")]
    store: Option<String>,
    /// How log lines look.
    #[arg(long, value_name = "FORMAT", env = "KEYGLOT_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    /// Offer the published demo accounts on an address that is not loopback.
    #[arg(long)]
    allow_demo_accounts: bool,
}

impl ServeArgs {
    /// What was said here, over the file and the environment.
    pub(crate) fn overrides(&self) -> Overrides {
        let mut overrides = Overrides::new();
        let mut put = |key, value: Option<Value>| {
            if let Some(value) = value {
                overrides.insert(key, value);
            }
        };
        put(
            "listen",
            self.listen
                .map(|address| Value::String(address.to_string())),
        );
        put(
            "admin_listen",
            self.admin_listen
                .map(|address| Value::String(address.to_string())),
        );
        put("store", self.store.clone().map(Value::String));
        let log_format = self
            .log_format
            .and_then(|format| Value::try_from(format).ok());
        put("log_format", log_format);
        put(
            "allow_demo_accounts",
            self.allow_demo_accounts.then_some(Value::Boolean(true)),
        );
        overrides
    }
}
