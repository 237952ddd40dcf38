//! What stands where below compute's mount.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::config::{Config, V2Flavour};
use crate::route::Action;

/// Which API a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `/v2.1`, with microversions.
    V21,
    /// `/v2` as a current Nova serves it.
    Compat,
    /// `/v2` as Rackspace Cloud Servers served it.
    Rackspace,
}

impl Family {
    fn of_version(segment: &str, config: &Config) -> Option<Self> {
        match (segment, config.v2_flavour) {
            ("v2.1", _) => Some(Self::V21),
            ("v2", V2Flavour::Compat) => Some(Self::Compat),
            ("v2", V2Flavour::Rackspace) => Some(Self::Rackspace),
            _ => None,
        }
    }

    /// The version's id in its document.
    pub(crate) fn document_id(self) -> &'static str {
        match self {
            Self::V21 => "v2.1",
            Self::Compat | Self::Rackspace => "v2.0",
        }
    }

    /// Whether a path segment can be a project's id.
    fn is_project(self, segment: &str) -> bool {
        let fits = |byte: u8| match self {
            Self::V21 | Self::Compat => {
                byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-'
            }
            Self::Rackspace => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
        };
        !segment.is_empty() && segment.bytes().all(fits)
    }
}

/// What a path below compute's mount means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// `/`: the list of versions.
    Index,
    /// One version, for callers without a token.
    Version(Family),
    /// Below none of the versions.
    Elsewhere,
    /// Below a version.
    Below {
        /// Which.
        family: Family,
        /// The project in the path, if there is one.
        project: Option<String>,
        /// What the path names; `None` if there is nothing.
        resource: Option<Resource>,
    },
}

/// What a path below a version names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The version's document.
    Version,
    /// The key pairs.
    KeyPairs,
    /// The key pair of a name.
    KeyPair(String),
}

impl Resource {
    /// The methods that the resource has, sorted by name.
    pub(crate) fn methods(&self) -> &'static [Method] {
        const READ: &[Method] = &[Method::GET];
        const COLLECTION: &[Method] = &[Method::GET, Method::POST];
        const MEMBER: &[Method] = &[Method::DELETE, Method::GET];
        match self {
            Self::Version => READ,
            Self::KeyPairs => COLLECTION,
            Self::KeyPair(_) => MEMBER,
        }
    }

    /// What a method does to the resource.
    pub(crate) fn action(&self, method: &Method) -> Option<Action> {
        match (self, method.as_str()) {
            (Self::Version, "GET") => Some(Action::ShowVersion),
            (Self::KeyPairs, "GET") => Some(Action::ListKeyPairs),
            (Self::KeyPairs, "POST") => Some(Action::CreateKeyPair),
            (Self::KeyPair(_), "GET") => Some(Action::ShowKeyPair),
            (Self::KeyPair(_), "DELETE") => Some(Action::DeleteKeyPair),
            (Self::Version | Self::KeyPairs | Self::KeyPair(_), _) => None,
        }
    }
}

/// Reads a path below the mount, with single slashes.
pub(crate) fn target(config: &Config, path: &str) -> Target {
    let path = path.strip_prefix('/').unwrap_or(path);
    if path.is_empty() {
        return Target::Index;
    }
    let (version, below) = path.split_once('/').unwrap_or((path, ""));
    let Some(family) = Family::of_version(version, config) else {
        return Target::Elsewhere;
    };
    if below.is_empty() {
        return Target::Version(family);
    }
    let segments: Option<Vec<String>> = below.split('/').map(decode).collect();
    let found = segments.and_then(|segments| below_version(family, &segments));
    match found {
        Some((project, resource)) => Target::Below {
            family,
            project,
            resource: Some(resource),
        },
        None => Target::Below {
            family,
            project: None,
            resource: None,
        },
    }
}

/// A segment's text; `None` if it is not UTF-8 or holds a slash of its own.
fn decode(segment: &str) -> Option<String> {
    let text = percent_decode_str(segment).decode_utf8().ok()?;
    (!text.contains('/')).then(|| text.into_owned())
}

fn below_version(family: Family, segments: &[String]) -> Option<(Option<String>, Resource)> {
    // Rackspace's paths always name the tenant, whose id may be spelled like a resource.
    if family != Family::Rackspace
        && let Some(resource) = resource(family, segments)
    {
        return Some((None, resource));
    }
    let (project, rest) = segments.split_first()?;
    if !family.is_project(project) {
        return None;
    }
    let resource = match rest {
        [end] if end.is_empty() => Resource::Version,
        rest => resource(family, rest)?,
    };
    Some((Some(project.clone()), resource))
}

