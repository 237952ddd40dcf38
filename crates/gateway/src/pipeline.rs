//! The fixed order in which every request of every dialect is worked on, and the one exit for
//! errors: permit, body, route, authenticate, rate limit, call, render.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use dialect_api::{
    Accounts, Blame, Body, Caller, Descriptor, Dialect, EdgeError, Operation, Ports, Request,
    RequestContext, Response, WireError,
};
use futures_util::FutureExt;
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use identity::{AccountDirectory, DirectoryPorts};
use keypair_core::Realm;
use keypair_core::ports::{Entropy, Store};
use keypair_core::service::Service;
use tokio::time::{Instant as Deadline, timeout_at};
use tracing::Instrument as _;
use zeroize::Zeroizing;

use crate::limits::{CallRules, InFlightLimit, RateLimiter};
use crate::observe::{Access, Metrics, traces};

/// When a caller that was turned away for load should come back.
const OVERLOAD_RETRY: Duration = Duration::from_secs(1);
/// How much of a body that is too long is still read, so that its sender gets to see the answer
/// instead of a reset connection.
const DRAIN_BYTES: usize = 4 * 1024 * 1024;

/// What all dialects share at work.
pub(crate) struct Gate {
    /// The domain.
    pub(crate) service: Service,
    /// The store, for the revocations and accounts that directories keep in it.
    pub(crate) store: Arc<dyn Store>,
    /// Randomness, for the accounts that directories make.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Calls per time.
    pub(crate) rates: RateLimiter,
    /// Calls at once.
    pub(crate) in_flight: InFlightLimit,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
}

impl Gate {
    /// The directory over a dialect's accounts, whose log-in tokens are signed with the key.
    pub(crate) fn directory(
        &self,
        dialect: &str,
        accounts: Accounts,
        realm: Realm,
        token_key: Zeroizing<[u8; 32]>,
    ) -> Result<AccountDirectory, String> {
        let ports = DirectoryPorts {
            signing_key: token_key,
            store: Arc::clone(&self.store),
            entropy: Arc::clone(&self.entropy),
            realm,
        };
        AccountDirectory::new(dialect, accounts, ports).map_err(|error| error.to_string())
    }
}

/// A dialect joined with what it works on.
pub(crate) struct Mounted<D> {
    dialect: D,
    descriptor: Descriptor,
    directory: AccountDirectory,
    realm: Realm,
    max_body_bytes: usize,
    rules: CallRules,
    gate: Arc<Gate>,
}

impl<D: Dialect> Mounted<D> {
    pub(crate) fn new(
        dialect: D,
        directory: AccountDirectory,
        realm: Realm,
        rules: CallRules,
        gate: Arc<Gate>,
    ) -> Self {
        let descriptor = dialect.descriptor();
        let own = descriptor.max_body_bytes;
        let max_body_bytes = rules.max_body_bytes.map_or(own, |limit| limit.min(own));
        Self {
            dialect,
            descriptor,
            directory,
            realm,
            max_body_bytes,
            rules,
            gate,
        }
    }

