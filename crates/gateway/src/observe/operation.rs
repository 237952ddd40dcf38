//! What operators watch of the process: reloads, the certificate, limits, memory.

use std::fmt::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

/// What is told of settings and of the certificate.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    reloads: Family<OutcomeLabels, Counter>,
    last_reload: Gauge,
    last_good_reload: Gauge,
    max_in_flight: Gauge,
    certificate_expiry: CertificateExpiry,
}

impl Operation {
    /// With the settings of the start in force.
    pub(super) fn new(registry: &mut Registry) -> Self {
        let this = Self::default();
        registry.register(
            "config_reloads",
            "Times that the configuration was read again",
            Family::clone(&this.reloads),
        );
        registry.register(
            "config_last_reload_successful",
            "Whether the configuration could be put in force when it was last read",
            this.last_reload.clone(),
        );
        registry.register(
            "config_last_reload_success_timestamp_seconds",
            "When the configuration in force was read, in seconds since 1970",
            this.last_good_reload.clone(),
        );
        registry.register(
            "max_in_flight",
            "Calls that may be worked on at once",
            this.max_in_flight.clone(),
        );
        registry.register_collector(Box::new(this.certificate_expiry.clone()));
        for outcome in ["success", "failure"] {
            this.reloads
                .get_or_create(&OutcomeLabels { outcome })
                .inc_by(0);
        }
        this.last_reload.set(1);
        this.last_good_reload.set(seconds(SystemTime::now()));
        this
    }

    /// The configuration was read again.
    pub(crate) fn reloaded(&self, good: bool) {
        let outcome = if good { "success" } else { "failure" };
        self.reloads.get_or_create(&OutcomeLabels { outcome }).inc();
        self.last_reload.set(i64::from(good));
        if good {
            self.last_good_reload.set(seconds(SystemTime::now()));
        }
    }

    /// How many calls may be worked on at once.
    pub(crate) fn max_in_flight(&self, most: usize) {
        self.max_in_flight
            .set(i64::try_from(most).unwrap_or(i64::MAX));
    }

    /// When the certificate ends, if there is one.
    pub(crate) fn certificate(&self, expires_at: Option<SystemTime>) {
        let at = expires_at.map_or(0, seconds);
        self.certificate_expiry.0.store(at, Ordering::Relaxed);
    }
}

/// When the certificate ends; 0, and not told, without one.
#[derive(Clone, Debug, Default)]
struct CertificateExpiry(Arc<AtomicI64>);

impl Collector for CertificateExpiry {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let at = self.0.load(Ordering::Relaxed);
        if at == 0 {
            return Ok(());
        }
        let metric = encoder.encode_descriptor(
            "tls_certificate_expiry_timestamp_seconds",
            "When the certificate ends, in seconds since 1970",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(at).encode(metric)
    }
}

fn seconds(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The process, by the names that Prometheus' own clients give it.
#[derive(Debug)]
pub(super) struct Process {
    started_at: i64,
}

impl Process {
    pub(super) fn new() -> Self {
        Self {
            started_at: seconds(SystemTime::now()),
        }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut gauge = |name, help, value: Option<i64>| {
            let Some(value) = value else { return Ok(()) };
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)
        };
        gauge(
            "process_start_time_seconds",
            "When the process started, in seconds since 1970",
            Some(self.started_at),
        )?;
        gauge(
            "process_resident_memory_bytes",
            "Memory that the process holds",
            resident_bytes(),
        )?;
        gauge("process_open_fds", "Open files and sockets", open_files())
    }
}

/// From the kernel's account of the process; nothing where there is none.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn open_files() -> Option<i64> {
    let count = std::fs::read_dir("/proc/self/fd").ok()?.count();
    // The folder itself is open while it is read.
    i64::try_from(count).ok().map(|count| count - 1)
}
