//! Every setting of the gateway, its unit and its default. The dialects' sections are theirs: they
//! stand beside these keys in the same file and are read by [`crate::front_ends`].

mod files;
mod load;
mod place;
mod reference;
mod schema;

pub(crate) use load::{Loaded, Overrides, bad_value, files_named, load};
pub(crate) use place::with_line;
pub(crate) use reference::reference;
pub(crate) use schema::document_schema;

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use dialect_api::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A setting that cannot be: what is printed on one line before exit code 2.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        file: PathBuf,
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{file}: line {line}: {problem}")]
    NotToml {
        file: PathBuf,
        line: usize,
        problem: String,
    },
    /// A key that nobody knows.
    #[error("{origin}: unknown key `{key}`{hint}")]
    UnknownKey {
        origin: String,
        key: String,
        hint: String,
    },
    /// A value that cannot be.
    #[error("{origin}: {key}: {problem}")]
    BadValue {
        origin: String,
        key: String,
        problem: String,
    },
}

/// The gateway's own settings: the top level of `keyglot.toml` without the dialects' sections.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Address and port that all dialects share. Port 0 picks a free one. Default `127.0.0.1:8080`.
    #[schemars(with = "String")]
    pub(crate) listen: SocketAddr,
    /// Address and port of `/healthz`, `/readyz` and `/metrics`. Default `127.0.0.1:9090`.
    #[schemars(with = "String")]
    pub(crate) admin_listen: SocketAddr,
    /// Where key pairs are kept: `memory`, `redb:DIR`, `redis://…`. Default `memory`.
    pub(crate) store: String,
    /// How log lines look: `text` or `json`. Default `text`.
    pub(crate) log_format: LogFormat,
    /// Which log lines are written, in the syntax of `RUST_LOG`; libraries never write below
    /// `info`. Default `info`.
    pub(crate) log_filter: String,
    /// The address that clients reach the gateway by, `http(s)://host[:port]`, for links in
    /// answers. Default: taken from each request.
    pub(crate) public_url: Option<String>,
    /// Seconds that calls in flight get to finish after SIGTERM. Default 10.
    pub(crate) shutdown_grace: u64,
    /// Offer the published demo accounts on an address that is not loopback. Default `false`.
    pub(crate) allow_demo_accounts: bool,
    /// Seconds between two looks at the configuration file and the files that it names; a change is
    /// put in force as SIGHUP does. 0: only SIGHUP does. Default 5.
    pub(crate) watch_interval: u64,
    /// The certificate of the dialects' listeners. Default: none, and plain HTTP.
    pub(crate) tls: Option<Tls>,
    /// Where traces of calls are sent.
    pub(crate) traces: Traces,
    /// What a caller may take of the gateway.
    pub(crate) limits: Limits,
    /// How private keys are generated.
    pub(crate) keygen: Keygen,
    /// How kept private keys are sealed.
    pub(crate) sealing: Sealing,
    /// How log-in tokens are signed.
    pub(crate) tokens: Tokens,
    /// How the Redis store is reached.
    pub(crate) redis: Redis,
    /// Further listeners, each with one dialect whose root is `/` there.
    pub(crate) listener: Vec<DedicatedListener>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            admin_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
            store: "memory".to_owned(),
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            public_url: None,
            shutdown_grace: 10,
            allow_demo_accounts: false,
            watch_interval: 5,
            tls: None,
            traces: Traces::default(),
            limits: Limits::default(),
            keygen: Keygen::default(),
            sealing: Sealing::default(),
            tokens: Tokens::default(),
            redis: Redis::default(),
            listener: Vec::new(),
        }
    }
}

/// How log lines look.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// TLS 1.2 and 1.3 on the dialects' listeners, also on those of one dialect's own; the admin listener
/// stays plain. A changed certificate serves new connections.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// The certificate and those between it and its root, PEM, the server's own first (or
    /// `certificate_file`).
    pub(crate) certificate: String,
    /// Its private key, PEM (or `key_file`).
    pub(crate) key: Secret,
}

/// Where traces of calls are sent. A call's `traceparent` header says whose part it is, and whether
/// it is traced.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Traces {
    /// A collector that takes OTLP over HTTP, `http://host:port`. Default: none, and no traces.
    pub(crate) endpoint: Option<String>,
    /// The share of calls that are traced, of those that come without a decision: 0.0 to 1.0.
    /// Default 1.0.
    pub(crate) sample_ratio: f64,
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            endpoint: None,
            sample_ratio: 1.0,
        }
    }
}

