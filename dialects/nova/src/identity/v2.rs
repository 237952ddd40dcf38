//! Identity v2.0: log-in, and what can be done with a token.

mod body;

use dialect_api::{Directory, Project, Response, TokenClaims, User, empty_response};
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
    let tenant = tenant(
        call.ports.directory,
        user,
        log_in.tenant.as_ref(),
        from_token,
    )?;
    if from_token && !proven.methods.iter().any(|method| method == "token") {
        proven.methods.push("token".to_owned());
    }
    let project_id = tenant.map(|tenant| tenant.id.clone());
    let claims = proven.claims(call.config, call.cx, project_id, false);
    let session = Session::of(
        call.config,
        call.ports.directory,
        domain(call.config),
        claims,
    );
    let session = session.ok_or(V2LogInError::WrongCredentials)?;
    let issued = call.ports.directory.issue(&session.claims);
    let access = body::with_catalog(call, &session, issued.expose());
    Ok(answer::json(StatusCode::OK, &access))
}

/// Who is logging in.
async fn prove<'a>(call: Call<'a>, proof: &Proof) -> Result<(&'a User, Proven), Error> {
    let directory = call.ports.directory;
    let find = |name: &str| directory.user_by_name(&domain(call.config).directory_name(name));
    let (user, holds, method) = match proof {
        Proof::ApiKey { name, api_key } => {
            let user = find(name);
            (user, directory.check_user_api_key(user, api_key), "apikey")
        }
        Proof::Password { name, password } => {
            let user = find(name);
            let holds = directory.check_password(user, password).await;
            (user, holds, "password")
        }
        Proof::Token(text) => return by_token(call, text).await,
    };
    let user = user.filter(|_| holds);
    let user = user.ok_or(V2LogInError::WrongCredentials)?;
    Ok((user, proven(user, vec![method.to_owned()], None)))
}

async fn by_token<'a>(call: Call<'a>, text: &str) -> Result<(&'a User, Proven), Error> {
    let session = open(call, text).await?;
    let session = session.ok_or(V2LogInError::WrongCredentials)?;
    if session.credential.is_some() {
        // What an application credential may not do by version 3 it may not do here.
        return Err(V2LogInError::WrongCredentials.into());
    }
    let methods = session.claims.methods.clone();
    let user = session.user;
    Ok((user, proven(user, methods, Some(session.claims))))
}

fn proven(user: &User, methods: Vec<String>, parent: Option<TokenClaims>) -> Proven {
    Proven {
        user_id: user.id.clone(),
        methods,
        parent,
    }
}

/// The tenant that the token will be good for: the one that is asked for, else the user's own.
fn tenant<'a>(
    directory: &'a dyn Directory,
    user: &User,
    asked: Option<&Tenant>,
    from_token: bool,
) -> Result<Option<&'a Project>, V2LogInError> {
    let usable = |it: &&Project| !effective_roles(user, Some(&it.id)).is_empty();
    let Some(asked) = asked else {
        let default = user.default_project.as_deref();
        let default = default.and_then(|id| directory.project_by_id(id));
        return Ok(default.filter(usable));
    };
    let found = match asked {
        Tenant::Id(id) => directory.project_by_id(id),
        Tenant::Name(name) => directory.project_by_name(name),
    };
    if let Some(found) = found.filter(usable) {
        return Ok(Some(found));
    }
    let tenant = asked.text().to_owned();
    Err(if from_token {
        V2LogInError::TokenOfOtherTenant { tenant }
    } else {
        V2LogInError::ForeignTenant {
            tenant,
            user_name: log_in_name(user).to_owned(),
            user_id: user.id.clone(),
        }
    })
}

/// `GET /v2.0/tenants`.
pub(super) async fn tenants(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let own = |it: &&Project| !effective_roles(session.user, Some(&it.id)).is_empty();
    let tenants = call.ports.directory.projects().iter().filter(own);
    Ok(answer::json(StatusCode::OK, &body::tenants(tenants)))
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

async fn caller(call: Call<'_>) -> Result<Session<'_>, Error> {
    let token = call.request.header(AUTH_TOKEN).unwrap_or_default();
    open(call, token).await?.ok_or(Error::Unauthenticated)
}

async fn open<'a>(call: Call<'a>, token: &str) -> Result<Option<Session<'a>>, Error> {
    let (directory, now) = (call.ports.directory, call.cx.received_at);
    Session::open(call.config, directory, domain(call.config), token, now).await
}
