//! One small flavor, for test suites that look for one before they do anything.

use bytes::Bytes;
use serde::Serialize;

use super::json;
use crate::route::Base;

const ID: &str = "1";
const NAME: &str = "m1.tiny";

#[derive(Serialize)]
struct Flavors<T> {
    flavors: [T; 1],
}

#[derive(Serialize)]
struct Summary {
    id: &'static str,
    name: &'static str,
    links: [Link; 2],
}

#[derive(Serialize)]
struct Detail {
    id: &'static str,
    name: &'static str,
    ram: u32,
    disk: u32,
    swap: &'static str,
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral")]
    ephemeral: u32,
    #[serde(rename = "OS-FLV-DISABLED:disabled")]
    disabled: bool,
    vcpus: u32,
    #[serde(rename = "os-flavor-access:is_public")]
    is_public: bool,
    rxtx_factor: f64,
    links: [Link; 2],
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    href: String,
}

fn links(base: &Base, version: &str) -> [Link; 2] {
    let link = |rel, version| Link {
        rel,
        href: format!("{}{version}/flavors/{ID}", base.compute),
    };
    [link("self", version), link("bookmark", "")]
}

/// The body of the list by name; `version` is the version's path.
pub(crate) fn list(base: &Base, version: &str) -> Bytes {
    json(&Flavors {
        flavors: [Summary {
            id: ID,
            name: NAME,
            links: links(base, version),
        }],
    })
}

/// The body of the list with all that the flavor is.
pub(crate) fn detail(base: &Base, version: &str) -> Bytes {
    json(&Flavors {
        flavors: [Detail {
            id: ID,
            name: NAME,
            ram: 64,
            disk: 1,
            swap: "",
            ephemeral: 0,
            disabled: false,
            vcpus: 1,
            is_public: true,
            rxtx_factor: 1.0,
            links: links(base, version),
        }],
    })
}
