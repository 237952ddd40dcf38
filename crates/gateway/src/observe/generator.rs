//! What the key generator tells: ready keys, waits, keys made and handed out.

use std::fmt::Error;
use std::sync::Arc;

use keygen::{Generator, SpecStats, Stats};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::KeyLabels;

/// Reads the generator's own counters when somebody asks for metrics.
#[derive(Debug)]
pub(crate) struct GeneratorCollector(pub(crate) Arc<Generator>);

impl Collector for GeneratorCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let stats = self.0.stats();
        let mut gauge = |name, help, value: usize| {
            let value = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            value.encode(metric)
        };
        gauge("keys_line", "Callers that wait for a key", stats.waiting)?;
        gauge("keys_running", "Keys being made for callers", stats.running)?;
        let refused = ConstCounter::new(stats.refused);
        let help = "Callers refused because the line was full";
        refused.encode(encoder.encode_descriptor(
            "keys_refused",
            help,
            None,
            MetricType::Counter,
        )?)?;
        by_kind(
            &mut encoder,
            &stats,
            "keys_ready",
            "Keys made ahead and ready",
            |kind| ConstGauge::new(i64::try_from(kind.ready).unwrap_or(i64::MAX)),
        )?;
        by_kind(
            &mut encoder,
            &stats,
            "keys_generated",
            "Keys made",
            |kind| ConstCounter::new(kind.generated),
        )?;
        by_kind(
            &mut encoder,
            &stats,
            "keys_handed_out",
            "Keys given to callers",
            |kind| ConstCounter::new(kind.handed_out),
        )?;
        let help = "Callers that found no ready key";
        by_kind(&mut encoder, &stats, "keys_waited", help, |kind| {
            ConstCounter::new(kind.waited)
        })
    }
}

fn by_kind<M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    stats: &Stats,
    name: &str,
    help: &str,
    value: impl Fn(&SpecStats) -> M,
) -> Result<(), Error> {
    let kinds: Vec<_> = stats
        .by_spec
        .iter()
        .map(|kind| (kind, value(kind)))
        .collect();
    let Some((_, first)) = kinds.first() else {
        return Ok(());
    };
    let mut family = encoder.encode_descriptor(name, help, None, first.metric_type())?;
    for (kind, value) in &kinds {
        value.encode(family.encode_family(&KeyLabels::of(kind.spec))?)?;
    }
    Ok(())
}
