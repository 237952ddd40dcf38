//! Which resource a path names, and which operation a method asks of it.

use dialect_api::OperationClass;
use http::Method;

/// Where the description of this API is served.
pub(crate) const OPENAPI_PATH: &str = "/openapi/orange.json";

/// What this cloud's API does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `keyPairCreate`.
    CreateKeyPair,
    /// `keyPairFind`.
    FindKeyPairs,
    /// `keyPairGet`.
    GetKeyPair,
    /// `keyPairDelete`.
    DeleteKeyPair,
    /// `jobGet`.
    GetJob,
    /// `jobFind`.
    FindJobs,
    /// The OpenAPI document of all of these.
    GetOpenApi,
    /// A method that the path does not have: this cloud says so only to callers that it knows.
    UnsupportedMethod,
}

impl dialect_api::Operation for Operation {
    fn all() -> &'static [Self] {
        &[
            Self::CreateKeyPair,
            Self::FindKeyPairs,
            Self::GetKeyPair,
            Self::DeleteKeyPair,
            Self::GetJob,
            Self::FindJobs,
            Self::GetOpenApi,
            Self::UnsupportedMethod,
        ]
    }

    fn name(self) -> &'static str {
        match self {
            Self::CreateKeyPair => "create_key_pair",
            Self::FindKeyPairs => "find_key_pairs",
            Self::GetKeyPair => "get_key_pair",
            Self::DeleteKeyPair => "delete_key_pair",
            Self::GetJob => "get_job",
            Self::FindJobs => "find_jobs",
            Self::GetOpenApi => "get_openapi",
            Self::UnsupportedMethod => "unsupported_method",
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::CreateKeyPair => OperationClass::Generate,
            Self::DeleteKeyPair => OperationClass::Write,
            Self::FindKeyPairs
            | Self::GetKeyPair
            | Self::GetJob
            | Self::FindJobs
            | Self::UnsupportedMethod => OperationClass::Read,
            Self::GetOpenApi => OperationClass::Discovery,
        }
    }
}

/// A path of this API, its variable segments as they came: not decoded, not validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    /// What stands before `/projects`: `/v1`, nothing, or a configured prefix and `/v1`.
    pub(crate) prefix: &'a str,
    /// What the path names.
    pub(crate) resource: Resource<'a>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    /// The key pairs of a zone.
    KeyPairs { project: &'a str, zone: &'a str },
    /// One of them.
    KeyPair {
        project: &'a str,
        zone: &'a str,
        key_pair: &'a str,
    },
    /// The jobs of a project.
    Jobs { project: &'a str },
    /// One of them.
    Job { project: &'a str, job: &'a str },
    /// The OpenAPI document.
    OpenApi,
}

/// Methods of the collection. Source: section 1 of the wire specification (`Allow` values).
const COLLECTION_METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::POST];
/// Methods of one key pair.
pub(crate) const KEY_PAIR_METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::DELETE];
/// Methods of what can only be read.
const READ_METHODS: &[Method] = &[Method::GET, Method::HEAD];

impl Resource<'_> {
    /// The methods that the resource has.
    pub(crate) fn methods(self) -> &'static [Method] {
        match self {
            Self::KeyPairs { .. } => COLLECTION_METHODS,
            Self::KeyPair { .. } => KEY_PAIR_METHODS,
            Self::Jobs { .. } | Self::Job { .. } | Self::OpenApi => READ_METHODS,
        }
    }

    /// What a method asks of the resource. `HEAD` asks what `GET` asks.
    pub(crate) fn operation(self, method: &Method) -> Operation {
        if !self.methods().contains(method) {
            return Operation::UnsupportedMethod;
        }
        match self {
            Self::KeyPairs { .. } if *method == Method::POST => Operation::CreateKeyPair,
            Self::KeyPairs { .. } => Operation::FindKeyPairs,
            Self::KeyPair { .. } if *method == Method::DELETE => Operation::DeleteKeyPair,
            Self::KeyPair { .. } => Operation::GetKeyPair,
            Self::Jobs { .. } => Operation::FindJobs,
            Self::Job { .. } => Operation::GetJob,
            Self::OpenApi => Operation::GetOpenApi,
        }
    }
}

/// The route of a path; `None` if it names nothing of this API. Literal segments are compared as
/// they came, so a percent-encoded `projects` is another path, and so is a trailing slash.
pub(crate) fn parse<'a>(path: &'a str, extra_prefixes: &[String]) -> Option<Route<'a>> {
    if path == OPENAPI_PATH {
        return Some(Route {
            prefix: "",
            resource: Resource::OpenApi,
        });
    }
    let without_extra = extra_prefixes
        .iter()
        .filter_map(|prefix| path.strip_prefix(prefix.as_str()))
        .find(|rest| rest.starts_with("/v1/"));
    let versioned = without_extra.unwrap_or(path);
    let rest = versioned.strip_prefix("/v1").unwrap_or(versioned);
    let prefix = path.strip_suffix(rest)?;
    Some(Route {
        prefix,
        resource: resource(rest)?,
    })
}

