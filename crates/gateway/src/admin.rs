//! The operators' listener: `/healthz`, `/readyz`, `/metrics`, and `/openapi.json`, which describes
//! them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dialect_api::{Response, json_bytes, response};
use http::{Method, StatusCode};
use hyper::body::Incoming;
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
}

#[derive(Serialize)]
struct Status<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Answer for Admin {
    async fn answer(&self, request: http::Request<Incoming>) -> Response {
        let path = request.uri().path();
        if !matches!(path, "/healthz" | "/readyz" | "/metrics" | "/openapi.json") {
            return status(StatusCode::NOT_FOUND, "not found", None);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = status(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", None);
            let allow = http::HeaderValue::from_static("GET, HEAD");
            refused.headers_mut().insert(http::header::ALLOW, allow);
            return refused;
        }
        match path {
            "/metrics" => {
                let text = Bytes::from(self.metrics.exposition());
                response(StatusCode::OK, PROMETHEUS, text)
            }
            "/readyz" => self.ready().await,
            "/openapi.json" => response(StatusCode::OK, JSON, Bytes::from_static(DOCUMENT)),
            _ => status(StatusCode::OK, "ok", None),
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
