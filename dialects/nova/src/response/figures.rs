//! Figures of quotas and limits. Only the number of key pairs is real; the others are Nova's
//! defaults, because that is what a cloud says in which nobody has touched them.
//!
//! Source: nova, `conf/quota.py` and `api/openstack/compute/views/limits.py`.

use keypair_core::Limit;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::api::Api;
use crate::validate::amount::UNLIMITED;

/// How long a figure is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Always,
    /// Always, but late in the quotas of classes.
    ServerGroups,
    /// Until the figures of networks go.
    Networks,
    /// Until the figures of image metadata go.
    ImageMetadata,
    /// Until the figures of injected files go.
    Files,
}

impl Shown {
    pub(super) fn at(self, api: Api) -> bool {
        match self {
            Self::Always | Self::ServerGroups => true,
            Self::Networks => !api.drops_networks(),
            Self::ImageMetadata => !api.drops_image_metadata(),
            Self::Files => !api.drops_files(),
        }
    }
}

/// Named figures, in order.
#[derive(Debug)]
pub(super) struct Figures<V>(pub(super) Vec<(&'static str, V)>);

impl<V: Serialize> Serialize for Figures<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A limit as a figure.
pub(super) fn figure(limit: Limit) -> i64 {
    match limit {
        Limit::Unlimited => UNLIMITED,
        Limit::AtMost(limit) => i64::from(limit),
    }
}