fn resource(path: &str) -> Option<Resource<'_>> {
    let mut segments = path.strip_prefix("/projects/")?.split('/');
    let project = segments.next()?;
    // One more than the longest path has, so that a segment too many is seen.
    let below_project: [Option<&str>; 5] = std::array::from_fn(|_| segments.next());
    let (resource, variables) = match below_project {
        [Some("zones"), Some(zone), Some("keypairs"), None, _] => {
            (Resource::KeyPairs { project, zone }, [project, zone, zone])
        }
        [
            Some("zones"),
            Some(zone),
            Some("keypairs"),
            Some(key_pair),
            None,
        ] => {
            let resource = Resource::KeyPair {
                project,
                zone,
                key_pair,
            };
            (resource, [project, zone, key_pair])
        }
        [Some("jobs"), None, ..] => (Resource::Jobs { project }, [project, project, project]),
        [Some("jobs"), Some(job), None, _, _] => {
            (Resource::Job { project, job }, [project, job, job])
        }
        _ => return None,
    };
    variables
        .iter()
        .all(|segment| !segment.is_empty())
        .then_some(resource)
}

/// Whether a path is this dialect's on a port that it shares with others: everything below
/// `projects`, so that an unknown path there is refused in this cloud's words.
pub(crate) fn claims(path: &str, extra_prefixes: &[String]) -> bool {
    let below = |root: &str| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path == OPENAPI_PATH
        || below("/v1/projects")
        || below("/projects")
        || extra_prefixes.iter().any(|prefix| below(prefix))
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::{Operation, Resource, claims, parse};

    fn prefixes() -> Vec<String> {
        vec![
            "/evolutionplatform/iaas/sandbox".to_owned(),
            "/evolutionplatform/iaas".to_owned(),
        ]
    }

    #[test]
    fn every_prefix_leads_to_the_same_resource() {
        let key_pairs = Resource::KeyPairs {
            project: "p",
            zone: "z",
        };
        for prefix in [
            "",
            "/v1",
            "/evolutionplatform/iaas/v1",
            "/evolutionplatform/iaas/sandbox/v1",
        ] {
            let path = format!("{prefix}/projects/p/zones/z/keypairs");
            let route = parse(&path, &prefixes()).unwrap();
            assert_eq!((route.prefix, route.resource), (prefix, key_pairs));
        }
    }

    #[test]
    fn what_is_not_exactly_a_path_of_the_api_is_no_route() {
        for path in [
            "/v1/projects/p/zones/z/keypairs/",
            "/v1/projects/p/zones/z/keypairs/k/",
            "/v1/projects/p/zones/z/keypairs/k/l",
            "/v1/projects/p/zones/z/Keypairs",
            "/v1/projects/p/zones/z",
            "/v1/projects//zones/z/keypairs",
            "/v1/projects/p/zones//keypairs",
            "/v1/projects//jobs",
            "/v1/projects/p/jobs/",
            "/v1/projects/p/jobs/j/",
            "/v1/proj%65cts/p/zones/z/keypairs",
            "/v1/v1/projects/p/zones/z/keypairs",
            "/v2/projects/p/zones/z/keypairs",
            "/evolutionplatform/iaas/projects/p/zones/z/keypairs",
            "/evolutionplatform/iaas/sandbox/v1/openapi/orange.json",
            "//v1/projects/p/zones/z/keypairs",
            "*",
            "",
        ] {
            assert_eq!(parse(path, &prefixes()), None, "{path}");
        }
    }

    #[test]
    fn without_extra_prefixes_only_the_canonical_ones_are_served() {
        let path = "/evolutionplatform/iaas/v1/projects/p/zones/z/keypairs";
        assert_eq!(parse(path, &[]), None);
        assert!(!claims(path, &[]));
        assert!(claims(path, &prefixes()));
    }

    #[test]
    fn claims_everything_below_its_roots_and_nothing_beside_them() {
        for path in [
            "/v1/projects",
            "/v1/projects/p/zones/z/volumes",
            "/projects/p",
            "/openapi/orange.json",
            "/evolutionplatform/iaas",
            "/evolutionplatform/iaas/v1/anything",
        ] {
            assert!(claims(path, &prefixes()), "{path}");
        }
        for path in [
            "/",
            "/v1",
            "/v1/keys",
            "/v1/projectsx",
            "/v3/projects",
            "/openapi/nova.json",
            "/evolutionplatform/iaasx",
        ] {
            assert!(!claims(path, &prefixes()), "{path}");
        }
    }

    #[test]
    fn methods_are_told_apart_by_resource() {
        let key_pair = Resource::KeyPair {
            project: "p",
            zone: "z",
            key_pair: "k",
        };
        assert_eq!(key_pair.operation(&Method::HEAD), Operation::GetKeyPair);
        assert_eq!(
            key_pair.operation(&Method::POST),
            Operation::UnsupportedMethod
        );
        assert_eq!(
            Resource::OpenApi.operation(&Method::OPTIONS),
            Operation::UnsupportedMethod
        );
    }
}
