//! The limits that hold for a caller.

use std::time::SystemTime;

use bytes::Bytes;
use keypair_core::Limit;
use serde::Serialize;

use super::figures::{Figures, Shown, figure};
use super::{json, time};
use crate::api::Api;
use crate::config::RateLimit;
use crate::rate;

const KEY_PAIRS: &str = "maxTotalKeypairs";

/// In Nova's order; the figure of key pairs stands for itself. There is no count of used ones.
const ABSOLUTE: [(&str, i64, Shown); 19] = [
    ("maxTotalCores", 20, Shown::Always),
    ("maxPersonality", 5, Shown::Files),
    ("maxPersonalitySize", 10_240, Shown::Files),
    ("maxTotalInstances", 10, Shown::Always),
    (KEY_PAIRS, 0, Shown::Always),
    ("maxServerMeta", 128, Shown::Always),
    ("maxImageMeta", 128, Shown::ImageMetadata),
    ("maxTotalRAMSize", 51_200, Shown::Always),
    ("maxServerGroups", 10, Shown::Always),
    ("maxServerGroupMembers", 10, Shown::Always),
    ("maxTotalFloatingIps", -1, Shown::Networks),
    ("maxSecurityGroups", -1, Shown::Networks),
    ("maxSecurityGroupRules", -1, Shown::Networks),
    ("totalRAMUsed", 0, Shown::Always),
    ("totalCoresUsed", 0, Shown::Always),
    ("totalInstancesUsed", 0, Shown::Always),
    ("totalFloatingIpsUsed", 0, Shown::Networks),
    ("totalSecurityGroupsUsed", 0, Shown::Networks),
    ("totalServerGroupsUsed", 0, Shown::Always),
];

#[derive(Serialize)]
struct Limits<'l> {
    limits: Both<'l>,
}

#[derive(Serialize)]
struct Both<'l> {
    rate: Vec<Rates<'l>>,
    absolute: Figures<i64>,
}

/// The rules of one URI.
#[derive(Serialize)]
struct Rates<'l> {
    uri: &'l str,
    regex: String,
    limit: Vec<Rate<'l>>,
}

#[derive(Serialize)]
struct Rate<'l> {
    verb: &'l str,
    value: u32,
    remaining: u32,
    unit: String,
    #[serde(rename = "next-available")]
    next_available: String,
}

/// The body of the limits.
pub(crate) fn body(api: Api, key_pairs: Limit, rules: &[RateLimit], now: SystemTime) -> Bytes {
    let shown = ABSOLUTE.into_iter().filter(|(_, _, shown)| shown.at(api));
    let absolute = shown.map(|(name, default, _)| {
        let value = if name == KEY_PAIRS {
            figure(key_pairs)
        } else {
            default
        };
        (name, value)
    });
    let absolute = Figures(absolute.collect());
    json(&Limits {
        limits: Both {
            rate: rates(rules, now),
            absolute,
        },
    })
}

/// The rules by URI, in the order in which the URIs first come. What remains is counted in the
/// gateway, out of a dialect's sight: each rule is shown as untouched.
fn rates(rules: &[RateLimit], now: SystemTime) -> Vec<Rates<'_>> {
    let mut all: Vec<Rates<'_>> = Vec::new();
    for rule in rules {
        let regex = rule.regex.clone().unwrap_or_else(|| rate::regex(&rule.uri));
        let limit = Rate {
            verb: &rule.verb,
            value: rule.value,
            remaining: rule.value,
            unit: rate::unit(rule.unit.seconds()).to_uppercase(),
            next_available: time::seconds(now),
        };
        let same = |rates: &&mut Rates<'_>| rates.uri == rule.uri && rates.regex == regex;
        match all.iter_mut().find(same) {
            Some(rates) => rates.limit.push(limit),
            None => all.push(Rates {
                uri: &rule.uri,
                regex,
                limit: vec![limit],
            }),
        }
    }
    all
}
