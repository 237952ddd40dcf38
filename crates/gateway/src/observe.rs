//! What operators see: the log, the access line, the metrics, the traces.

mod collector;
mod generator;
mod instrumented;
mod logging;
mod operation;
mod ready;
pub(crate) mod traces;

pub(crate) use instrumented::{InstrumentedGenerator, InstrumentedStore};
pub(crate) use logging::{LogFilter, check, start_logging};

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dialect_api::{Blame, Dialect, OperationClass, Request, RequestContext};
use http::StatusCode;
use keygen::Generator;
use keypair_core::{KeySpec, TenantId};
use opentelemetry::trace::TraceId;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tracing::Span;
use tracing::field::display;

use self::generator::GeneratorCollector;
use self::operation::{Operation, Process};
use self::ready::Ready;

/// What is known of a request besides the request. Neither it nor the access line ever holds a
/// header, a body, a query string, a key or a token: signatures travel in queries, so only the path
/// is logged, and of that only what the dialect lets out.
pub(crate) struct Access {
    pub(crate) operation: &'static str,
    pub(crate) tenant: Option<TenantId>,
    dialect: &'static str,
    status: u16,
    code: &'static str,
    blame: Option<Blame>,
    span: Span,
}

impl Access {
    /// Of a request to a dialect whose span is this.
    pub(crate) fn new(dialect: &'static str, span: Span) -> Self {
        Self {
            span,
            operation: "none",
            tenant: None,
            dialect,
            status: 0,
            code: "ok",
            blame: None,
        }
    }

    pub(crate) fn succeeded(&mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    pub(crate) fn failed(&mut self, status: StatusCode, code: &'static str, blame: Blame) {
        self.status = status.as_u16();
        self.code = code;
        self.blame = Some(blame);
    }

    /// The access line and the same in the span; and for our own faults, once, the chain of causes.
    pub(crate) fn log<D: Dialect>(
        &self,
        dialect: &D,
        request: &Request,
        cx: &RequestContext,
        duration: Duration,
        error: Option<&D::Error>,
    ) {
        let request_id = cx.request_id.as_uuid();
        let trace_id = self.record_in_span();
        let trace_id = trace_id.as_ref().map(display);
        if self.blame == Some(Blame::Server) {
            let cause = error.map(|error| chain(error)).unwrap_or_default();
            tracing::error!(
                %request_id,
                trace_id,
                dialect = self.dialect,
                operation = self.operation,
                error.code = self.code,
                cause,
                "request failed"
            );
        }
        // The values are worked out only if somebody listens.
        tracing::info!(
            %request_id,
            trace_id,
            dialect = self.dialect,
            operation = self.operation,
            tenant = self.tenant.as_ref().map_or("", TenantId::as_str),
            http.method = request.head.method.as_str(),
            http.path = &*dialect.loggable_path(&request.head),
            http.status = self.status,
            error.code = self.code,
            blame = self.blame(),
            body_bytes = request.body().map_or(0, Bytes::len),
            duration_ms = duration.as_secs_f64() * 1e3,
            "request"
        );
    }

    fn blame(&self) -> &'static str {
        match self.blame {
            None => "none",
            Some(Blame::Client) => "client",
            Some(Blame::Server) => "server",
        }
    }

