//! The body of an Identity v3 log-in, and in which order it is found wanting.
//!
//! Source of the order: Keystone 30, `auth_schema.validate_issue_token_auth` and
//! `auth.core.AuthInfo`.

use dialect_api::Request;
use serde_json::Value;

use super::body::{IN_BODY, json_object, missing};
use super::error::Error;
use super::fields::Fields;

/// The log-in methods that are offered.
pub(super) const METHODS: [&str; 3] = ["password", "token", "application_credential"];

/// Where something is missed that a log-in must have.
const IN_IDENTITY: &str = "identity";
const IN_CREDENTIAL: &str = "application credential";

/// A log-in.
#[derive(Debug)]
pub(super) struct LogIn {
    /// How the caller proves who they are: all of it must hold.
    pub(super) proofs: Vec<Proof>,
    /// What the token should be good for.
    pub(super) scope: Scope,
}

/// One way to prove who is calling.
#[derive(Debug)]
pub(super) enum Proof {
    /// A user's password.
    Password {
        who: Who,
        /// `None` if there is none in the body, which no user has as password.
        password: Option<String>,
    },
    /// A token that was issued before.
    Token(String),
    /// An application credential.
    Credential {
        which: Which,
        secret: Option<String>,
    },
}

/// A user or a project, as a log-in names them.
#[derive(Debug)]
pub(super) enum Who {
    Id(String),
    Name {
        name: String,
        /// Whether the domain is there: there is only one.
        domain_exists: bool,
    },
}

/// An application credential, as a log-in names it.
#[derive(Debug)]
pub(super) enum Which {
    Id(String),
    Name { name: String, user: Who },
}

/// What a token should be good for.
#[derive(Debug)]
pub(super) enum Scope {
    /// Not said: the user's default project, if there is one.
    Default,
    /// Nothing in particular.
    Unscoped,
    /// The whole system.
    System,
    /// A domain, in which nobody has a role.
    Domain,
    /// A project.
    Project(Who),
}

/// Reads a log-in.
///
/// # Errors
/// [`Error::Missing`], [`Error::Schema`], [`Error::UnsupportedMethod`],
/// [`Error::CredentialWithScope`].
pub(super) fn log_in(request: &Request) -> Result<LogIn, Error> {
    let body = json_object(request)?;
    let auth = match body.get("auth") {
        None | Some(Value::Null) => return Err(missing("auth", IN_BODY)),
        Some(auth) => Fields::root(auth, "auth")?,
    };
    check_schema(&auth)?;
    let identity = auth.required("identity")?;
    let methods = identity.texts("methods")?;
    for method in &methods {
        if !identity.has(method) {
            return Err(missing(method, IN_IDENTITY));
        }
    }
    if !methods.iter().all(|method| METHODS.contains(method)) {
        return Err(Error::UnsupportedMethod);
    }
    let by_credential = methods.contains(&"application_credential");
    if by_credential && auth.has("scope") {
        return Err(Error::CredentialWithScope);
    }
    let scope = scope(&auth)?;
    let mut proofs = Vec::new();
    for (position, method) in methods.iter().enumerate() {
        let named_before = methods.iter().take(position).any(|before| before == method);
        if !named_before {
            proofs.push(proof(method, &identity)?);
        }
    }
    Ok(LogIn { proofs, scope })
}

/// What Keystone's JSON schema checks, before anything is looked up.
fn check_schema(auth: &Fields<'_>) -> Result<(), Error> {
    let identity = auth.required("identity")?;
    identity.texts("methods")?;
    if let Some(password) = identity.object("password")?
        && let Some(user) = password.object("user")?
    {
        check_named(&user)?;
        user.text("password")?;
    }
    if let Some(token) = identity.object("token")? {
        token.required_text("id")?;
    }
    identity.object("application_credential")?;
    if auth.is_text("scope") {
        return Ok(());
    }
    let Some(scope) = auth.object("scope")? else {
        return Ok(());
    };
    if let Some(project) = scope.object("project")? {
        check_named(&project)?;
    }
    if let Some(domain) = scope.object("domain")? {
        check_id_or_name(&domain)?;
    }
    scope.object("system")?;
    Ok(())
}

