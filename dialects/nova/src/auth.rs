//! Who is calling compute, and what they may do.

use std::sync::Arc;
use std::time::SystemTime;

use base64ct::{Base64, Encoding};
use dialect_api::{
    Caller, Directory, EdgeError, ProjectAccess, Request, RequestContext, TokenClaims,
};
use http::header::{AUTHORIZATION, HeaderName};
use keypair_core::{Error as CoreError, TenantId};
use zeroize::Zeroizing;

use crate::config::{Auth, Config, Domain};
use crate::error::Error;
use crate::identity::Session;
use crate::route::Destination;
use crate::route::compute_path::Family;

/// The header of the token.
static TOKEN_HEADER: HeaderName = HeaderName::from_static("x-auth-token");
/// Whom calls count for that need no token.
const ANONYMOUS: &str = "anonymous";
/// The role that reaches other users' key pairs.
const ADMIN: &str = "admin";

/// The caller of an operation that asks for no token, or looks at its credentials itself.
pub(crate) fn anonymous() -> Caller {
    Caller::anonymous(TenantId::new(ANONYMOUS))
}

/// Finds out who is calling: by token, else by HTTP Basic, else not at all.
///
/// # Errors
/// [`EdgeError::Unauthenticated`]; [`Error::TokenUnchecked`] if it cannot be found out now.
pub(crate) async fn authenticate(
    config: &Config,
    request: &Request,
    cx: &RequestContext,
    directory: &dyn Directory,
) -> Result<Caller, Error> {
    if config.auth == Auth::None {
        let user_id = &config.auth_none.user_id;
        return Ok(Caller {
            name: user_id.clone(),
            ..Caller::anonymous(TenantId::new(user_id.as_str()))
        });
    }
    let token = request
        .header(&TOKEN_HEADER)
        .filter(|token| !token.is_empty());
    let session = if let Some(token) = token {
        by_token(config, token, cx.received_at, directory).await
    } else {
        let family = Destination::of(config, &request.head, cx).family();
        by_password(config, family, request, cx.received_at, directory).await
    };
    let session = session.map_err(Error::TokenUnchecked)?;
    let Session { claims, roles, .. } = session.ok_or(EdgeError::Unauthenticated)?;
    Ok(Caller {
        tenant: TenantId::new(claims.user_id.as_str()),
        name: claims.user_id.clone(),
        projects: ProjectAccess::Only(claims.project_id.iter().cloned().collect()),
        claims: Some(claims),
        roles,
    })
}

/// Whom a token stands for, if it still holds: an account may have gone since, or a role.
async fn by_token(
    config: &Config,
    token: &str,
    now: SystemTime,
    directory: &dyn Directory,
) -> Result<Option<Session>, CoreError> {
    match directory.verify(token, now).await? {
        Some(claims) => Session::of(config, directory, claims).await,
        None => Ok(None),
    }
}

/// HTTP Basic: the user of that name in the user's own default project, as if just logged in.
async fn by_password(
    config: &Config,
    family: Option<Family>,
    request: &Request,
    now: SystemTime,
    directory: &dyn Directory,
) -> Result<Option<Session>, CoreError> {
    let Some(given) = basic(request) else {
        return Ok(None);
    };
    let Some((name, password)) = given.split_once(':') else {
        return Ok(None);
    };
    let domain = match family {
        Some(Family::V21 | Family::Compat) | None => Domain::Default,
        Some(Family::Rackspace) => Domain::Rackspace,
    };
    let user = directory.user_by_name(&domain.directory_name(name)).await?;
    let user = user.filter(|user| Domain::of_id(&user.id) == Some(domain));
    let holds = directory.check_password(user.as_deref(), password).await;
    let Some(user) = user.filter(|_| holds) else {
        return Ok(None);
    };
    let default = user.default_project.clone();
    let claims = TokenClaims {
        user_id: user.id.clone(),
        project_id: default.filter(|id| user.roles.contains_key(id)),
        system: false,
        methods: Vec::new(),
        audit_ids: Vec::new(),
        issued_at: now,
        expires_at: now,
    };
    Session::of(config, directory, Arc::new(claims)).await
}

