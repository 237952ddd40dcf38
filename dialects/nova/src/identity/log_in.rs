//! Identity v3 log-in: from proofs to a token.

use std::sync::Arc;

use dialect_api::{Delegation, Directory, Project, Response, TokenClaims, User};
use http::StatusCode;

use super::error::{CREDENTIAL, Error};
use super::issue::{Proven, V3_DOMAIN};
use super::request::{self, LogIn, Proof, Scope, Which, Who};
use super::session::{Session, credential_method, effective_roles, system_roles};
use super::{Call, token};
use crate::config::Domain;

/// `POST /v3/auth/tokens`.
pub(super) async fn issue_token(call: Call<'_>) -> Result<Response, Error> {
    let log_in = request::log_in(call.request)?;
    let mut facts = Facts::default();
    for proof in &log_in.proofs {
        facts.prove(call, proof).await?;
    }
    let claims = facts.into_claims(call, &log_in).await?;
    let directory = call.ports.directory;
    let session = Session::of(call.config, directory, Arc::new(claims)).await?;
    let session = session.and_then(|session| session.in_domain(V3_DOMAIN));
    let session = session.ok_or(Error::Unauthenticated)?;
    let issued = directory.issue(&session.claims);
    token::answer(call, StatusCode::CREATED, &session, issued.expose())
}

/// What the proofs of a log-in have shown so far.
#[derive(Default)]
struct Facts {
    user: Option<Arc<User>>,
    methods: Vec<String>,
    parent: Option<Arc<TokenClaims>>,
    credential: Option<Arc<Delegation>>,
}

impl Facts {
    /// Takes one proof; all of them must be of the same user.
    async fn prove(&mut self, call: Call<'_>, proof: &Proof) -> Result<(), Error> {
        let user = match proof {
            Proof::Password { who, password } => {
                self.add_method("password".to_owned());
                by_password(call, who, password.as_deref()).await?
            }
            Proof::Token(text) => self.by_token(call, text).await?,
            Proof::Credential { which, secret } => {
                self.by_credential(call, which, secret.as_deref()).await?
            }
        };
        let before = self.user.as_ref();
        if before.is_some_and(|before| before.id != user.id) {
            return Err(Error::Unauthenticated);
        }
        self.user = Some(user);
        Ok(())
    }

    async fn by_token(&mut self, call: Call<'_>, text: &str) -> Result<Arc<User>, Error> {
        if text.is_empty() {
            return Err(Error::NoSubjectToken);
        }
        let (directory, now) = (call.ports.directory, call.cx.received_at);
        let session = Session::open(call.config, directory, V3_DOMAIN, text, now).await?;
        let session = session.ok_or(Error::TokenNotFound)?;
        if session.credential.is_some() {
            return Err(Error::DelegatedToken);
        }
        for method in &session.claims.methods {
            self.add_method(method.clone());
        }
        self.add_method("token".to_owned());
        self.parent = Some(session.claims);
        Ok(session.user)
    }

    async fn by_credential(
        &mut self,
        call: Call<'_>,
        which: &Which,
        secret: Option<&str>,
    ) -> Result<Arc<User>, Error> {
        let directory = call.ports.directory;
        let credential = find_credential(call, which).await?;
        let offered = secret.unwrap_or_default();
        let holds = directory.check_delegation(&credential, offered).await && secret.is_some();
        let ended = credential
            .expires_at
            .is_some_and(|end| end <= call.cx.received_at);
        if !holds || ended {
            return Err(Error::Unauthenticated);
        }
        let user = directory.user_by_id(&credential.user_id).await?;
        let user = user.ok_or(Error::Unauthenticated)?;
        self.add_method(credential_method(&credential));
        self.credential = Some(credential);
        Ok(user)
    }

