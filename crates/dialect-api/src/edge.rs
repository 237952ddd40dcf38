//! Refusals of the gateway itself, which the dialect words.

use std::time::Duration;

use http::Method;

/// Whose fault an error is: what metrics, log levels and service objectives read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The caller can mend it.
    Client,
    /// We must mend it.
    Server,
}

/// A refusal that comes from the gateway's own rules.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EdgeError {
    /// No such path.
    #[error("no such path")]
    RouteNotFound,
    /// The path has no such method.
    #[error("no such method on the path")]
    MethodNotAllowed {
        /// The methods it has.
        allow: &'static [Method],
    },
    /// The body is longer than the dialect or the config permits.
    #[error("the body is longer than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The most bytes.
        limit_bytes: usize,
    },
    /// Nobody knows the caller.
    #[error("the caller is not authenticated")]
    Unauthenticated,
    /// The tenant calls too often.
    #[error("too many calls")]
    RateLimited {
        /// So many calls …
        limit: u32,
        /// … are allowed in this many seconds.
        period_seconds: u32,
        /// When to try again.
        retry_after: Duration,
    },
    /// The gateway has too much in flight.
    #[error("too many calls in flight")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The call took too long.
    #[error("the deadline has passed")]
    DeadlineExceeded,
    /// A defect of ours.
    #[error("internal error")]
    Internal,
}

impl EdgeError {
    /// The variant's name, for tests and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RouteNotFound => "RouteNotFound",
            Self::MethodNotAllowed { .. } => "MethodNotAllowed",
            Self::BodyTooLarge { .. } => "BodyTooLarge",
            Self::Unauthenticated => "Unauthenticated",
            Self::RateLimited { .. } => "RateLimited",
            Self::Overloaded { .. } => "Overloaded",
            Self::DeadlineExceeded => "DeadlineExceeded",
            Self::Internal => "Internal",
        }
    }

    /// One value of every variant, so that tests can demand an answer to each.
    pub fn examples() -> Vec<Self> {
        const ALLOW: &[Method] = &[Method::GET, Method::POST];
        vec![
            Self::RouteNotFound,
            Self::MethodNotAllowed { allow: ALLOW },
            Self::BodyTooLarge {
                limit_bytes: 65_536,
            },
            Self::Unauthenticated,
            Self::RateLimited {
                limit: 10,
                period_seconds: 60,
                retry_after: Duration::from_millis(5_200),
            },
            Self::Overloaded {
                retry_after: Duration::from_secs(1),
            },
            Self::DeadlineExceeded,
            Self::Internal,
        ]
    }
}

/// A time to wait in whole seconds, rounded up: whoever comes back then is not too early.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0))
}