/// Something with an id or a name, and perhaps a domain.
fn check_named(fields: &Fields<'_>) -> Result<(), Error> {
    check_id_or_name(fields)?;
    match fields.object("domain")? {
        Some(domain) => check_id_or_name(&domain),
        None => Ok(()),
    }
}

fn check_id_or_name(fields: &Fields<'_>) -> Result<(), Error> {
    let id = fields.text("id")?;
    let name = fields.text("name")?;
    if id.is_none() && name.is_none() {
        return Err(fields.neither_id_nor_name());
    }
    Ok(())
}

fn scope(auth: &Fields<'_>) -> Result<Scope, Error> {
    const KINDS: [&str; 5] = ["system", "project", "domain", "OS-TRUST:trust", "unscoped"];
    const ONE_OF: &str = "system, project, domain, OS-TRUST:trust or unscoped";
    if auth.is_text("scope") {
        let unscoped = auth.text("scope")? == Some("unscoped");
        return unscoped
            .then_some(Scope::Unscoped)
            .ok_or_else(|| missing(ONE_OF, "scope"));
    }
    let Some(scope) = auth.object("scope")? else {
        return Ok(Scope::Default);
    };
    let mut named = KINDS.iter().filter(|kind| scope.has(kind));
    match (named.next().copied(), named.next()) {
        (Some("system"), None) => Ok(Scope::System),
        (Some("unscoped"), None) => Ok(Scope::Unscoped),
        // Nobody has a role in a domain, and nobody trusts anybody.
        (Some("domain" | "OS-TRUST:trust"), None) => Ok(Scope::Domain),
        (Some(_), None) => Ok(Scope::Project(who(&scope.required("project")?, "project")?)),
        (_, _) => Err(missing(ONE_OF, "scope")),
    }
}

fn proof(method: &str, identity: &Fields<'_>) -> Result<Proof, Error> {
    let given = identity.required(method)?;
    match method {
        "password" => {
            // Keystone names no place here.
            let user = given
                .object("user")?
                .ok_or_else(|| missing("user", "None"))?;
            Ok(Proof::Password {
                who: who(&user, "user")?,
                password: user.text("password")?.map(str::to_owned),
            })
        }
        "token" => Ok(Proof::Token(given.required_text("id")?.to_owned())),
        _ => Ok(Proof::Credential {
            which: which(&given)?,
            secret: given.text("secret")?.map(str::to_owned),
        }),
    }
}

fn which(given: &Fields<'_>) -> Result<Which, Error> {
    if let Some(id) = given.text("id")? {
        return Ok(Which::Id(id.to_owned()));
    }
    let name = given.text("name")?.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| missing("name or ID", IN_CREDENTIAL))?;
    let user = given
        .object("user")?
        .ok_or_else(|| missing("user", IN_CREDENTIAL))?;
    Ok(Which::Name {
        name: name.to_owned(),
        user: who(&user, "user")?,
    })
}

/// A user or a project: by id, or by name and domain. `what` is what it is called in the message
/// that asks for the domain.
fn who(fields: &Fields<'_>, what: &'static str) -> Result<Who, Error> {
    if let Some(id) = fields.text("id")? {
        return Ok(Who::Id(id.to_owned()));
    }
    let domain = fields
        .object("domain")?
        .ok_or_else(|| missing("domain", what))?;
    let domain_exists = match domain.text("id")? {
        Some(id) => id == "default",
        None => domain.text("name")? == Some("Default"),
    };
    let name = fields
        .text("name")?
        .ok_or_else(|| fields.neither_id_nor_name())?;
    Ok(Who::Name {
        name: name.to_owned(),
        domain_exists,
    })
}
