//! Extensions: parts of the API that could once be left out.
//!
//! Source: nova, `api/openstack/compute/extension_info.py`.

use bytes::Bytes;
use serde::Serialize;

use super::json;

#[derive(Serialize, Clone, Copy)]
struct Extension {
    alias: &'static str,
    description: &'static str,
    links: [(); 0],
    name: &'static str,
    namespace: &'static str,
    updated: &'static str,
}

#[derive(Serialize)]
struct One {
    extension: Extension,
}

#[derive(Serialize)]
struct All {
    extensions: [Extension; 2],
}

const EXTENSIONS: [Extension; 2] = [
    extension("os-keypairs", "Keypairs", "Keypair Support."),
    extension("os-quota-sets", "Quotas", "Quotas management support."),
];

/// Nova gives all of them the same namespace and date since they cannot be left out.
const fn extension(
    alias: &'static str,
    name: &'static str,
    description: &'static str,
) -> Extension {
    Extension {
        alias,
        description,
        links: [],
        name,
        namespace: "http://docs.openstack.org/compute/ext/fake_xml",
        updated: "2014-12-03T00:00:00Z",
    }
}

/// The body of the list.
pub(crate) fn list() -> Bytes {
    let extensions = EXTENSIONS;
    json(&All { extensions })
}

/// The body about one of them; `None` if there is none of that alias.
pub(crate) fn one(alias: &str) -> Option<Bytes> {
    let found = EXTENSIONS.into_iter().find(|known| known.alias == alias);
    found.map(|extension| json(&One { extension }))
}
