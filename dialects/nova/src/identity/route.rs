//! From a path and a method to an operation.

use std::borrow::Cow;

use dialect_api::{EdgeError, Request};
use http::Method;
use percent_encoding::percent_decode_str;

use super::error::Error;
use super::operation::{AccountOperation, Operation};
use crate::config::Config;

/// Whether a path below no mount is identity's by its version.
pub(crate) fn is_identity_path(path: &str) -> bool {
    matches!(path.split('/').nth(1), Some("v3" | "v2.0"))
}

/// Finds the operation of a request. `path` is the path below the mount.
///
/// # Errors
/// [`EdgeError::BodyTooLarge`], which goes before everything else, [`EdgeError::RouteNotFound`] and
/// [`EdgeError::MethodNotAllowed`].
pub(crate) fn route(config: &Config, request: &Request, path: &str) -> Result<Operation, Error> {
    request.body()?;
    let methods =
        methods_of(config.identity.admin, &segments(path)).ok_or(EdgeError::RouteNotFound)?;
    let method = &request.head.method;
    let found = methods.operations.iter().find(|(known, _)| known == method);
    match found {
        Some((_, operation)) => Ok(*operation),
        None => Err(EdgeError::MethodNotAllowed {
            allow: methods.allow,
        }
        .into()),
    }
}

/// The path as it may stand in a log: Identity v2.0 has tokens in paths.
pub(crate) fn loggable_path(path: &str) -> Cow<'_, str> {
    let segments = segments(path);
    let tokens = segments
        .windows(3)
        .any(|run| matches!(run, [version, tokens, _] if version == "v2.0" && tokens == "tokens"));
    if tokens {
        "/v2.0/tokens/…".into()
    } else {
        path.into()
    }
}

/// The path's segments, decoded. Keystone leaves slashes at the end out.
pub(super) fn segments(path: &str) -> Vec<Cow<'_, str>> {
    let decoded = |segment| percent_decode_str(segment).decode_utf8_lossy();
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(decoded)
        .collect()
}

/// What the methods of a path do.
struct Methods {
    operations: &'static [(Method, Operation)],
    allow: &'static [Method],
}

/// Writes the methods of a path down once for both of their uses.
macro_rules! methods {
    ($($method:ident => $operation:ident),+) => {
        Some(Methods {
            operations: &[$((Method::$method, Operation::$operation)),+],
            allow: &[$(Method::$method),+],
        })
    };
}

/// The same for what is about accounts.
macro_rules! account_methods {
    ($($method:ident => $operation:ident),+) => {
        Some(Methods {
            operations: &[
                $((Method::$method, Operation::Accounts(AccountOperation::$operation))),+
            ],
            allow: &[$(Method::$method),+],
        })
    };
}

/// The methods of a path. `admin`: whether accounts can be made at run time.
fn methods_of(admin: bool, segments: &[Cow<'_, str>]) -> Option<Methods> {
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    match segments.as_slice() {
        [] => methods!(GET => ListIdentityVersions, HEAD => ListIdentityVersions),
        ["v3"] => methods!(GET => ShowIdentityV3, HEAD => ShowIdentityV3),
        ["v3", "auth", "tokens"] => methods!(
            DELETE => RevokeToken, GET => ShowToken, HEAD => ShowToken, POST => IssueToken
        ),
        ["v3", below @ ..] => {
            (admin.then(|| administered(below)).flatten()).or_else(|| always_there(below))
        }
        ["v2.0"] => methods!(GET => ShowIdentityV2, HEAD => ShowIdentityV2),
        ["v2.0", "tokens"] => methods!(DELETE => RevokeV2Token, POST => IssueV2Token),
        ["v2.0", "tokens", _] => methods!(GET => ShowV2Token, HEAD => ShowV2Token),
        ["v2.0", "tenants"] => methods!(GET => ListTenants, HEAD => ListTenants),
        _ => None,
    }
}

/// What is about accounts, whether or not they can be made at run time.
fn always_there(below: &[&str]) -> Option<Methods> {
    match below {
        ["auth", "catalog"] => account_methods!(GET => ShowCatalog, HEAD => ShowCatalog),
        ["auth", "projects"] => account_methods!(GET => ListOwnProjects, HEAD => ListOwnProjects),
        ["users"] => account_methods!(GET => ListUsers, HEAD => ListUsers),
        ["users", _] => account_methods!(GET => ShowUser, HEAD => ShowUser),
        ["users", _, "projects"] => {
            account_methods!(GET => ListProjectsOfUser, HEAD => ListProjectsOfUser)
        }
        ["users", _, "application_credentials"] => account_methods!(
            GET => ListCredentials, HEAD => ListCredentials, POST => CreateCredential
        ),
        ["users", _, "application_credentials", _] => account_methods!(
            DELETE => DeleteCredential, GET => ShowCredential, HEAD => ShowCredential
        ),
        ["projects"] => account_methods!(GET => ListProjects, HEAD => ListProjects),
        ["projects", _] => account_methods!(GET => ShowProject, HEAD => ShowProject),
        ["role_assignments"] => {
            account_methods!(GET => ListRoleAssignments, HEAD => ListRoleAssignments)
        }
        _ => None,
    }
}

/// What there is besides where accounts can be made at run time.
fn administered(below: &[&str]) -> Option<Methods> {
    match below {
        ["users"] => account_methods!(GET => ListUsers, HEAD => ListUsers, POST => CreateUser),
        ["users", _] => {
            account_methods!(DELETE => DeleteUser, GET => ShowUser, HEAD => ShowUser)
        }
        ["projects"] => {
            account_methods!(GET => ListProjects, HEAD => ListProjects, POST => CreateProject)
        }
        ["projects", _] => {
            account_methods!(DELETE => DeleteProject, GET => ShowProject, HEAD => ShowProject)
        }
        ["projects", _, "users", _, "roles"] => {
            account_methods!(GET => ListGrants, HEAD => ListGrants)
        }
        ["projects", _, "users", _, "roles", _] => account_methods!(
            DELETE => WithdrawGrant, GET => CheckGrant, HEAD => CheckGrant, PUT => Grant
        ),
        ["roles"] => account_methods!(GET => ListRoles, HEAD => ListRoles),
        ["roles", _] => account_methods!(GET => ShowRole, HEAD => ShowRole),
        ["domains"] => account_methods!(GET => ListDomains, HEAD => ListDomains),
        ["domains", _] => account_methods!(GET => ShowDomain, HEAD => ShowDomain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_identity_path, loggable_path};

    #[test]
    fn versions_of_identity_are_told_from_those_of_compute() {
        for path in ["/v3", "/v3/", "/v3/auth/tokens", "/v2.0", "/v2.0/tokens"] {
            assert!(is_identity_path(path), "{path}");
        }
        for path in [
            "/",
            "",
            "/v2",
            "/v2/010101",
            "/v2.1/os-keypairs",
            "/v30",
            "v3",
        ] {
            assert!(!is_identity_path(path), "{path}");
        }
    }

    #[test]
    fn tokens_in_paths_are_not_logged() {
        assert_eq!(loggable_path("/v2.0/tokens"), "/v2.0/tokens");
        for path in [
            "/v2.0/tokens/abc",
            "/identity//v2%2e0/tokens//abc",
            "/v2.0/tokens/a/b",
        ] {
            assert_eq!(loggable_path(path), "/v2.0/tokens/…", "{path}");
        }
        assert_eq!(loggable_path("/v3/users/abc"), "/v3/users/abc");
    }
}
