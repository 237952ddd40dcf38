//! Quotas of projects and of classes of projects.

use bytes::Bytes;
use keypair_core::Limit;
use serde::Serialize;

use super::figures::{Figures, Shown, figure};
use super::json;
use crate::api::Api;

const KEY_PAIRS: &str = "key_pairs";

/// By name; the figure of key pairs stands for itself.
const QUOTAS: [(&str, i64, Shown); 14] = [
    ("cores", 20, Shown::Always),
    ("fixed_ips", -1, Shown::Networks),
    ("floating_ips", -1, Shown::Networks),
    ("injected_file_content_bytes", 10_240, Shown::Files),
    ("injected_file_path_bytes", 255, Shown::Files),
    ("injected_files", 5, Shown::Files),
    ("instances", 10, Shown::Always),
    (KEY_PAIRS, 0, Shown::Always),
    ("metadata_items", 128, Shown::Always),
    ("ram", 51_200, Shown::Always),
    ("security_group_rules", -1, Shown::Networks),
    ("security_groups", -1, Shown::Networks),
    ("server_group_members", 10, Shown::ServerGroups),
    ("server_groups", 10, Shown::ServerGroups),
];

#[derive(Serialize)]
struct QuotaSet<'q, V: Serialize> {
    quota_set: Set<'q, V>,
}

#[derive(Serialize)]
struct QuotaClassSet<'q> {
    quota_class_set: Set<'q, i64>,
}

#[derive(Serialize)]
struct Set<'q, V: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'q str>,
    #[serde(flatten)]
    figures: Figures<V>,
}

/// A figure with its use. Key pairs are counted by user, so that a project uses none.
#[derive(Serialize)]
struct Detail {
    limit: i64,
    in_use: u64,
    reserved: u64,
}

/// The quotas of a project; without its id in the answer to a change.
pub(crate) fn set(api: Api, id: Option<&str>, key_pairs: Limit) -> Bytes {
    let figures = figures(key_pairs, |shown| shown.at(api));
    json(&QuotaSet {
        quota_set: Set { id, figures },
    })
}

/// The quotas of a project, each with what is used of it.
pub(crate) fn detailed_set(api: Api, id: &str, key_pairs: Limit) -> Bytes {
    let Figures(figures) = figures(key_pairs, |shown| shown.at(api));
    let detail = |limit| Detail {
        limit,
        in_use: 0,
        reserved: 0,
    };
    let figures = figures
        .into_iter()
        .map(|(name, limit)| (name, detail(limit)));
    json(&QuotaSet {
        quota_set: Set {
            id: Some(id),
            figures: Figures(figures.collect()),
        },
    })
}

/// The quotas of a class of projects.
pub(crate) fn class_set(api: Api, id: &str, key_pairs: Limit) -> Bytes {
    let figures = figures(key_pairs, |shown| match shown {
        Shown::ServerGroups => api.aligns_classes(),
        Shown::Networks => !api.aligns_classes(),
        Shown::Always | Shown::ImageMetadata | Shown::Files => shown.at(api),
    });
    json(&QuotaClassSet {
        quota_class_set: Set {
            id: Some(id),
            figures,
        },
    })
}

fn figures(key_pairs: Limit, is_shown: impl Fn(Shown) -> bool) -> Figures<i64> {
    let shown = QUOTAS.into_iter().filter(|(_, _, shown)| is_shown(*shown));
    let figures = shown.map(|(name, default, _)| {
        let value = if name == KEY_PAIRS {
            figure(key_pairs)
        } else {
            default
        };
        (name, value)
    });
    Figures(figures.collect())
}
