//! Which API a request speaks, and what key pairs look like in it.

use http::StatusCode;

use crate::request::microversion::Microversion;
use crate::route::compute_path::Family;

/// An API at a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Api {
    /// Which.
    pub(crate) family: Family,
    /// At which version; v2 in both flavours behaves as 2.1 did.
    version: Microversion,
}

impl Api {
    /// v2.1 at a version.
    pub(crate) const fn v21(version: Microversion) -> Self {
        Self {
            family: Family::V21,
            version,
        }
    }

    /// An API without microversions, as well as v2.1 at its first.
    pub(crate) const fn first_of(family: Family) -> Self {
        Self {
            family,
            version: Microversion::MIN,
        }
    }

    /// The version that answers announce; `None` for an API without microversions.
    pub(crate) fn announced(self) -> Option<Microversion> {
        (self.family == Family::V21).then_some(self.version)
    }

    /// Whether the API is at 2.`minor` or later.
    pub(crate) fn at_least(self, minor: u16) -> bool {
        self.version >= Microversion::new(minor)
    }

    /// Whether key pairs have a type.
    pub(crate) fn has_types(self) -> bool {
        self.at_least(2)
    }

    /// Whether calls may name another user.
    pub(crate) fn has_user_ids(self) -> bool {
        self.at_least(10)
    }

    /// Whether lists come in pages.
    pub(crate) fn has_pages(self) -> bool {
        self.at_least(35)
    }

    /// Whether unknown query parameters are a fault.
    pub(crate) fn refuses_parameters(self) -> bool {
        self.at_least(75)
    }

    /// Whether unknown parameters are a fault of calls that took any for longest.
    pub(crate) fn refuses_all_parameters(self) -> bool {
        self.at_least(102)
    }

    /// Whether quotas of classes have the figures that those of projects have: before, they lack
    /// those of server groups and keep those of networks.
    pub(crate) fn aligns_classes(self) -> bool {
        self.at_least(50)
    }

    /// Whether limits and quotas are without the figures of networks.
    pub(crate) fn drops_networks(self) -> bool {
        self.at_least(36)
    }

    /// Whether limits are without the figures of image metadata.
    pub(crate) fn drops_image_metadata(self) -> bool {
        self.at_least(39)
    }

    /// Whether limits and quotas are without the figures of injected files.
    pub(crate) fn drops_files(self) -> bool {
        self.at_least(57)
    }

    /// Whether key pairs can only be imported.
    pub(crate) fn wants_public_key(self) -> bool {
        self.at_least(92)
    }

    /// The status of a delete.
    pub(crate) fn deleted(self) -> StatusCode {
        if self.has_types() {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::ACCEPTED
        }
    }

    /// The status of a create.
    pub(crate) fn created(self) -> StatusCode {
        if self.has_types() {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        }
    }
}