/// What a caller may take of the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Calls worked on at once; one more is refused in its dialect's words. Default 1024.
    pub(crate) max_in_flight: usize,
    /// Connections open at once; further ones wait to be accepted. Default 4096.
    pub(crate) max_connections: usize,
    /// Bytes of a request body. Lowers what each dialect permits, never raises it.
    /// Default: the dialects' own.
    pub(crate) max_body_bytes: Option<usize>,
    /// Seconds in which a request's head must arrive, also on a connection kept alive. Default 30.
    pub(crate) header_timeout: u64,
    /// Seconds in which a request's body must arrive. Default 20.
    pub(crate) body_timeout: u64,
    /// Seconds that a call may take, its body included. Default 60.
    pub(crate) call_timeout: u64,
    /// Calls a second of each class that one tenant may make of one dialect, where the dialect has
    /// no rule of its own. Default: no limit.
    pub(crate) rate: RateLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_in_flight: 1024,
            max_connections: 4096,
            max_body_bytes: None,
            header_timeout: 30,
            body_timeout: 20,
            call_timeout: 60,
            rate: RateLimits::default(),
        }
    }
}

/// Calls a second by the class of the operation.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RateLimits {
    /// Version documents and log-in, per tenant once it is known. Default: no limit.
    pub(crate) discovery: Option<u32>,
    /// Reads. Default: no limit.
    pub(crate) read: Option<u32>,
    /// Changes that generate nothing. Default: no limit.
    pub(crate) write: Option<u32>,
    /// Calls that may generate a key. Default: no limit.
    pub(crate) generate: Option<u32>,
}

/// How private keys are generated.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Keygen {
    /// RSA keys generated at once. Default: one less than the machine's cores, at least 1.
    pub(crate) threads: Option<NonZeroUsize>,
    /// Callers that may wait for a generator; one more is told to come back later. Default 256.
    pub(crate) queue: usize,
    /// Whether RSA keys of 1024 bits are generated. Default `false`.
    pub(crate) allow_rsa_1024: bool,
    /// What is generated ahead.
    pub(crate) pool: Pool,
}

impl Default for Keygen {
    fn default() -> Self {
        Self {
            threads: None,
            queue: 256,
            allow_rsa_1024: false,
            pool: Pool::default(),
        }
    }
}

/// RSA keys that are generated ahead, so that a create need not wait. They are kept in memory only;
/// with all sizes 0 none is. SIGUSR1, or `POST /keygen/flush` on the admin listener, drops them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Pool {
    /// Keys of 1024 bits kept ready, where these are allowed. Default 0.
    pub(crate) rsa_1024: u16,
    /// Keys of 2048 bits kept ready. Default 64.
    pub(crate) rsa_2048: u16,
    /// Keys of 3072 bits kept ready. Default 0.
    pub(crate) rsa_3072: u16,
    /// Keys of 4096 bits kept ready. Default 8.
    pub(crate) rsa_4096: u16,
    /// Threads of low priority that fill the pools. Default 1.
    pub(crate) threads: NonZeroUsize,
    /// The share of its time that such a thread works, in hundredths. Default 50.
    pub(crate) duty_percent: Percent,
    /// Seconds that a key is kept ready. Default 3600.
    pub(crate) max_age: u64,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            rsa_1024: 0,
            rsa_2048: 64,
            rsa_3072: 0,
            rsa_4096: 8,
            threads: NonZeroUsize::MIN,
            duty_percent: Percent(50),
            max_age: 3600,
        }
    }
}

/// A share, in hundredths: 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
pub(crate) struct Percent(#[schemars(range(min = 1, max = 100))] u8);

impl TryFrom<u8> for Percent {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            1..=100 => Ok(Self(number)),
            _ => Err("must be 1 to 100"),
        }
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

/// How kept private keys are sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sealing {
    /// The server key: 32 bytes as hex or base64 (or `key_file`). Default: with the memory store
    /// one drawn at start; with other stores none, and private keys are not kept.
    pub(crate) key: Option<Secret>,
    /// Earlier server keys (or `older_keys_files`), which still open what they sealed. Default:
    /// none.
    pub(crate) older_keys: Vec<Secret>,
}

/// How log-in tokens are signed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tokens {
    /// The signing key: 32 bytes as hex or base64 (or `signing_key_file`); the same on every
    /// replica. A new one ends every session. Default: one drawn at start.
    pub(crate) signing_key: Option<Secret>,
}

/// How the Redis store is reached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Redis {
    /// What every Redis key starts with. Default `keyglot:`.
    pub(crate) key_prefix: String,
    /// Milliseconds to wait for an answer. Default 2000.
    pub(crate) response_timeout_ms: u64,
    /// Milliseconds to wait for a connection. Default 2000.
    pub(crate) connection_timeout_ms: u64,
}

impl Default for Redis {
    fn default() -> Self {
        Self {
            key_prefix: "keyglot:".to_owned(),
            response_timeout_ms: 2000,
            connection_timeout_ms: 2000,
        }
    }
}

/// A listener of one dialect's own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DedicatedListener {
    /// Address and port.
    #[schemars(with = "String")]
    pub(crate) listen: SocketAddr,
    /// The dialect, by its section's name.
    pub(crate) dialect: String,
}
