//! The parameters that each action has, in the order of the documentation's tables, which is the
//! order in which absent ones are reported.

use crate::route::Operation;

/// A parameter.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Whether it must be there. An empty list is not there.
    pub(crate) required: bool,
}

/// What a parameter holds.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A list of one kind.
    List(&'static Kind),
    /// Named members.
    Struct(&'static [Field]),
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: true,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        required: false,
    }
}

const TEXTS: Kind = Kind::List(&Kind::Text);

// Go's form encoding drops empty text, so a tag without a value has the value "".
const TAGS: Kind = Kind::List(&Kind::Struct(&[
    required("Key", Kind::Text),
    optional("Value", Kind::Text),
]));

const TAG_SPECIFICATION: Field = optional(
    "TagSpecification",
    Kind::List(&Kind::Struct(&[
        required("ResourceType", Kind::Text),
        optional("Tags", TAGS),
    ])),
);

const FILTERS: Field = optional(
    "Filters",
    Kind::List(&Kind::Struct(&[
        required("Name", Kind::Text),
        required("Values", TEXTS),
    ])),
);

static CREATE_KEY_PAIR: [Field; 3] = [
    required("KeyName", Kind::Text),
    required("ProjectId", Kind::Integer),
    TAG_SPECIFICATION,
];

static IMPORT_KEY_PAIR: [Field; 4] = [
    required("KeyName", Kind::Text),
    required("ProjectId", Kind::Integer),
    required("PublicKey", Kind::Text),
    TAG_SPECIFICATION,
];

static DESCRIBE_KEY_PAIRS: [Field; 4] = [
    optional("KeyIds", TEXTS),
    FILTERS,
    optional("Offset", Kind::Integer),
    optional("Limit", Kind::Integer),
];

static MODIFY_KEY_PAIR_ATTRIBUTE: [Field; 3] = [
    required("KeyId", Kind::Text),
    optional("KeyName", Kind::Text),
    optional("Description", Kind::Text),
];

static DELETE_KEY_PAIRS: [Field; 1] = [required("KeyIds", TEXTS)];

static BIND_KEY_PAIRS: [Field; 3] = [
    required("InstanceIds", TEXTS),
    required("KeyIds", TEXTS),
    optional("ForceStop", Kind::Boolean),
];

static NOTHING: [Field; 0] = [];

static DESCRIBE_RESOURCE_TAGS: [Field; 7] = [
    required("ServiceType", Kind::Text),
    required("ResourcePrefix", Kind::Text),
    required("ResourceIds", TEXTS),
    required("ResourceRegion", Kind::Text),
    optional("Offset", Kind::Integer),
    optional("Limit", Kind::Integer),
    optional("Category", Kind::Text),
];

static MODIFY_RESOURCE_TAGS: [Field; 3] = [
    required("Resource", Kind::Text),
    optional(
        "ReplaceTags",
        Kind::List(&Kind::Struct(&[
            required("TagKey", Kind::Text),
            optional("TagValue", Kind::Text),
        ])),
    ),
    optional(
        "DeleteTags",
        Kind::List(&Kind::Struct(&[required("TagKey", Kind::Text)])),
    ),
];

/// The parameters of an action, besides the common ones.
pub(crate) fn fields(operation: Operation) -> &'static [Field] {
    match operation {
        Operation::CreateKeyPair => &CREATE_KEY_PAIR,
        Operation::ImportKeyPair => &IMPORT_KEY_PAIR,
        Operation::DescribeKeyPairs => &DESCRIBE_KEY_PAIRS,
        Operation::ModifyKeyPairAttribute => &MODIFY_KEY_PAIR_ATTRIBUTE,
        Operation::DeleteKeyPairs => &DELETE_KEY_PAIRS,
        Operation::AssociateInstancesKeyPairs | Operation::DisassociateInstancesKeyPairs => {
            &BIND_KEY_PAIRS
        }
        Operation::DescribeRegions | Operation::DescribeZones => &NOTHING,
        Operation::DescribeResourceTagsByResourceIds => &DESCRIBE_RESOURCE_TAGS,
        Operation::ModifyResourceTags => &MODIFY_RESOURCE_TAGS,
    }
}

/// Parameters that any request may carry. Source: the common parameters of API 3.0; every SDK
/// sends `RequestClient`.
pub(crate) const COMMON: [&str; 11] = [
    "Action",
    "Language",
    "Nonce",
    "Region",
    "RequestClient",
    "SecretId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "Token",
    "Version",
];
