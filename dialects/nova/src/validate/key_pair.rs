//! The body of a create, by version.
//!
//! Source: nova, `api/openstack/compute/schemas/keypairs.py`.

use crate::api::Api;
use crate::route::compute_path::Family;
use crate::validate::names::NameRule;
use crate::validate::schema::{Object, Others, Rule};

const NAME: &str = "name";
const TYPE: &str = "type";
const PUBLIC_KEY: &str = "public_key";
const USER_ID: &str = "user_id";

const PLAIN: Rule = Rule::Name(NameRule::Plain);
const TYPES: Rule = Rule::OneOf(&["ssh", "x509"], "['ssh', 'x509']");

static COMPAT: Object = Object {
    members: &[(
        "keypair",
        Rule::Object(Object {
            members: &[
                (NAME, Rule::Name(NameRule::Spaced)),
                (PUBLIC_KEY, Rule::Text),
            ],
            required: &[NAME],
            others: Others::Dropped,
        }),
    )],
    required: &["keypair"],
    others: Others::Dropped,
};

static FROM_2_1: Object = strict(&[(
    "keypair",
    key_pair(&[(NAME, PLAIN), (PUBLIC_KEY, Rule::Text)], &[NAME]),
)]);

static FROM_2_2: Object = strict(&[(
    "keypair",
    key_pair(
        &[(NAME, PLAIN), (TYPE, TYPES), (PUBLIC_KEY, Rule::Text)],
        &[NAME],
    ),
)]);

static FROM_2_10: Object = strict(&[(
    "keypair",
    key_pair(
        &[
            (NAME, PLAIN),
            (TYPE, TYPES),
            (PUBLIC_KEY, Rule::Text),
            (USER_ID, Rule::Text),
        ],
        &[NAME],
    ),
)]);

static FROM_2_92: Object = strict(&[(
    "keypair",
    key_pair(
        &[
            (NAME, Rule::Name(NameRule::WithAtAndDot)),
            (TYPE, TYPES),
            (PUBLIC_KEY, Rule::Text),
            (USER_ID, Rule::Text),
        ],
        &[NAME, PUBLIC_KEY],
    ),
)]);

const fn strict(members: &'static [(&'static str, Rule)]) -> Object {
    Object {
        members,
        required: &["keypair"],
        others: Others::Refused,
    }
}

const fn key_pair(
    members: &'static [(&'static str, Rule)],
    required: &'static [&'static str],
) -> Rule {
    Rule::Object(Object {
        members,
        required,
        others: Others::Refused,
    })
}

/// What the body of a create must be in an API of Nova's own. (Rackspace's has no schema.)
pub(crate) fn schema(api: Api) -> &'static Object {
    if api.family == Family::Compat {
        &COMPAT
    } else if api.wants_public_key() {
        &FROM_2_92
    } else if api.has_user_ids() {
        &FROM_2_10
    } else if api.has_types() {
        &FROM_2_2
    } else {
        &FROM_2_1
    }
}
