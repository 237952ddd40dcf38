//! The operators' listener: `/healthz`, `/readyz`, `/metrics`, `/keygen/flush`, and `/openapi.json`,
//! which describes them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dialect_api::{Response, json_bytes, response};
use http::{Method, StatusCode};
use hyper::body::Incoming;
use keygen::Generator;
use keypair_core::ports::Store;
use serde::Serialize;

use crate::listener::Answer;
use crate::observe::{Metrics, chain};

/// A store that takes longer is not ready.
const PING_TIME: Duration = Duration::from_secs(2);
const JSON: &str = "application/json";
/// The document as it stands in the crate's folder.
const DOCUMENT: &[u8] = include_bytes!("../openapi.json");
const PROMETHEUS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers the operators.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) generator: Arc<Generator>,
}

/// What the listener is asked for.
#[derive(Clone, Copy)]
enum Ask {
    Health,
    Readiness,
    Metrics,
    Flush,
    Description,
}

impl Ask {
    fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/healthz" => Self::Health,
            "/readyz" => Self::Readiness,
            "/metrics" => Self::Metrics,
            "/keygen/flush" => Self::Flush,
            "/openapi.json" => Self::Description,
            _ => return None,
        })
    }

    /// The methods that it has, for people and for comparing.
    fn allow(self) -> &'static str {
        match self {
            Self::Flush => "POST",
            Self::Health | Self::Readiness | Self::Metrics | Self::Description => "GET, HEAD",
        }
    }

    fn has(self, method: &Method) -> bool {
        self.allow()
            .split(", ")
            .any(|known| known == method.as_str())
    }
}

#[derive(Serialize)]
struct Flushed {
    /// How many ready keys were dropped.
    dropped: usize,
}

#[derive(Serialize)]
struct Status<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Answer for Admin {
    async fn answer(&self, request: http::Request<Incoming>, _: &'static str) -> Response {
        let Some(ask) = Ask::of(request.uri().path()) else {
            return status(StatusCode::NOT_FOUND, "not found", None);
        };
        if !ask.has(request.method()) {
            let mut refused = status(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", None);
            let allow = http::HeaderValue::from_static(ask.allow());
            refused.headers_mut().insert(http::header::ALLOW, allow);
            return refused;
        }
        match ask {
            Ask::Health => status(StatusCode::OK, "ok", None),
            Ask::Readiness => self.ready().await,
            Ask::Metrics => {
                let text = Bytes::from(self.metrics.exposition());
                response(StatusCode::OK, PROMETHEUS, text)
            }
            Ask::Flush => {
                let dropped = self.generator.flush();
                response(StatusCode::OK, JSON, json_bytes(&Flushed { dropped }))
            }
            Ask::Description => response(StatusCode::OK, JSON, Bytes::from_static(DOCUMENT)),
        }
    }
}

impl Admin {
    async fn ready(&self) -> Response {
        let reason = match tokio::time::timeout(PING_TIME, self.store.ping()).await {
            Ok(Ok(())) => return status(StatusCode::OK, "ready", None),
            Ok(Err(error)) => {
                tracing::warn!(cause = chain(&error), "the store does not answer");
                "the store does not answer"
            }
            Err(_) => "the store does not answer in time",
        };
        status(
            StatusCode::SERVICE_UNAVAILABLE,
            "not ready",
            Some(reason.to_owned()),
        )
    }
}

fn status(code: StatusCode, status: &str, reason: Option<String>) -> Response {
    response(code, JSON, json_bytes(&Status { status, reason }))
}
