//! Where the two services are mounted, and the addresses that links in answers begin with.

use std::borrow::Cow;

use dialect_api::RequestContext;
use http::request::Parts;

use crate::identity::is_identity_path;

/// Compute's mount on a port that it shares.
const COMPUTE_MOUNT: &str = "/compute";
/// Identity's mount on a port that it shares.
const IDENTITY_MOUNT: &str = "/identity";

/// One of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// Key pairs.
    Compute,
    /// Tokens.
    Identity,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location<'p> {
    /// Which service.
    pub(crate) service: Service,
    /// Whether the service was named by its mount.
    pub(crate) mounted: bool,
    /// The path below the mount as it was sent, with one slash for each run of them: `/` and up.
    pub(crate) path: Cow<'p, str>,
}

/// Finds the service that a path belongs to; `None` if it is neither's. `dedicated` says that the
/// whole port is this dialect's: then what is not identity's is compute's.
pub(crate) fn locate(raw_path: &str, dedicated: bool) -> Option<Location<'_>> {
    let path = with_single_slashes(raw_path);
    for (service, mount) in [
        (Service::Compute, COMPUTE_MOUNT),
        (Service::Identity, IDENTITY_MOUNT),
    ] {
        let below = path.strip_prefix(mount);
        if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Some(Location {
                service,
                mounted: true,
                path: below_mount(path, mount.len()),
            });
        }
    }
    let service = if is_identity_path(&path) {
        Service::Identity
    } else if dedicated || is_compute_path(&path) {
        Service::Compute
    } else {
        return None;
    };
    Some(Location {
        service,
        mounted: false,
        path,
    })
}

/// Whether a path below no mount is compute's by its version. No project id and no collection has a
/// dot in it, while files that others serve below `/v2` do: those are not compute's.
fn is_compute_path(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    match segments.next() {
        Some("v2.1") => true,
        Some("v2") => !segments.next().is_some_and(|below| below.contains('.')),
        Some(_) | None => false,
    }
}

fn below_mount(path: Cow<'_, str>, mount: usize) -> Cow<'_, str> {
    if path.len() == mount {
        return Cow::Borrowed("/");
    }
    match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.get(mount..).unwrap_or_default()),
        Cow::Owned(mut path) => {
            path.drain(..mount);
            Cow::Owned(path)
        }
    }
}

/// Some clients put two slashes where they join a base and a path (fog-rackspace does).
fn with_single_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The addresses of the two services as the caller sees them, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// Compute's: `http://host:8774` or `http://host:8080/compute`.
    pub(crate) compute: String,
    /// Identity's: `http://host:5000` or `http://host:8080/identity`.
    pub(crate) identity: String,
}

impl Base {
    /// The addresses for the answer to a request. On a port of the dialect's own a caller that
    /// names no mount is shown none, unless there is a public URL: whatever port that leads to, the
    /// mounts are there.
    pub(crate) fn of(head: &Parts, cx: &RequestContext) -> Self {
        let origin = cx.origin(head);
        let location = locate(head.uri.path(), cx.dedicated_listener);
        let mounted = location.is_some_and(|location| location.mounted);
        let at_root = cx.dedicated_listener && !mounted && cx.public_url.is_none();
        let (compute, identity) = if at_root {
            ("", "")
        } else {
            (COMPUTE_MOUNT, IDENTITY_MOUNT)
        };
        Self {
            compute: format!("{origin}{compute}"),
            identity: format!("{origin}{identity}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(path: &str) -> Option<(Service, bool, String)> {
        let found = locate(path, false)?;
        Some((found.service, found.mounted, found.path.into_owned()))
    }

    #[test]
    fn services_are_found_by_mount_or_version() {
        let compute = |mounted, path: &str| Some((Service::Compute, mounted, path.to_owned()));
        let identity = |mounted, path: &str| Some((Service::Identity, mounted, path.to_owned()));
        assert_eq!(shared("/compute"), compute(true, "/"));
        assert_eq!(shared("/compute/"), compute(true, "/"));
        assert_eq!(
            shared("//compute//v2.1///os-keypairs//"),
            compute(true, "/v2.1/os-keypairs/")
        );
        assert_eq!(shared("/compute/v3"), compute(true, "/v3"));
        assert_eq!(shared("/v2.1"), compute(false, "/v2.1"));
        assert_eq!(
            shared("/v2/010101//os-keypairs"),
            compute(false, "/v2/010101/os-keypairs")
        );
        assert_eq!(shared("/identity"), identity(true, "/"));
        assert_eq!(shared("/identity/v2.1"), identity(true, "/v2.1"));
        assert_eq!(
            shared("/v3/auth/tokens"),
            identity(false, "/v3/auth/tokens")
        );
        assert_eq!(shared("/v2.0"), identity(false, "/v2.0"));
        for other in ["/", "", "/v2.10", "/v1/keys", "/computes", "/Compute", "*"] {
            assert_eq!(shared(other), None, "{other}");
        }
    }

    #[test]
    fn on_its_own_port_the_rest_is_computes() {
        for path in ["/", "/nope"] {
            let found = locate(path, true).unwrap();
            assert_eq!((found.service, found.mounted), (Service::Compute, false));
        }
        assert_eq!(locate("/v3", true).unwrap().service, Service::Identity);
    }
}