/// Name and password of HTTP Basic, with the colon between them.
fn basic(request: &Request) -> Option<Zeroizing<String>> {
    let value = request.header(AUTHORIZATION)?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(Base64::decode_vec(encoded.trim()).ok()?);
    let text = std::str::from_utf8(&decoded).ok()?;
    Some(Zeroizing::new(text.to_owned()))
}

/// The caller as compute sees it.
#[derive(Debug, Clone)]
pub(crate) struct Requester {
    /// Whose key pairs are meant unless another user is named.
    pub(crate) user_id: String,
    /// Whose quota holds; `None` for a token without a project.
    pub(crate) project_id: Option<String>,
    /// Whether a project in the path must be the caller's.
    compares_projects: bool,
    /// Whether it acts for the whole system, which compute has no use for.
    system: bool,
    is_admin: bool,
}

impl Requester {
    /// What an authenticated caller is.
    pub(crate) fn new(config: &Config, caller: &Caller) -> Self {
        let Some(claims) = &caller.claims else {
            let any = &config.auth_none;
            return Self {
                user_id: any.user_id.clone(),
                project_id: Some(any.project_id.clone()),
                compares_projects: false,
                system: false,
                is_admin: any.roles.iter().any(|role| role == ADMIN),
            };
        };
        Self {
            user_id: claims.user_id.clone(),
            project_id: claims.project_id.clone(),
            compares_projects: true,
            system: claims.system,
            is_admin: caller.roles.iter().any(|role| role == ADMIN),
        }
    }

    /// Whether a project that a path names is the caller's.
    pub(crate) fn reaches(&self, project_id: &str) -> bool {
        !self.compares_projects || self.project_id.as_deref() == Some(project_id)
    }

    /// Whether the caller may see what is a project's: administrators may, and the project's own.
    ///
    /// # Errors
    /// [`Error::PolicyDenied`] with the rule.
    pub(crate) fn permit_project(&self, rule: &'static str, project_id: &str) -> Result<(), Error> {
        if !self.system && (self.is_admin || self.project_id.as_deref() == Some(project_id)) {
            Ok(())
        } else {
            Err(Error::PolicyDenied { rule })
        }
    }

    /// Whether the caller may do what everybody may who works in a project.
    ///
    /// # Errors
    /// [`Error::PolicyDenied`] with the rule.
    pub(crate) fn permit_anybody(&self, rule: &'static str) -> Result<(), Error> {
        if self.system {
            Err(Error::PolicyDenied { rule })
        } else {
            Ok(())
        }
    }

    /// Whether the caller may do what only administrators may.
    ///
    /// # Errors
    /// [`Error::PolicyDenied`] with the rule.
    pub(crate) fn permit_admin(&self, rule: &'static str) -> Result<(), Error> {
        if !self.system && self.is_admin {
            Ok(())
        } else {
            Err(Error::PolicyDenied { rule })
        }
    }

    /// Whether the caller may do something to a user's key pairs: administrators may, and everyone
    /// to their own.
    ///
    /// # Errors
    /// [`Error::PolicyDenied`] with the rule.
    pub(crate) fn permit(&self, rule: &'static str, user_id: &str) -> Result<(), Error> {
        if !self.system && (self.is_admin || self.user_id == user_id) {
            Ok(())
        } else {
            Err(Error::PolicyDenied { rule })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requester(system: bool, is_admin: bool) -> Requester {
        Requester {
            user_id: "alice".to_owned(),
            project_id: Some("p".to_owned()),
            compares_projects: true,
            system,
            is_admin,
        }
    }

    #[test]
    fn administrators_reach_everybody_and_others_themselves() {
        let may = |requester: &Requester, user| requester.permit("rule", user).is_ok();
        let member = requester(false, false);
        assert!(may(&member, "alice") && !may(&member, "bob"));
        let admin = requester(false, true);
        assert!(may(&admin, "alice") && may(&admin, "bob"));
    }

    #[test]
    fn tokens_for_the_system_reach_nobody() {
        let system = requester(true, true);
        assert!(system.permit("rule", "alice").is_err());
        assert!(system.permit("rule", "bob").is_err());
    }
}
