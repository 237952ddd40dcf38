//! What stands where below compute's mount.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::config::{Config, V2Flavour};
use crate::route::resource::Resource;

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
        match segment {
            "v2.1" => Some(Self::V21),
            "v2" => Some(Self::of_v2(config)),
            _ => None,
        }
    }

    /// What is played at `/v2`.
    pub(crate) fn of_v2(config: &Config) -> Self {
        match config.v2_flavour {
            V2Flavour::Compat => Self::Compat,
            V2Flavour::Rackspace => Self::Rackspace,
        }
    }

    /// The path of the version below compute's mount.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::V21 => "/v2.1",
            Self::Compat | Self::Rackspace => "/v2",
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
    match find(config, family, below) {
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

fn find(config: &Config, family: Family, below: &str) -> Option<(Option<String>, Resource)> {
    // No path is longer: a project and what is longest below one.
    let mut segments = [const { Cow::Borrowed("") }; 4];
    let mut count = 0;
    for segment in below.split('/') {
        *segments.get_mut(count)? = decode(segment)?;
        count += 1;
    }
    below_version(config, family, segments.get(..count)?)
}

/// A segment's text; `None` if it holds a slash of its own. What is no UTF-8 is read as Latin-1, as
/// Nova reads everything: it can be the name of nothing, and the answer shows it.
fn decode(segment: &str) -> Option<Cow<'_, str>> {
    if segment.bytes().all(|byte| byte != b'%') {
        return Some(Cow::Borrowed(segment));
    }
    let bytes: Vec<u8> = percent_decode_str(segment).collect();
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|wrong| wrong.as_bytes().iter().copied().map(char::from).collect());
    (!text.contains('/')).then_some(Cow::Owned(text))
}

fn below_version(
    config: &Config,
    family: Family,
    segments: &[Cow<'_, str>],
) -> Option<(Option<String>, Resource)> {
    // Rackspace's paths always name the tenant, whose id may be spelled like a resource.
    if family != Family::Rackspace
        && let Some(resource) = resource(config, family, segments)
    {
        return Some((None, resource));
    }
    let (project, rest) = segments.split_first()?;
    if !family.is_project(project) {
        return None;
    }
    let resource = match rest {
        [end] if end.is_empty() => Resource::Version(String::new()),
        rest => resource(config, family, rest)?,
    };
    Some((Some(project.clone().into_owned()), resource))
}

fn resource(config: &Config, family: Family, segments: &[Cow<'_, str>]) -> Option<Resource> {
    // No path is longer.
    let mut places = [""; 3];
    let texts = places.get_mut(..segments.len())?;
    for (text, segment) in texts.iter_mut().zip(segments) {
        *text = segment;
    }
    if texts.last().is_some_and(|last| last.is_empty()) {
        return None;
    }
    match &*texts {
        ["versions", id] if family != Family::Rackspace || *id == family.document_id() => {
            Some(Resource::Version((*id).to_owned()))
        }
        ["os-keypairs"] => Some(Resource::KeyPairs),
        ["os-keypairs", name] => Some(Resource::KeyPair((*name).to_owned())),
        ["limits"] => Some(Resource::Limits),
        ["os-quota-sets", id] => Some(Resource::QuotaSet((*id).to_owned())),
        ["os-quota-sets", id, "detail"] => Some(Resource::QuotaSetDetail((*id).to_owned())),
        ["os-quota-sets", id, "defaults"] => Some(Resource::QuotaSetDefaults((*id).to_owned())),
        ["os-quota-class-sets", id] => Some(Resource::QuotaClassSet((*id).to_owned())),
        ["extensions"] => Some(Resource::Extensions),
        ["extensions", alias] => Some(Resource::Extension((*alias).to_owned())),
        ["flavors"] => config.flavors.then_some(Resource::Flavors),
        ["flavors", "detail"] => config.flavors.then_some(Resource::FlavorsDetail),
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

    fn version(id: &str) -> Resource {
        Resource::Version(id.to_owned())
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
        let document = |project: Option<&str>| Some((project.map(str::to_owned), version("")));
        assert_eq!(compat("/v2.1/os-keypairs/"), None);
        assert_eq!(compat("/v2.1/os-keypairs/k1/"), None);
        assert_eq!(compat("/v2.1/0d/"), document(Some("0d")));
        assert_eq!(compat("/v2.1/0d"), None);
        for id in ["v2.1", "v2.0", "v3"] {
            let path = format!("/v2.1/versions/{id}");
            assert_eq!(compat(&path), Some((None, version(id))));
        }
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
        assert_eq!(compat("/v2.1/os-keypairs/a%ff%D0"), named("a\u{ff}\u{d0}"));
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
    fn flavors_are_there_only_if_configured() {
        assert_eq!(compat("/v2.1/flavors"), None);
        let config = Config {
            flavors: true,
            ..Config::default()
        };
        for path in [
            "/v2.1/flavors",
            "/v2.1/0d/flavors/detail",
            "/v2/010101/flavors",
        ] {
            let target = target(&config, path);
            let there = matches!(
                &target,
                Target::Below {
                    resource: Some(_),
                    ..
                }
            );
            assert!(there, "{path}");
        }
    }
}
