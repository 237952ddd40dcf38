//! Identity v2.0: log-in, and what can be done with a token.

mod body;

use std::sync::Arc;

use dialect_api::{Project, Response, TokenClaims, User, empty_response};
use http::StatusCode;

use super::error::{Error, V2LogInError};
use super::issue::Proven;
use super::session::{Session, effective_roles};
use super::token::AUTH_TOKEN;
use super::v2_request::{self, Proof, Tenant};
use super::{Call, answer};
use crate::config::{Config, Domain, V2Flavour, log_in_name};

/// The domain whose users come by Identity v2.0.
fn domain(config: &Config) -> Domain {
    match config.v2_flavour {
        V2Flavour::Rackspace => Domain::Rackspace,
        V2Flavour::Compat => Domain::Default,
    }
}

/// `POST /v2.0/tokens`.
pub(super) async fn issue_token(call: Call<'_>) -> Result<Response, Error> {
    let log_in = v2_request::log_in(call.request)?;
    let (user, mut proven) = prove(call, &log_in.proof).await?;
    let from_token = proven.parent.is_some();
    let tenant = tenant(call, &user, log_in.tenant.as_ref(), from_token).await?;
    if from_token && !proven.methods.iter().any(|method| method == "token") {
        proven.methods.push("token".to_owned());
    }
    let project_id = tenant.map(|tenant| tenant.id.clone());
    let claims = proven.claims(call.config, call.cx, project_id, false);
    let session = Session::of(call.config, call.ports.directory, Arc::new(claims)).await?;
    let session = session.and_then(|session| session.in_domain(domain(call.config)));
    let session = session.ok_or(V2LogInError::WrongCredentials)?;
    let issued = call.ports.directory.issue(&session.claims);
    let access = body::with_catalog(call, &session, issued.expose());
    Ok(answer::json(StatusCode::OK, &access))
}

/// Who is logging in.
async fn prove(call: Call<'_>, proof: &Proof) -> Result<(Arc<User>, Proven), Error> {
    let directory = call.ports.directory;
    let (user, holds, method) = match proof {
        Proof::ApiKey { name, api_key } => {
            let user = find_user(call, name).await?;
            let holds = directory.check_user_api_key(user.as_deref(), api_key);
            (user, holds, "apikey")
        }
        Proof::Password { name, password } => {
            let user = find_user(call, name).await?;
            let holds = directory.check_password(user.as_deref(), password).await;
            (user, holds, "password")
        }
        Proof::Token(text) => return by_token(call, text).await,
    };
    let user = user.filter(|_| holds);
    let user = user.ok_or(V2LogInError::WrongCredentials)?;
    let proven = proven(&user, vec![method.to_owned()], None);
    Ok((user, proven))
}

async fn find_user(call: Call<'_>, name: &str) -> Result<Option<Arc<User>>, Error> {
    let name = domain(call.config).directory_name(name);
    Ok(call.ports.directory.user_by_name(&name).await?)
}

async fn by_token(call: Call<'_>, text: &str) -> Result<(Arc<User>, Proven), Error> {
    let session = open(call, text).await?;
    let session = session.ok_or(V2LogInError::WrongCredentials)?;
    if session.credential.is_some() {
        // What an application credential may not do by version 3 it may not do here.
        return Err(V2LogInError::WrongCredentials.into());
    }
    let methods = session.claims.methods.clone();
    let proven = proven(&session.user, methods, Some(session.claims));
    Ok((session.user, proven))
}

fn proven(user: &User, methods: Vec<String>, parent: Option<Arc<TokenClaims>>) -> Proven {
    Proven {
        user_id: user.id.clone(),
        methods,
        parent,
        until: None,
    }
}

/// The tenant that the token will be good for: the one that is asked for, else the user's own.
async fn tenant(
    call: Call<'_>,
    user: &User,
    asked: Option<&Tenant>,
    from_token: bool,
) -> Result<Option<Arc<Project>>, Error> {
    let directory = call.ports.directory;
    let usable = |it: &Arc<Project>| !effective_roles(user, Some(&it.id)).is_empty();
    let Some(asked) = asked else {
        let default = match &user.default_project {
            Some(id) => directory.project_by_id(id).await?,
            None => None,
        };
        return Ok(default.filter(usable));
    };
    let found = match asked {
        Tenant::Id(id) => directory.project_by_id(id).await?,
        Tenant::Name(name) => directory.project_by_name(name).await?,
    };
    if let Some(found) = found.filter(usable) {
        return Ok(Some(found));
    }
    let tenant = asked.text().to_owned();
    let refused = if from_token {
        V2LogInError::TokenOfOtherTenant { tenant }
    } else {
        V2LogInError::ForeignTenant {
            tenant,
            user_name: log_in_name(user).to_owned(),
            user_id: user.id.clone(),
        }
    };
    Err(refused.into())
}

/// `GET /v2.0/tenants`.
pub(super) async fn tenants(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let own = |it: &&Arc<Project>| !effective_roles(&session.user, Some(&it.id)).is_empty();
    let projects = call.ports.directory.projects().await?;
    let tenants = body::tenants(projects.iter().filter(own).map(AsRef::as_ref));
    Ok(answer::json(StatusCode::OK, &tenants))
}

/// `GET /v2.0/tokens/{id}`: one's own, or any for an administrator.
pub(super) async fn show_token(call: Call<'_>) -> Result<Response, Error> {
    let caller = caller(call).await?;
    let text = call.last_segment();
    let session = open(call, &text).await?.ok_or(Error::TokenNotFound)?;
    if session.user.id != caller.user.id && !caller.is_admin() {
        return Err(Error::Forbidden { rule: None });
    }
    let access = body::without_catalog(call, &session, &text);
    Ok(answer::json(StatusCode::OK, &access))
}

/// `DELETE /v2.0/tokens`: the one that the call is made with.
pub(super) async fn revoke_token(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    call.ports.directory.revoke(&session.claims).await?;
    Ok(empty_response(StatusCode::NO_CONTENT))
}

async fn caller(call: Call<'_>) -> Result<Session, Error> {
    let token = call.request.header(AUTH_TOKEN).unwrap_or_default();
    open(call, token).await?.ok_or(Error::Unauthenticated)
}

async fn open(call: Call<'_>, token: &str) -> Result<Option<Session>, Error> {
    let (directory, now) = (call.ports.directory, call.cx.received_at);
    Session::open(call.config, directory, domain(call.config), token, now).await
}
