//! From a path and a method to an operation.

use std::borrow::Cow;

use dialect_api::{EdgeError, OperationClass, Request};
use http::Method;
use percent_encoding::percent_decode_str;

use super::error::Error;
use crate::config::Config;

/// One thing that the identity service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The list of versions.
    ListIdentityVersions,
    /// The document of version 3.
    ShowIdentityV3,
    /// The document of version 2.0.
    ShowIdentityV2,
    /// Log-in, version 3.
    IssueToken,
    /// What a token says.
    ShowToken,
    /// Revokes a token.
    RevokeToken,
    /// The catalogue of the caller's token.
    ShowCatalog,
    /// The projects that the caller has a role in.
    ListOwnProjects,
    /// All users.
    ListUsers,
    /// One user.
    ShowUser,
    /// All projects.
    ListProjects,
    /// One project.
    ShowProject,
    /// Who has which role where.
    ListRoleAssignments,
    /// Makes an application credential, which nobody may.
    CreateApplicationCredential,
    /// Log-in, version 2.0.
    IssueV2Token,
    /// The caller's tenants, version 2.0.
    ListTenants,
    /// What a token says, version 2.0.
    ShowV2Token,
    /// Revokes the caller's token, version 2.0.
    RevokeV2Token,
}

impl Operation {
    /// Every operation.
    pub(crate) const fn all() -> &'static [Self] {
        &[
            Self::ListIdentityVersions,
            Self::ShowIdentityV3,
            Self::ShowIdentityV2,
            Self::IssueToken,
            Self::ShowToken,
            Self::RevokeToken,
            Self::ShowCatalog,
            Self::ListOwnProjects,
            Self::ListUsers,
            Self::ShowUser,
            Self::ListProjects,
            Self::ShowProject,
            Self::ListRoleAssignments,
            Self::CreateApplicationCredential,
            Self::IssueV2Token,
            Self::ListTenants,
            Self::ShowV2Token,
            Self::RevokeV2Token,
        ]
    }

    /// Stable label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ListIdentityVersions => "list_identity_versions",
            Self::ShowIdentityV3 => "show_identity_v3",
            Self::ShowIdentityV2 => "show_identity_v2",
            Self::IssueToken => "issue_token",
            Self::ShowToken => "show_token",
            Self::RevokeToken => "revoke_token",
            Self::ShowCatalog => "show_catalog",
            Self::ListOwnProjects => "list_own_projects",
            Self::ListUsers => "list_users",
            Self::ShowUser => "show_user",
            Self::ListProjects => "list_projects",
            Self::ShowProject => "show_project",
            Self::ListRoleAssignments => "list_role_assignments",
            Self::CreateApplicationCredential => "create_application_credential",
            Self::IssueV2Token => "issue_v2_token",
            Self::ListTenants => "list_tenants",
            Self::ShowV2Token => "show_v2_token",
            Self::RevokeV2Token => "revoke_v2_token",
        }
    }

    /// All of identity is cheap, and most of it is open.
    #[expect(
        clippy::unused_self,
        reason = "the dialect asks each operation for its class"
    )]
    pub(crate) fn class(self) -> OperationClass {
        OperationClass::Discovery
    }
}

/// Whether a path below no mount is identity's by its version.
pub(crate) fn is_identity_path(path: &str) -> bool {
    matches!(path.split('/').nth(1), Some("v3" | "v2.0"))
}

/// Finds the operation of a request. `path` is the path below the mount.
///
/// # Errors
/// [`EdgeError::BodyTooLarge`], which goes before everything else, [`EdgeError::RouteNotFound`] and
/// [`EdgeError::MethodNotAllowed`].
pub(crate) fn route(_config: &Config, request: &Request, path: &str) -> Result<Operation, Error> {
    request.body()?;
    let methods = methods_of(&segments(path)).ok_or(EdgeError::RouteNotFound)?;
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

fn methods_of(segments: &[Cow<'_, str>]) -> Option<Methods> {
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    match segments.as_slice() {
        [] => methods!(GET => ListIdentityVersions, HEAD => ListIdentityVersions),
        ["v3"] => methods!(GET => ShowIdentityV3, HEAD => ShowIdentityV3),
        ["v3", "auth", "tokens"] => methods!(
            DELETE => RevokeToken, GET => ShowToken, HEAD => ShowToken, POST => IssueToken
        ),
        ["v3", "auth", "catalog"] => methods!(GET => ShowCatalog, HEAD => ShowCatalog),
        ["v3", "auth", "projects"] => methods!(GET => ListOwnProjects, HEAD => ListOwnProjects),
        ["v3", "users"] => methods!(GET => ListUsers, HEAD => ListUsers),
        ["v3", "users", _] => methods!(GET => ShowUser, HEAD => ShowUser),
        ["v3", "users", _, "application_credentials"] => {
            methods!(POST => CreateApplicationCredential)
        }
        ["v3", "projects"] => methods!(GET => ListProjects, HEAD => ListProjects),
        ["v3", "projects", _] => methods!(GET => ShowProject, HEAD => ShowProject),
        ["v3", "role_assignments"] => {
            methods!(GET => ListRoleAssignments, HEAD => ListRoleAssignments)
        }
        ["v2.0"] => methods!(GET => ShowIdentityV2, HEAD => ShowIdentityV2),
        ["v2.0", "tokens"] => methods!(DELETE => RevokeV2Token, POST => IssueV2Token),
        ["v2.0", "tokens", _] => methods!(GET => ShowV2Token, HEAD => ShowV2Token),
        ["v2.0", "tenants"] => methods!(GET => ListTenants, HEAD => ListTenants),
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