    pub(crate) fn dialect(&self) -> &D {
        &self.dialect
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    pub(crate) fn realm(&self) -> &Realm {
        &self.realm
    }
}

/// Answers one request. Every answer, and every error of every step, leaves through here.
pub(crate) async fn serve<D: Dialect>(
    mounted: &Mounted<D>,
    head: Parts,
    body: Incoming,
    cx: RequestContext,
) -> Response {
    let started = Instant::now();
    let gate = &*mounted.gate;
    let span = traces::request(mounted.descriptor.name, &head, &cx);
    let mut access = Access::new(mounted.descriptor.name, span.clone());
    let (request, outcome) = match gate.in_flight.try_take() {
        None => (without_body(head), Err(overloaded().into())),
        Some(_place) => {
            let _counted = gate.metrics.count_in_flight();
            let deadline = Deadline::now() + mounted.rules.call_timeout;
            match read_body(body, mounted.max_body_bytes, mounted.rules.body_timeout).await {
                Err(error) => (without_body(head), Err(error.into())),
                Ok(body) => {
                    let request = Request::new(head, body);
                    let outcome = {
                        // Pinned where it is made: every layer around it would move it, and it is
                        // large.
                        let steps = pin!(steps(mounted, &request, &cx, deadline, &mut access));
                        AssertUnwindSafe(steps)
                            .catch_unwind()
                            .instrument(span)
                            .await
                    };
                    let outcome = outcome.unwrap_or_else(|_| Err(EdgeError::Internal.into()));
                    (request, outcome)
                }
            }
        }
    };
    let (response, error) = match outcome {
        Ok(response) => {
            access.succeeded(response.status());
            (response, None)
        }
        Err(error) => {
            let rendered = render(mounted, &error, &request.head, &cx, &mut access);
            (rendered, Some(error))
        }
    };
    let duration = started.elapsed();
    gate.metrics.request(&access, duration);
    access.log(&mounted.dialect, &request, &cx, duration, error.as_ref());
    response
}

fn overloaded() -> EdgeError {
    EdgeError::Overloaded {
        retry_after: OVERLOAD_RETRY,
    }
}

/// What there is of a request whose body was never read.
fn without_body(head: Parts) -> Request {
    Request::new(head, Body::Whole(Bytes::new()))
}

/// Lets the dialect word an error. Should that panic, the answer has no body: there is no one left
/// to word it.
fn render<D: Dialect>(
    mounted: &Mounted<D>,
    error: &D::Error,
    head: &Parts,
    cx: &RequestContext,
    access: &mut Access,
) -> Response {
    let rendered =
        std::panic::catch_unwind(AssertUnwindSafe(|| mounted.dialect.render(error, head, cx)));
    let (response, blame) = match rendered {
        Ok(response) => (response, error.blame()),
        Err(_) => (
            dialect_api::empty_response(http::StatusCode::INTERNAL_SERVER_ERROR),
            Blame::Server,
        ),
    };
    access.failed(response.status(), error.code(), blame);
    response
}

/// Route, authenticate, rate limit, call: under one deadline.
///
/// A client that goes away drops this future at whatever await it is in. That is safe without a
/// task of its own for mutations, because every mutation is one step of the store that goes
/// through once it was sent, and what comes before it (a generated key) is nobody's yet.
async fn steps<D: Dialect>(
    mounted: &Mounted<D>,
    request: &Request,
    cx: &RequestContext,
    deadline: Deadline,
    access: &mut Access,
) -> Result<Response, D::Error> {
    let Mounted {
        dialect,
        directory,
        gate,
        ..
    } = mounted;
    let work = pin!(async {
        let operation = dialect.route(request, cx)?;
        access.operation = operation.name();
        let caller = dialect
            .authenticate(operation, request, cx, directory)
            .instrument(traces::step("authenticate"))
            .await?;
        access.tenant = Some(caller.tenant.clone());
        check_rate(mounted, operation, request, &caller)?;
        let ports = Ports {
            keypairs: &gate.service,
            quotas: &gate.service,
            notes: &gate.service,
            directory,
        };
        dialect
            .call(operation, request, &caller, cx, ports)
            .instrument(traces::step("call"))
            .await
    });
    match timeout_at(deadline, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(EdgeError::DeadlineExceeded.into()),
    }
}

fn check_rate<D: Dialect>(
    mounted: &Mounted<D>,
    operation: D::Operation,
    request: &Request,
    caller: &Caller,
) -> Result<(), EdgeError> {
    let gate = &*mounted.gate;
    let own = mounted.dialect.rate_rule(operation, &request.head);
    let Some(rule) = own.or_else(|| mounted.rules.rate_rule(operation.class())) else {
        return Ok(());
    };
    let checked = gate
        .rates
        .check(mounted.descriptor.name, &caller.tenant, rule);
    if checked.is_err() {
        gate.metrics
            .rate_limited(mounted.descriptor.name, operation.class());
    }
    checked
}

/// Reads a body of at most `limit_bytes`, and never holds more of it than that.
///
/// # Errors
/// [`EdgeError::DeadlineExceeded`] when it does not arrive, or not whole.
async fn read_body(
    mut body: Incoming,
    limit_bytes: usize,
    time: Duration,
) -> Result<Body, EdgeError> {
    if body.is_end_stream() {
        return Ok(Body::Whole(Bytes::new()));
    }
    let deadline = Deadline::now() + time;
    let announced = body.size_hint().lower();
    let mut too_large = announced > limit_bytes as u64;
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut seen = 0_usize;
    loop {
        // A body that never arrives whole (a slow client, a broken chunk, a closed connection) has
        // run out of its time, one way or the other.
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) | Ok(Some(Err(_))) => return Err(EdgeError::DeadlineExceeded),
            Ok(None) => break,
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        too_large |= seen > limit_bytes;
        if too_large {
            (first, rest) = (Bytes::new(), BytesMut::new());
            if seen > limit_bytes.saturating_add(DRAIN_BYTES) {
                break;
            }
        } else if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    if too_large {
        return Ok(Body::TooLarge { limit_bytes });
    }
    Ok(Body::Whole(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    }))
}

#[cfg(test)]
mod tests;
