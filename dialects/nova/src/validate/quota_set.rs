//! The body of a change to a project's quotas, by version.
//!
//! Source: nova, `api/openstack/compute/schemas/quota_sets.py`.

use crate::api::Api;
use crate::route::compute_path::Family;
use crate::validate::schema::{Object, Others, Rule};

/// What holds the figures.
pub(crate) const QUOTA_SET: &str = "quota_set";

/// All figures, in the order in which they are looked at, and `force`, which has no meaning for
/// figures of which nothing is in use.
const FROM_2_1: &[(&str, Rule)] = &[
    ("instances", Rule::Amount),
    ("cores", Rule::Amount),
    ("ram", Rule::Amount),
    ("floating_ips", Rule::Amount),
    ("fixed_ips", Rule::Amount),
    ("metadata_items", Rule::Amount),
    ("key_pairs", Rule::Amount),
    ("security_groups", Rule::Amount),
    ("security_group_rules", Rule::Amount),
    ("injected_files", Rule::Amount),
    ("injected_file_content_bytes", Rule::Amount),
    ("injected_file_path_bytes", Rule::Amount),
    ("server_groups", Rule::Amount),
    ("server_group_members", Rule::Amount),
    ("force", Rule::Truth),
];

/// Without the figures of networks.
const FROM_2_36: &[(&str, Rule)] = &[
    ("instances", Rule::Amount),
    ("cores", Rule::Amount),
    ("ram", Rule::Amount),
    ("metadata_items", Rule::Amount),
    ("key_pairs", Rule::Amount),
    ("injected_files", Rule::Amount),
    ("injected_file_content_bytes", Rule::Amount),
    ("injected_file_path_bytes", Rule::Amount),
    ("server_groups", Rule::Amount),
    ("server_group_members", Rule::Amount),
    ("force", Rule::Truth),
];

/// Without the figures of injected files too.
const FROM_2_57: &[(&str, Rule)] = &[
    ("instances", Rule::Amount),
    ("cores", Rule::Amount),
    ("ram", Rule::Amount),
    ("metadata_items", Rule::Amount),
    ("key_pairs", Rule::Amount),
    ("server_groups", Rule::Amount),
    ("server_group_members", Rule::Amount),
    ("force", Rule::Truth),
];

static V2: Object = body(
    &[(QUOTA_SET, figures(FROM_2_1, Others::Dropped))],
    Others::Dropped,
);
static V21: Object = body(
    &[(QUOTA_SET, figures(FROM_2_1, Others::Refused))],
    Others::Refused,
);
static V236: Object = body(
    &[(QUOTA_SET, figures(FROM_2_36, Others::Refused))],
    Others::Refused,
);
static V257: Object = body(
    &[(QUOTA_SET, figures(FROM_2_57, Others::Refused))],
    Others::Refused,
);

const fn body(members: &'static [(&'static str, Rule)], others: Others) -> Object {
    Object {
        members,
        required: &[QUOTA_SET],
        others,
    }
}

const fn figures(members: &'static [(&'static str, Rule)], others: Others) -> Rule {
    Rule::Object(Object {
        members,
        required: &[],
        others,
    })
}

/// What the body must be.
pub(crate) fn schema(api: Api) -> &'static Object {
    if api.family != Family::V21 {
        &V2
    } else if api.drops_files() {
        &V257
    } else if api.drops_networks() {
        &V236
    } else {
        &V21
    }
}
