//! Traces: the spans of a call, sent to a collector by OTLP over HTTP. Without a collector no place
//! in the code that makes a span does anything.
//!
//! No field holds a query string, a header, a body, a key or a token: the fields are named here and
//! in the key generator, and the layer takes no other span and no log line.

use std::time::Duration;

use dialect_api::RequestContext;
use http::Uri;
use http::request::Parts;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TraceId, TracerProvider as _};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider,
};
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Span, Subscriber, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::collector::Collector;
use crate::config::{ConfigError, Loaded};

/// What spans of the gateway are told by.
const TARGET: &str = "keyglot::traces";
/// Spans that may wait to be sent; further ones are dropped.
const QUEUE: usize = 4096;
/// Spans that are sent together.
const BATCH: usize = 512;
/// How long a span waits for others.
const DELAY: Duration = Duration::from_secs(1);
/// How long the last spans may take to be sent when the run ends.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Where spans go.
pub(crate) struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// As the settings say; `None` without a collector. What is sent is sent on `runtime`.
    ///
    /// # Errors
    /// A setting that cannot be.
    pub(crate) fn new(loaded: &Loaded, runtime: &Handle) -> Result<Option<Self>, ConfigError> {
        let Some(url) = checked_url(loaded)? else {
            return Ok(None);
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(runtime.clone()))
            .with_endpoint(url)
            .with_protocol(Protocol::HttpBinary)
            .build()
            .map_err(|error| bad(loaded, "endpoint", &error.to_string()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let processor = BatchSpanProcessor::builder(exporter)
            .with_batch_config(batches)
            .build();
        let ratio = Sampler::TraceIdRatioBased(loaded.settings.traces.sample_ratio);
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder()
            .with_service_name("keyglot")
            .with_attribute(version)
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(Sampler::ParentBased(Box::new(ratio)))
            .with_resource(resource)
            .build();
        Ok(Some(Self { provider }))
    }

    /// Takes the spans of calls, and nothing else.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("keyglot"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_level(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_part_of_a_call).with_max_level_hint(LevelFilter::INFO))
    }

    /// Sends what still waits. It blocks, and what sends must be running.
    pub(crate) fn finish(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST_WORDS) {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

fn is_part_of_a_call(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && matches!(metadata.target(), TARGET | "keygen")
}

fn bad(loaded: &Loaded, key: &str, problem: &str) -> ConfigError {
    ConfigError::BadValue {
        origin: loaded.origin.clone(),
        key: format!("traces.{key}"),
        problem: problem.to_owned(),
    }
}

/// Where the settings send traces; `None` without a collector.
///
/// # Errors
/// A setting that cannot be.
pub(super) fn checked_url(loaded: &Loaded) -> Result<Option<String>, ConfigError> {
    let settings = &loaded.settings.traces;
    if !(0.0..=1.0).contains(&settings.sample_ratio) {
        return Err(bad(loaded, "sample_ratio", "must be 0.0 to 1.0"));
    }
    let Some(endpoint) = &settings.endpoint else {
        return Ok(None);
    };
    let problem = "must be http://HOST:PORT of a collector that takes OTLP over HTTP";
    let url = traces_url(endpoint).ok_or_else(|| bad(loaded, "endpoint", problem))?;
    Ok(Some(url))
}

/// Where a collector takes traces.
fn traces_url(endpoint: &str) -> Option<String> {
    let base = endpoint.trim_end_matches('/');
    let url = format!("{base}/v1/traces");
    let parsed: Uri = url.parse().ok()?;
    let plain = parsed.scheme_str() == Some("http") && parsed.query().is_none();
    (plain && parsed.host().is_some_and(|host| !host.is_empty())).then_some(url)
}

/// The span of a call. The part of it that its `traceparent` header says, if it has one.
pub(crate) fn request(dialect: &'static str, head: &Parts, cx: &RequestContext) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        otel.status_code = field::Empty,
        request_id = %cx.request_id.as_uuid(),
        dialect,
        operation = field::Empty,
        tenant = field::Empty,
        http.method = head.method.as_str(),
        http.status = field::Empty,
        error.code = field::Empty,
        blame = field::Empty,
    );
    if !span.is_disabled() {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(&head.headers));
        // It is fresh: nothing has started it.
        let _ = span.set_parent(parent);
    }
    span
}

/// The span of a step of a call.
pub(crate) fn step(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "step", otel.name = name)
}

/// The span of a step of the store.
pub(super) fn store(backend: &'static str, op: &'static str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "store",
        otel.name = %format_args!("store.{op}"),
        backend
    )
}

/// The trace that a call is part of; `None` where none is kept.
pub(super) fn trace_id(request: &Span) -> Option<TraceId> {
    if request.is_disabled() {
        return None;
    }
    let id = request.context().span().span_context().trace_id();
    (id != TraceId::INVALID).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::traces_url;

    #[test]
    fn a_collector_is_reached_over_plain_http() {
        let url = |endpoint| traces_url(endpoint);
        let wanted = Some("http://collector:4318/v1/traces".to_owned());
        assert_eq!(url("http://collector:4318"), wanted);
        assert_eq!(url("http://collector:4318/"), wanted);
        let below = Some("http://collector/otlp/v1/traces".to_owned());
        assert_eq!(url("http://collector/otlp"), below);
        for bad in [
            "collector:4318",
            "https://collector",
            "http://",
            "http://a?b=c",
            "nonsense",
        ] {
            assert_eq!(url(bad), None, "{bad}");
        }
    }
}
