//! Whom a token stands for, and what roles that gives.

use std::sync::Arc;
use std::time::SystemTime;

use dialect_api::{Delegation, Directory, Project, TokenClaims, User};
use keypair_core::Error as CoreError;

use super::error::Error;
use crate::config::{Config, Domain, SYSTEM, with_implied_roles};

/// What the method of a token from an application credential begins with. The credential's id
/// follows, so that the token gives no more roles than the credential has.
const CREDENTIAL_METHOD: &str = "application_credential:";

/// The method that a token from an application credential carries.
pub(super) fn credential_method(credential: &Delegation) -> String {
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
pub(crate) struct Session {
    pub(crate) claims: Arc<TokenClaims>,
    pub(super) user: Arc<User>,
    /// What the token is good for, if for a project.
    pub(super) project: Option<Arc<Project>>,
    /// Role names, those that others bring along included; empty for an unscoped token.
    pub(crate) roles: Vec<String>,
    /// The application credential that the token was issued for.
    pub(super) credential: Option<Arc<Delegation>>,
}

impl Session {
    /// Looks up what claims stand for; `None` if any of it is gone: the user, the project, the
    /// application credential, or the last role there.
    ///
    /// # Errors
    /// [`CoreError::StoreUnavailable`], [`CoreError::CorruptRecord`].
    pub(crate) async fn of(
        config: &Config,
        directory: &dyn Directory,
        claims: Arc<TokenClaims>,
    ) -> Result<Option<Self>, CoreError> {
        let user = directory.user_by_id(&claims.user_id).await?;
        let Some(user) = user.filter(|user| user.enabled) else {
            return Ok(None);
        };
        let project = match &claims.project_id {
            Some(id) => directory.project_by_id(id).await?,
            None => None,
        };
        let project = project.filter(|project| project.enabled);
        let credential = match credential_id(&claims) {
            Some(id) => directory.delegation(Some(&user.id), id).await?,
            None => None,
        };
        let credential = credential.filter(|it| Some(&it.project_id) == claims.project_id.as_ref());
        let lost = (claims.project_id.is_some() && project.is_none())
            || (credential_id(&claims).is_some() && credential.is_none());
        let held = if claims.system {
            system_roles(config, &user)
        } else {
            effective_roles(&user, claims.project_id.as_deref())
        };
        let roles = match &credential {
            Some(credential) => credential_roles(credential, &held),
            None => held,
        };
        let scoped = project.is_some() || claims.system;
        if lost || (scoped && roles.is_empty()) {
            return Ok(None);
        }
        Ok(Some(Self {
            claims,
            user,
            project,
            roles,
            credential,
        }))
    }

    /// The session if its user belongs to that domain.
    pub(super) fn in_domain(self, domain: Domain) -> Option<Self> {
        (Domain::of_id(&self.user.id) == Some(domain)).then_some(self)
    }

    /// Checks a token; `None` if it is no good in that domain.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if revocations or accounts cannot be asked for.
    pub(super) async fn open(
        config: &Config,
        directory: &dyn Directory,
        domain: Domain,
        token: &str,
        now: SystemTime,
    ) -> Result<Option<Self>, Error> {
        let Some(claims) = directory.verify(token, now).await? else {
            return Ok(None);
        };
        let session = Self::of(config, directory, claims).await?;
        Ok(session.and_then(|session| session.in_domain(domain)))
    }

    /// Whether the token is an administrator's.
    pub(super) fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "admin")
    }
}

/// The role names of a user in a project, those that others bring along included. Without a
/// project there are none.
pub(super) fn effective_roles(user: &User, project_id: Option<&str>) -> Vec<String> {
    let direct = project_id.and_then(|id| user.roles.get(id));
    direct.map_or_else(Vec::new, |roles| with_implied_roles(roles))
}

/// The user's roles for the whole system.
pub(super) fn system_roles(config: &Config, user: &User) -> Vec<String> {
    let account = config.users.iter().find(|account| account.id == user.id);
    let roles = account.and_then(|account| account.roles.get(SYSTEM));
    roles.map_or_else(Vec::new, |roles| with_implied_roles(roles))
}

/// Of the roles that the user holds those that an application credential hands on.
pub(super) fn credential_roles(credential: &Delegation, held: &[String]) -> Vec<String> {
    if credential.roles.is_empty() {
        return held.to_vec();
    }
    let mut roles = with_implied_roles(&credential.roles);
    roles.retain(|role| held.contains(role));
    roles
}

/// The id of the application credential that a token was issued for.
fn credential_id(claims: &TokenClaims) -> Option<&str> {
    let mut methods = claims.methods.iter();
    methods.find_map(|method| method.strip_prefix(CREDENTIAL_METHOD))
}