    fn add_method(&mut self, method: String) {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    /// The claims of the token, once all proofs hold.
    async fn into_claims(self, call: Call<'_>, log_in: &LogIn) -> Result<TokenClaims, Error> {
        let user = self.user.ok_or(Error::Unauthenticated)?;
        let (project_id, system) = match &self.credential {
            Some(credential) => (Some(credential.project_id.clone()), false),
            None => scope(call, &user, &log_in.scope).await?,
        };
        let proven = Proven {
            user_id: user.id.clone(),
            methods: self.methods,
            parent: self.parent,
            until: self.credential.and_then(|credential| credential.expires_at),
        };
        Ok(proven.claims(call.config, call.cx, project_id, system))
    }
}

/// Asks the directory also where there is no such user, so that both take the same time.
async fn by_password(
    call: Call<'_>,
    who: &Who,
    password: Option<&str>,
) -> Result<Arc<User>, Error> {
    let directory = call.ports.directory;
    let user = find_user(directory, who).await?;
    let given = password.unwrap_or_default();
    let holds = directory.check_password(user.as_deref(), given).await;
    user.filter(|user| holds && password.is_some() && user.enabled)
        .ok_or(Error::Unauthenticated)
}

async fn find_user(directory: &dyn Directory, who: &Who) -> Result<Option<Arc<User>>, Error> {
    let found = match who {
        Who::Id(id) => directory.user_by_id(id).await?,
        Who::Name {
            name,
            domain_exists,
        } => {
            let name = V3_DOMAIN.directory_name(name);
            let found = directory.user_by_name(&name).await?;
            found.filter(|_| *domain_exists)
        }
    };
    Ok(found.filter(|user| Domain::of_id(&user.id) == Some(V3_DOMAIN)))
}

/// Credentials that are asked for by an unknown id or an unknown user's name are the only ones whose
/// absence Keystone tells.
async fn find_credential(call: Call<'_>, which: &Which) -> Result<Arc<Delegation>, Error> {
    let directory = call.ports.directory;
    match which {
        Which::Id(id) => {
            let found = directory.delegation(None, id).await?;
            found.ok_or_else(|| Error::NotFound {
                what: CREDENTIAL,
                id: id.clone(),
            })
        }
        Which::Name { name, user } => {
            let owner = match (find_user(directory, user).await?, user) {
                (Some(owner), _) => owner,
                (None, Who::Id(_)) => return Err(Error::Unauthenticated),
                (None, Who::Name { name, .. }) => {
                    return Err(Error::NotFound {
                        what: "user",
                        id: name.clone(),
                    });
                }
            };
            let found = directory.delegation_by_name(&owner.id, name).await?;
            found.ok_or(Error::Unauthenticated)
        }
    }
}

/// What the token will be good for: a project's id, and whether for the whole system.
async fn scope(
    call: Call<'_>,
    user: &User,
    scope: &Scope,
) -> Result<(Option<String>, bool), Error> {
    let has_role = |project: &Project| !effective_roles(user, Some(&project.id)).is_empty();
    let directory = call.ports.directory;
    match scope {
        Scope::Unscoped => Ok((None, false)),
        Scope::Default => {
            let project = match &user.default_project {
                Some(id) => directory.project_by_id(id).await?,
                None => None,
            };
            let usable = project.filter(|it| it.enabled && has_role(it));
            Ok((usable.map(|project| project.id.clone()), false))
        }
        Scope::System if system_roles(call.config, user).is_empty() => Err(Error::Unauthenticated),
        Scope::System => Ok((None, true)),
        Scope::Domain => Err(Error::Unauthenticated),
        Scope::Project(which) => {
            let project = match which {
                Who::Id(id) => directory.project_by_id(id).await?,
                Who::Name {
                    name,
                    domain_exists,
                } => {
                    let found = directory.project_by_name(name).await?;
                    found.filter(|_| *domain_exists)
                }
            };
            let project = project.filter(|it| has_role(it));
            let project = project.ok_or(Error::Unauthenticated)?;
            Ok((Some(project.id.clone()), false))
        }
    }
}
