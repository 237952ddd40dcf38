//! Compute's documents about its versions.
//!
//! Source: nova, `api/openstack/compute/views/versions.py`.

use bytes::Bytes;
use serde::Serialize;

use super::json;
use crate::config::Config;
use crate::request::microversion::Microversion;
use crate::route::Base;
use crate::route::compute_path::Family;

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    href: String,
}

#[derive(Serialize)]
struct MediaType {
    base: &'static str,
    #[serde(rename = "type")]
    full: &'static str,
}

#[derive(Serialize)]
struct Version {
    id: &'static str,
    status: &'static str,
    #[serde(rename = "version")]
    newest: String,
    #[serde(rename = "min_version")]
    oldest: String,
    updated: &'static str,
    links: Vec<Link>,
    #[serde(rename = "media-types", skip_serializing_if = "Option::is_none")]
    media_types: Option<[MediaType; 1]>,
}

#[derive(Serialize)]
struct Choice {
    id: &'static str,
    status: &'static str,
    links: [Link; 1],
    #[serde(rename = "media-types")]
    media_types: [MediaType; 1],
}

#[derive(Serialize)]
struct One {
    version: Version,
}

#[derive(Serialize)]
struct All {
    versions: [Version; 2],
}

#[derive(Serialize)]
struct Choices {
    choices: [Choice; 2],
}

/// What all documents say of a version.
struct Facts {
    id: &'static str,
    path: &'static str,
    status: &'static str,
    updated: &'static str,
    media_type: &'static str,
    /// The newest and the oldest microversion; empty where there are none, which tells clients not
    /// to ask for any.
    newest: String,
    oldest: String,
}

impl Facts {
    fn of(family: Family, config: &Config) -> Self {
        let media_type = match family {
            Family::V21 => "application/vnd.openstack.compute+json;version=2.1",
            Family::Compat | Family::Rackspace => {
                "application/vnd.openstack.compute+json;version=2"
            }
        };
        let (status, updated) = match family {
            Family::V21 => ("CURRENT", "2013-07-23T11:33:21Z"),
            Family::Compat => ("DEPRECATED", "2025-07-04T12:00:00Z"),
            Family::Rackspace => ("CURRENT", "2011-01-21T11:33:21Z"),
        };
        let (newest, oldest) = match family {
            Family::V21 => (
                config.max_microversion.clone(),
                Microversion::MIN.to_string(),
            ),
            Family::Compat | Family::Rackspace => (String::new(), String::new()),
        };
        let id = family.document_id();
        Self {
            id,
            path: family.path(),
            status,
            updated,
            media_type,
            newest,
            oldest,
        }
    }

    fn version(self, links: Vec<Link>, media_types: Option<[MediaType; 1]>) -> Version {
        Version {
            id: self.id,
            status: self.status,
            newest: self.newest,
            oldest: self.oldest,
            updated: self.updated,
            links,
            media_types,
        }
    }

    fn media_types(&self) -> [MediaType; 1] {
        [MediaType {
            base: "application/json",
            full: self.media_type,
        }]
    }

    /// A link to the version, or to a path below it.
    fn link(&self, base: &Base, below: &str) -> Link {
        Link {
            rel: "self",
            media_type: None,
            href: format!("{}{}{below}", base.compute, self.path),
        }
    }
}

/// v2 and v2.1, in the order in which they are listed.
fn both(config: &Config) -> [Facts; 2] {
    [Family::of_v2(config), Family::V21].map(|family| Facts::of(family, config))
}

/// The list of versions.
pub(crate) fn list(config: &Config, base: &Base) -> Bytes {
    let versions = both(config).map(|facts| {
        let links = vec![facts.link(base, "/")];
        facts.version(links, None)
    });
    json(&All { versions })
}

/// One version, with a link to the one that was asked for it.
pub(crate) fn one(config: &Config, family: Family, linked: Family, base: &Base) -> Bytes {
    let facts = Facts::of(family, config);
    let description = Link {
        rel: "describedby",
        media_type: Some("text/html"),
        href: "http://docs.openstack.org/".to_owned(),
    };
    let own = Facts::of(linked, config).link(base, "/");
    let links = vec![own, description];
    let media_types = Some(facts.media_types());
    json(&One {
        version: facts.version(links, media_types),
    })
}

/// Where a path could have been meant: the same path below each version.
pub(crate) fn choices(config: &Config, base: &Base, path: &str) -> Bytes {
    let choices = both(config).map(|facts| Choice {
        id: facts.id,
        status: facts.status,
        links: [facts.link(base, path)],
        media_types: facts.media_types(),
    });
    json(&Choices { choices })
}
