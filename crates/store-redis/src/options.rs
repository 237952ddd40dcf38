//! How the store is reached.

use std::time::Duration;

use crate::failure::Failure;

/// How the store uses its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisOptions {
    /// What all keys begin with, so that several can share a server. Default `keyglot:`.
    pub key_prefix: String,
    /// How long an answer may take. Default 500 ms. A caller waits for this and
    /// `connection_timeout` together at most.
    pub response_timeout: Duration,
    /// How long a connection may take. Default 1 s.
    pub connection_timeout: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            key_prefix: "keyglot:".to_owned(),
            response_timeout: Duration::from_millis(500),
            connection_timeout: Duration::from_secs(1),
        }
    }
}

/// Why the store cannot be reached. Holds nothing of the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("not an address of a Redis server that can be reached")]
    Address,
    /// The server could not be reached, or refused.
    #[error("the server cannot be used")]
    Server(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds key pairs in a format of another version.
    #[error("the server holds format {found}, and this version reads format {known} only")]
    UnknownFormat {
        /// What the server holds.
        found: String,
        /// What this version reads.
        known: &'static str,
    },
}

impl From<Failure> for ConnectError {
    fn from(failure: Failure) -> Self {
        Self::Server(failure.into())
    }
}
