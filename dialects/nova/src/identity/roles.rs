//! Roles, who has them, and the domain.

use std::collections::BTreeSet;

use dialect_api::{Removal, Response, User, empty_response};
use http::StatusCode;

use super::Call;
use super::accounts::register;
use super::error::{ChangeError, Error};
use super::ids::role_id;
use super::issue::V3_DOMAIN;
use super::resources::{administrator, find_project, find_user, not_found};
use super::token::caller;
use super::view::{self, DOMAIN_ID, DOMAIN_NAME, DomainView, RoleView};
use crate::config::{Config, Domain};

/// The roles that every Keystone comes with and that mean something here.
const ROLES: [&str; 3] = ["admin", "member", "reader"];

/// The names of all roles: the known ones and those that the config gives to anybody.
fn known_roles(config: &Config) -> BTreeSet<&str> {
    let users = config.users.iter();
    let users = users.filter(|user| Domain::of_id(&user.id) == Some(V3_DOMAIN));
    let given = users.flat_map(|user| user.roles.values().flatten());
    ROLES.into_iter().chain(given.map(String::as_str)).collect()
}

/// The name of a role.
pub(super) fn role_of_id<'a>(config: &'a Config, id: &str) -> Option<&'a str> {
    let mut known = known_roles(config).into_iter();
    known.find(|name| role_id(name) == id)
}

/// A role as the config has its name.
pub(super) fn role_of_name<'a>(config: &'a Config, name: &str) -> Option<&'a str> {
    known_roles(config).get(name).copied()
}

/// `GET /v3/roles`.
pub(super) async fn list(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_roles").await?;
    let wanted = call.parameter("name");
    // All roles are of no domain.
    let of_domain = call.parameter("domain_id").is_some_and(|id| id != "null");
    let known = known_roles(call.config);
    let fits = |name: &&&str| !of_domain && wanted.as_deref().is_none_or(|it| it == **name);
    let views = known
        .iter()
        .filter(fits)
        .map(|name| RoleView::of(call, name));
    Ok(view::list(
        call,
        "roles",
        "roles",
        &views.collect::<Vec<_>>(),
    ))
}

/// `GET /v3/roles/{id}`.
pub(super) async fn show(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "get_role").await?;
    let id = call.segment(2);
    let name = role_of_id(call.config, &id).ok_or_else(|| not_found("role", &id))?;
    Ok(view::one(StatusCode::OK, "role", RoleView::of(call, name)))
}

/// What a path `/v3/projects/{project}/users/{user}/roles/{role}` names, looked up.
struct Grant<'a> {
    project_id: String,
    user: std::sync::Arc<User>,
    role: &'a str,
}

impl<'a> Grant<'a> {
    async fn of(call: Call<'a>) -> Result<Self, Error> {
        let (project, user, role) = (call.segment(2), call.segment(4), call.segment(6));
        let role = role_of_id(call.config, &role).ok_or_else(|| not_found("role", &role))?;
        let directory = call.ports.directory;
        let project = find_project(directory, &project).await?;
        Ok(Self {
            project_id: project.id.clone(),
            user: find_user(directory, &user).await?,
            role,
        })
    }

    fn is_given(&self) -> bool {
        let roles = self.user.roles.get(&self.project_id);
        roles.is_some_and(|roles| roles.iter().any(|role| role == self.role))
    }

    fn not_found(&self) -> Error {
        Error::AssignmentNotFound {
            role: role_id(self.role),
            user: self.user.id.clone(),
            project: self.project_id.clone(),
        }
    }
}

/// `PUT /v3/projects/{project}/users/{user}/roles/{role}`.
pub(super) async fn grant(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "create_grant").await?;
    let grant = Grant::of(call).await?;
    let (user, project) = (&grant.user.id, &grant.project_id);
    let (register, now) = (register(call)?, call.cx.received_at);
    register.add_role(user, project, grant.role, now).await?;
    Ok(empty_response(StatusCode::NO_CONTENT))
}

/// `HEAD` and `GET` of the same path.
pub(super) async fn check(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "check_grant").await?;
    let grant = Grant::of(call).await?;
    if grant.is_given() {
        Ok(empty_response(StatusCode::NO_CONTENT))
    } else {
        Err(grant.not_found())
    }
}

/// `DELETE` of the same path.
pub(super) async fn withdraw(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "revoke_grant").await?;
    let grant = Grant::of(call).await?;
    let (user, project) = (&grant.user.id, &grant.project_id);
    match register(call)?
        .remove_role(user, project, grant.role)
        .await?
    {
        Removal::Removed => Ok(empty_response(StatusCode::NO_CONTENT)),
        Removal::Unknown => Err(grant.not_found()),
        Removal::Declared => Err(ChangeError::Declared {
            what: "role assignment",
            id: format!("{user} {project} {}", role_id(grant.role)),
        }
        .into()),
    }
}

/// `GET /v3/projects/{project}/users/{user}/roles`.
pub(super) async fn list_grants(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_grants").await?;
    let (project, user) = (call.segment(2), call.segment(4));
    let directory = call.ports.directory;
    find_project(directory, &project).await?;
    let found = find_user(directory, &user).await?;
    let names = found.roles.get(project.as_ref()).into_iter().flatten();
    let views = names.map(|name| RoleView::of(call, name));
    let path = format!("projects/{project}/users/{user}/roles");
    Ok(view::list(call, &path, "roles", &views.collect::<Vec<_>>()))
}

/// `GET /v3/domains`.
pub(super) async fn list_domains(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_domains").await?;
    let wanted = call.parameter("name");
    let fits = wanted.as_deref().is_none_or(|name| name == DOMAIN_NAME)
        && call.flag("enabled").unwrap_or(true);
    let views: Vec<_> = fits.then(|| DomainView::of(call)).into_iter().collect();
    Ok(view::list(call, "domains", "domains", &views))
}

/// `GET /v3/domains/{id}`: anybody may look at the domain of their project.
pub(super) async fn show_domain(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let id = call.segment(2);
    let own = id == DOMAIN_ID && session.project.is_some();
    if !own && !session.is_admin() {
        return Err(Error::Forbidden {
            rule: Some("get_domain"),
        });
    }
    if id != DOMAIN_ID {
        return Err(not_found("domain", &id));
    }
    Ok(view::one(StatusCode::OK, "domain", DomainView::of(call)))
}