fn resource(family: Family, segments: &[String]) -> Option<Resource> {
    let (first, rest) = segments.split_first()?;
    let first = first.as_str();
    match rest {
        [] => match first {
            "os-keypairs" => Some(Resource::KeyPairs),
            _ => None,
        },
        [second] if !second.is_empty() => match first {
            "os-keypairs" => Some(Resource::KeyPair(second.clone())),
            "versions" => (family.document_id() == second).then_some(Resource::Version),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(flavour: V2Flavour, path: &str) -> Option<(Option<String>, Resource)> {
        let config = Config {
            v2_flavour: flavour,
            ..Config::default()
        };
        let target = target(&config, path);
        let Target::Below {
            project, resource, ..
        } = target
        else {
            panic!("{path}: {target:?}");
        };
        resource.map(|resource| (project, resource))
    }

    fn compat(path: &str) -> Option<(Option<String>, Resource)> {
        below(V2Flavour::Compat, path)
    }

    fn rackspace(path: &str) -> Option<(Option<String>, Resource)> {
        below(V2Flavour::Rackspace, path)
    }

    fn member(name: &str) -> Resource {
        Resource::KeyPair(name.to_owned())
    }

    #[test]
    fn a_project_is_hex_digits_and_dashes() {
        let with = |project: &str| Some((Some(project.to_owned()), Resource::KeyPairs));
        assert_eq!(
            compat("/v2.1/os-keypairs"),
            Some((None, Resource::KeyPairs))
        );
        assert_eq!(compat("/v2.1/0d-9/os-keypairs"), with("0d-9"));
        assert_eq!(compat("/v2.1/demo/os-keypairs"), None);
        assert_eq!(compat("/v2.1/ABC/os-keypairs"), None);
        assert_eq!(compat("/v2/abc/os-keypairs"), with("abc"));
        assert_eq!(compat("/v2/os-keypairs"), Some((None, Resource::KeyPairs)));
        assert_eq!(rackspace("/v2/Ab_c-9/os-keypairs"), with("Ab_c-9"));
        assert_eq!(rackspace("/v2/os-keypairs"), None);
    }

    #[test]
    fn a_slash_at_the_end_counts() {
        let document =
            |project: Option<&str>| Some((project.map(str::to_owned), Resource::Version));
        assert_eq!(compat("/v2.1/os-keypairs/"), None);
        assert_eq!(compat("/v2.1/os-keypairs/k1/"), None);
        assert_eq!(compat("/v2.1/0d/"), document(Some("0d")));
        assert_eq!(compat("/v2.1/0d"), None);
        assert_eq!(compat("/v2.1/versions/v2.1"), document(None));
        assert_eq!(compat("/v2.1/versions/v2.0"), None);
    }

    #[test]
    fn names_are_decoded_by_segment() {
        let named = |name: &str| Some((None, member(name)));
        assert_eq!(compat("/v2.1/os-keypairs/a%20b+c"), named("a b+c"));
        assert_eq!(compat("/v2.1/os-keypairs/%D0%BA"), named("к"));
        assert_eq!(compat("/v2.1/os-keypairs/a.json"), named("a.json"));
        assert_eq!(compat("/v2.1/os-keypairs/.."), named(".."));
        assert_eq!(compat("/v2.1/os-keypairs/%"), named("%"));
        assert_eq!(compat("/v2.1/os-keypairs/a%2Fb"), None);
        assert_eq!(compat("/v2.1/os-keypairs/%ff"), None);
        assert_eq!(compat("/v2.1/os-keypairs.json"), None);
    }

    #[test]
    fn versions_have_two_spellings() {
        let config = Config::default();
        assert_eq!(target(&config, "/"), Target::Index);
        for path in ["/v2.1", "/v2.1/"] {
            assert_eq!(target(&config, path), Target::Version(Family::V21));
        }
        assert_eq!(target(&config, "/v2"), Target::Version(Family::Rackspace));
        for path in ["/nope", "/v2.10/os-keypairs", "/v3", "/V2.1/"] {
            assert_eq!(target(&config, path), Target::Elsewhere);
        }
    }

    #[test]
    fn every_method_does_something() {
        for resource in [Resource::Version, Resource::KeyPairs, member("a")] {
            for method in resource.methods() {
                assert!(resource.action(method).is_some(), "{method} {resource:?}");
            }
            assert!(resource.methods().is_sorted_by_key(Method::as_str));
        }
    }
}