    /// Completes the span, and gives the trace that it belongs to, if it is kept.
    fn record_in_span(&self) -> Option<TraceId> {
        let span = &self.span;
        if span.is_disabled() {
            return None;
        }
        span.record("operation", self.operation);
        if let Some(tenant) = &self.tenant {
            span.record("tenant", tenant.as_str());
        }
        // As a signed number: an unsigned one is sent as a text.
        span.record("http.status", i64::from(self.status));
        span.record("error.code", self.code);
        span.record("blame", self.blame());
        if self.blame == Some(Blame::Server) {
            span.record("otel.status_code", "ERROR");
        }
        traces::trace_id(span)
    }
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    dialect: &'static str,
    operation: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    dialect: &'static str,
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    dialect: &'static str,
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KeyLabels {
    algorithm: &'static str,
    bits: u16,
}

impl KeyLabels {
    fn of(spec: KeySpec) -> Self {
        let (algorithm, bits) = match spec {
            KeySpec::Rsa { bits } => ("rsa", bits),
            KeySpec::Ed25519 => ("ed25519", 256),
        };
        Self { algorithm, bits }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StoreLabels {
    backend: &'static str,
    op: &'static str,
}

/// What every call counts in.
struct CallMetrics {
    answered: Counter,
    seconds: Histogram,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Every metric of the process. None has a tenant in its labels.
pub(crate) struct Metrics {
    in_flight: Gauge,
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histograms<OperationLabels>,
    generate_seconds: Histograms<KeyLabels>,
    store_seconds: Histograms<StoreLabels>,
    rate_limited: Family<ClassLabels, Counter>,
    /// By dialect, operation and code: of the two families what a call counts in.
    calls: Ready<CallMetrics, 3>,
    /// By store and step.
    store_steps: Ready<Histogram, 2>,
    /// What operators watch besides calls.
    pub(crate) operation: Operation,
}

fn from_fifty_microseconds() -> Histogram {
    Histogram::new(exponential_buckets(50e-6, 2.5, 14))
}

impl Metrics {
    /// Registers everything.
    pub(crate) fn new(generator: &Arc<Generator>) -> Arc<Self> {
        let mut all = Registry::default();
        all.register_collector(Box::new(Process::new()));
        let registry = all.sub_registry_with_prefix("keyglot");
        let operation = Operation::new(registry);
        let in_flight = Gauge::<i64>::default();
        let requests = Family::default();
        let rate_limited = Family::default();
        let request_seconds = Histograms::new_with_constructor(from_fifty_microseconds as _);
        let generate_seconds = Histograms::new_with_constructor(from_fifty_microseconds as _);
        let store_seconds = Histograms::new_with_constructor(from_fifty_microseconds as _);
        registry.register("in_flight", "Calls being worked on", in_flight.clone());
        registry.register("requests", "Calls answered", Family::clone(&requests));
        registry.register(
            "request_seconds",
            "Time per call",
            Family::clone(&request_seconds),
        );
        registry.register(
            "generate_seconds",
            "Time per private key, waiting included",
            Family::clone(&generate_seconds),
        );
        registry.register(
            "store_seconds",
            "Time per store step",
            Family::clone(&store_seconds),
        );
        registry.register(
            "rate_limited",
            "Calls refused for their number per time",
            Family::clone(&rate_limited),
        );
        registry.register_collector(Box::new(GeneratorCollector(Arc::clone(generator))));
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What is running", build);
        Arc::new(Self {
            in_flight,
            registry: all,
            requests,
            request_seconds,
            generate_seconds,
            store_seconds,
            rate_limited,
            calls: Ready::default(),
            store_steps: Ready::default(),
            operation,
        })
    }

    /// Counts a call as being worked on until the guard is dropped, by its end or by a client that
    /// goes away.
    pub(crate) fn count_in_flight(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    pub(crate) fn request(&self, access: &Access, duration: Duration) {
        let Access {
            dialect,
            operation,
            code,
            ..
        } = *access;
        let make = || CallMetrics {
            answered: self.requests.get_or_create_owned(&RequestLabels {
                dialect,
                operation,
                code,
            }),
            seconds: self
                .request_seconds
                .get_or_create_owned(&OperationLabels { dialect, operation }),
        };
        self.calls.count([dialect, operation, code], make, |call| {
            call.answered.inc();
            call.seconds.observe(duration.as_secs_f64());
        });
    }

    pub(crate) fn rate_limited(&self, dialect: &'static str, class: OperationClass) {
        let class = match class {
            OperationClass::Discovery => "discovery",
            OperationClass::Read => "read",
            OperationClass::Write => "write",
            OperationClass::Generate => "generate",
        };
        self.rate_limited
            .get_or_create(&ClassLabels { dialect, class })
            .inc();
    }

    fn generated(&self, spec: KeySpec, duration: Duration) {
        self.generate_seconds
            .get_or_create(&KeyLabels::of(spec))
            .observe(duration.as_secs_f64());
    }

    fn stored(&self, backend: &'static str, op: &'static str, duration: Duration) {
        let make = || {
            let labels = StoreLabels { backend, op };
            self.store_seconds.get_or_create_owned(&labels)
        };
        self.store_steps.count([backend, op], make, |seconds| {
            seconds.observe(duration.as_secs_f64());
        });
    }

    /// Everything in the Prometheus text format.
    pub(crate) fn exposition(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        if prometheus_client::encoding::text::encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}

/// A call being worked on.
pub(crate) struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}
