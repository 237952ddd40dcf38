//! The way to the collector of traces: plain HTTP, on the server's own runtime.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

/// How long a collector has to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is read of an answer.
const ANSWER_BYTES: usize = 64 * 1024;
/// How often a collector's absence is told of.
const COMPLAIN_EVERY: Duration = Duration::from_secs(300);

/// Sends what a thread of its own hands it. That thread has no reactor, so the work is done on the
/// server's runtime.
#[derive(Debug)]
pub(super) struct Collector {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
    began: Instant,
    /// Seconds from `began` to the next complaint.
    silent_until: AtomicU64,
}

impl Collector {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            runtime,
            began: Instant::now(),
            silent_until: AtomicU64::new(0),
        }
    }

    fn complain(&self, cause: &str) {
        let now = self.began.elapsed().as_secs();
        if now >= self.silent_until.load(Ordering::Relaxed) {
            let until = now.saturating_add(COMPLAIN_EVERY.as_secs());
            self.silent_until.store(until, Ordering::Relaxed);
            tracing::warn!(cause, "traces could not be sent and are dropped");
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let answer = client.request(request.map(Full::new)).await?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, ANSWER_BYTES).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        let in_time = async { tokio::time::timeout(PATIENCE, exchange).await };
        let sent = match self.runtime.spawn(in_time).await {
            Ok(Ok(sent)) => sent,
            Ok(Err(late)) => Err(late.into()),
            Err(gone) => Err(gone.into()),
        };
        match &sent {
            Ok(answer) if !answer.status().is_success() => self.complain(answer.status().as_str()),
            Ok(_) => {}
            Err(error) => self.complain(&super::chain(&**error)),
        }
        sent
    }
}
