//! Whom a token stands for, and what roles that gives.

use std::time::SystemTime;

use dialect_api::{Directory, Project, TokenClaims, User};

use super::error::Error;
use crate::config::{ApplicationCredential, Config, Domain, SYSTEM, with_implied_roles};

/// What the method of a token from an application credential begins with. The credential's id
/// follows, so that the token gives no more roles than the credential has.
const CREDENTIAL_METHOD: &str = "application_credential:";

/// The method that a token from an application credential carries.
pub(super) fn credential_method(credential: &ApplicationCredential) -> String {
    format!("{CREDENTIAL_METHOD}{}", credential.id)
}

/// A method as clients see it.
pub(super) fn shown_method(method: &str) -> &str {
    if method.starts_with(CREDENTIAL_METHOD) {
        "application_credential"
    } else {
        method
    }
}

/// A token that holds, and whom it stands for.
#[derive(Debug, Clone)]
pub(super) struct Session<'a> {
    pub(super) claims: TokenClaims,
    pub(super) user: &'a User,
    /// What the token is good for, if for a project.
    pub(super) project: Option<&'a Project>,
    /// Role names, those that others bring along included; empty for an unscoped token.
    pub(super) roles: Vec<String>,
    /// The application credential that the token was issued for.
    pub(super) credential: Option<&'a ApplicationCredential>,
}

impl<'a> Session<'a> {
    /// Looks up what claims stand for; `None` if any of it is gone from the config, or belongs to
    /// another domain.
    pub(super) fn of(
        config: &'a Config,
        directory: &'a dyn Directory,
        domain: Domain,
        claims: TokenClaims,
    ) -> Option<Self> {
        let user = directory.user_by_id(&claims.user_id)?;
        if Domain::of_id(&user.id) != Some(domain) {
            return None;
        }
        let project = match &claims.project_id {
            Some(id) => Some(directory.project_by_id(id)?),
            None => None,
        };
        let roles = token_roles(config, user, &claims);
        let scoped = project.is_some() || claims.system;
        if scoped && roles.is_empty() {
            return None;
        }
        let credential = match delegation(config, &claims) {
            Delegation::By(credential) => Some(credential),
            Delegation::None | Delegation::Gone => None,
        };
        Some(Self {
            claims,
            user,
            project,
            roles,
            credential,
        })
    }

    /// Checks a token; `None` if it is no good in that domain.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if revocations cannot be asked for.
    pub(super) async fn open(
        config: &'a Config,
        directory: &'a dyn Directory,
        domain: Domain,
        token: &str,
        now: SystemTime,
    ) -> Result<Option<Self>, Error> {
        let claims = directory.verify(token, now).await?;
        Ok(claims.and_then(|claims| Self::of(config, directory, domain, claims)))
    }

    /// Whether the token is an administrator's.
    pub(super) fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "admin")
    }
}

/// The role names of a user in a project, those that others bring along included. Without a
/// project there are none.
pub(crate) fn effective_roles(user: &User, project_id: Option<&str>) -> Vec<String> {
    let direct = project_id.and_then(|id| user.roles.get(id));
    direct.map_or_else(Vec::new, |roles| with_implied_roles(roles))
}

/// The role names that a token gives its user: those in its project or for the system, and of these
/// only what the application credential has that it was issued for.
pub(crate) fn token_roles(config: &Config, user: &User, claims: &TokenClaims) -> Vec<String> {
    let held = if claims.system {
        system_roles(config, user)
    } else {
        effective_roles(user, claims.project_id.as_deref())
    };
    match delegation(config, claims) {
        Delegation::None => held,
        Delegation::By(credential) => credential_roles(credential, &held),
        Delegation::Gone => Vec::new(),
    }
}

/// The user's roles for the whole system.
pub(super) fn system_roles(config: &Config, user: &User) -> Vec<String> {
    let account = config.users.iter().find(|account| account.id == user.id);
    let roles = account.and_then(|account| account.roles.get(SYSTEM));
    roles.map_or_else(Vec::new, |roles| with_implied_roles(roles))
}

/// Of the roles that the user holds those that an application credential hands on.
pub(super) fn credential_roles(credential: &ApplicationCredential, held: &[String]) -> Vec<String> {
    if credential.roles.is_empty() {
        return held.to_vec();
    }
    let mut roles = with_implied_roles(&credential.roles);
    roles.retain(|role| held.contains(role));
    roles
}

/// Whether a token was issued for an application credential.
enum Delegation<'a> {
    /// For none.
    None,
    /// For this one.
    By(&'a ApplicationCredential),
    /// For one that is no longer in the config.
    Gone,
}

fn delegation<'a>(config: &'a Config, claims: &TokenClaims) -> Delegation<'a> {
    let mut methods = claims.methods.iter();
    let Some(id) = methods.find_map(|method| method.strip_prefix(CREDENTIAL_METHOD)) else {
        return Delegation::None;
    };
    let same = |credential: &&ApplicationCredential| {
        credential.id == id
            && credential.user == claims.user_id
            && Some(&credential.project) == claims.project_id.as_ref()
    };
    let found = config.application_credentials.iter().find(same);
    found.map_or(Delegation::Gone, Delegation::By)
}
