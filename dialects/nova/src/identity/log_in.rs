//! Identity v3 log-in: from proofs to a token.

use dialect_api::{Directory, Response, TokenClaims, User};
use http::StatusCode;

use super::error::Error;
use super::issue::{Proven, V3_DOMAIN};
use super::request::{self, LogIn, Proof, Scope, Which, Who};
use super::session::{Session, credential_method, effective_roles, system_roles};
use super::{Call, token};
use crate::config::{ApplicationCredential, Domain};

/// `POST /v3/auth/tokens`.
pub(super) async fn issue_token(call: Call<'_>) -> Result<Response, Error> {
    let log_in = request::log_in(call.request)?;
    let mut facts = Facts::default();
    for proof in &log_in.proofs {
        facts.prove(call, proof).await?;
    }
    let claims = facts.into_claims(call, &log_in)?;
    let directory = call.ports.directory;
    let session = Session::of(call.config, directory, V3_DOMAIN, claims);
    let session = session.ok_or(Error::Unauthenticated)?;
    let issued = directory.issue(&session.claims);
    token::answer(call, StatusCode::CREATED, &session, issued.expose())
}

/// What the proofs of a log-in have shown so far.
#[derive(Default)]
struct Facts<'a> {
    user: Option<&'a User>,
    methods: Vec<String>,
    parent: Option<TokenClaims>,
    credential: Option<&'a ApplicationCredential>,
}

impl<'a> Facts<'a> {
    /// Takes one proof; all of them must be of the same user.
    async fn prove(&mut self, call: Call<'a>, proof: &Proof) -> Result<(), Error> {
        let user = match proof {
            Proof::Password { who, password } => {
                self.add_method("password".to_owned());
                by_password(call, who, password.as_deref()).await?
            }
            Proof::Token(text) => self.by_token(call, text).await?,
            Proof::Credential { which, secret } => {
                self.by_credential(call, which, secret.as_deref())?
            }
        };
        if self.user.is_some_and(|before| before.id != user.id) {
            return Err(Error::Unauthenticated);
        }
        self.user = Some(user);
        Ok(())
    }

    async fn by_token(&mut self, call: Call<'a>, text: &str) -> Result<&'a User, Error> {
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

    fn by_credential(
        &mut self,
        call: Call<'a>,
        which: &Which,
        secret: Option<&str>,
    ) -> Result<&'a User, Error> {
        let credential = find_credential(call, which)?;
        let offered = credential.directory_key(secret.unwrap_or_default());
        let known = call.ports.directory.api_key(&offered);
        let user = known
            .filter(|key| key.name == credential.id)
            .and_then(|_| call.ports.directory.user_by_id(&credential.user))
            .ok_or(Error::Unauthenticated)?;
        self.add_method(credential_method(credential));
        self.credential = Some(credential);
        Ok(user)
    }

    fn add_method(&mut self, method: String) {
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    /// The claims of the token, once all proofs hold.
    fn into_claims(self, call: Call<'a>, log_in: &LogIn) -> Result<TokenClaims, Error> {
        let user = self.user.ok_or(Error::Unauthenticated)?;
        let (project_id, system) = match self.credential {
            Some(credential) => (Some(credential.project.clone()), false),
            None => scope(call, user, &log_in.scope)?,
        };
        let proven = Proven {
            user_id: user.id.clone(),
            methods: self.methods,
            parent: self.parent,
        };
        Ok(proven.claims(call.config, call.cx, project_id, system))
    }
}

/// Asks the directory also where there is no such user, so that both take the same time.
async fn by_password<'a>(
    call: Call<'a>,
    who: &Who,
    password: Option<&str>,
) -> Result<&'a User, Error> {
    let directory = call.ports.directory;
    let user = find_user(directory, who);
    let given = password.unwrap_or_default();
    let holds = directory.check_password(user, given).await;
    user.filter(|_| holds && password.is_some())
        .ok_or(Error::Unauthenticated)
}

fn find_user<'a>(directory: &'a dyn Directory, who: &Who) -> Option<&'a User> {
    let found = match who {
        Who::Id(id) => directory.user_by_id(id),
        Who::Name {
            name,
            domain_exists,
        } => {
            let found = directory.user_by_name(&V3_DOMAIN.directory_name(name));
            found.filter(|_| *domain_exists)
        }
    };
    found.filter(|user| Domain::of_id(&user.id) == Some(V3_DOMAIN))
}

/// Credentials that are asked for by an unknown id or an unknown user's name are the only ones whose
/// absence Keystone tells.
fn find_credential<'a>(call: Call<'a>, which: &Which) -> Result<&'a ApplicationCredential, Error> {
    let mut all = call.config.application_credentials.iter();
    match which {
        Which::Id(id) => {
            all.find(|credential| credential.id == *id)
                .ok_or_else(|| Error::NotFound {
                    what: "Application Credential",
                    id: id.clone(),
                })
        }
        Which::Name { name, user } => {
            let owner = find_user(call.ports.directory, user);
            let owner = match (owner, user) {
                (Some(owner), _) => owner,
                (None, Who::Id(_)) => return Err(Error::Unauthenticated),
                (None, Who::Name { name, .. }) => {
                    return Err(Error::NotFound {
                        what: "user",
                        id: name.clone(),
                    });
                }
            };
            all.find(|credential| credential.user == owner.id && credential.name == *name)
                .ok_or(Error::Unauthenticated)
        }
    }
}

/// What the token will be good for: a project's id, and whether for the whole system.
fn scope(call: Call<'_>, user: &User, scope: &Scope) -> Result<(Option<String>, bool), Error> {
    match scope {
        Scope::Unscoped => Ok((None, false)),
        Scope::Default => {
            let default = user.default_project.as_deref();
            let usable = default.filter(|id| !effective_roles(user, Some(id)).is_empty());
            Ok((usable.map(str::to_owned), false))
        }
        Scope::System if system_roles(call.config, user).is_empty() => Err(Error::Unauthenticated),
        Scope::System => Ok((None, true)),
        Scope::Domain => Err(Error::Unauthenticated),
        Scope::Project(which) => {
            let directory = call.ports.directory;
            let project = match which {
                Who::Id(id) => directory.project_by_id(id),
                Who::Name {
                    name,
                    domain_exists,
                } => directory.project_by_name(name).filter(|_| *domain_exists),
            };
            let project = project.filter(|it| !effective_roles(user, Some(&it.id)).is_empty());
            let project = project.ok_or(Error::Unauthenticated)?;
            Ok((Some(project.id.clone()), false))
        }
    }
}
