//! Users, projects, role assignments: enough for clients' look-ups, and nothing that changes them.

use std::borrow::Cow;

use dialect_api::{Directory, Project, Response, User};
use http::StatusCode;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::error::Error;
use super::ids::role_id;
use super::issue::V3_DOMAIN;
use super::session::{Session, effective_roles};
use super::token::caller;
use super::{Call, answer, catalog};
use crate::config::{Domain, log_in_name};

/// A user, as look-ups give it.
#[derive(Serialize)]
struct UserView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'static str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_project_id: Option<&'a str>,
    password_expires_at: (),
    options: Empty,
    links: SelfLink,
}

/// A project, as look-ups give it.
#[derive(Serialize)]
struct ProjectView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'static str,
    description: &'static str,
    enabled: bool,
    parent_id: &'static str,
    is_domain: bool,
    tags: [&'static str; 0],
    options: Empty,
    links: SelfLink,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct SelfLink {
    #[serde(rename = "self")]
    this: String,
}

/// A role that a user was given in a project.
#[derive(Serialize)]
struct Assignment {
    links: AssignmentLinks,
    scope: AssignmentScope,
    user: Id,
    role: Id,
}

#[derive(Serialize)]
struct AssignmentLinks {
    assignment: String,
}

#[derive(Serialize)]
struct AssignmentScope {
    project: Id,
}

#[derive(Serialize)]
struct Id {
    id: String,
}

/// The links of a list, of which there is but one page.
#[derive(Serialize)]
struct PageLinks {
    next: (),
    #[serde(rename = "self")]
    this: String,
    previous: (),
}

/// A list under the name of what it lists, and its links.
struct Page<T, L> {
    key: &'static str,
    items: T,
    links: L,
}

impl<T: Serialize, L: Serialize> Serialize for Page<T, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(self.key, &self.items)?;
        map.serialize_entry("links", &self.links)?;
        map.end()
    }
}

/// One thing under the name of what it is.
struct One<T> {
    key: &'static str,
    view: T,
}

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.key, &self.view)?;
        map.end()
    }
}

/// `GET /v3/auth/catalog`.
pub(super) async fn catalog(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let Some(project) = session.project else {
        return Err(Error::Forbidden { rule: None });
    };
    let catalog = catalog::v3(call.config, call.base, Some(&project.id));
    let links = SelfLink {
        this: format!("{}/v3/auth/catalog", call.base.identity),
    };
    let page = Page {
        key: "catalog",
        items: catalog,
        links,
    };
    Ok(answer::json(StatusCode::OK, &page))
}

/// `GET /v3/auth/projects`.
pub(super) async fn own_projects(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let own = |project: &&Project| !effective_roles(session.user, Some(&project.id)).is_empty();
    let projects = projects_of(call.ports.directory).filter(own);
    let views: Vec<_> = projects
        .map(|project| project_view(call, project))
        .collect();
    let links = page_links(call, "v3/auth/projects");
    let page = Page {
        key: "projects",
        items: views,
        links,
    };
    Ok(answer::json(StatusCode::OK, &page))
}

/// `GET /v3/users`.
pub(super) async fn users(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_users").await?;
    let wanted = Filter::of(call);
    let users = users_of(call.ports.directory);
    let users = users.filter(|user| wanted.fits(log_in_name(user)));
    let views: Vec<_> = users.map(|user| user_view(call, user)).collect();
    let links = page_links(call, "v3/users");
    let page = Page {
        key: "users",
        items: views,
        links,
    };
    Ok(answer::json(StatusCode::OK, &page))
}

/// `GET /v3/users/{id}`.
pub(super) async fn user(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let id = call.last_segment();
    if session.user.id != id && !session.is_admin() {
        return Err(Error::Forbidden {
            rule: Some("get_user"),
        });
    }
    let user = users_of(call.ports.directory).find(|user| user.id == id);
    let user = user.ok_or_else(|| Error::NotFound {
        what: "user",
        id: id.into_owned(),
    })?;
    let view = user_view(call, user);
    Ok(answer::json(StatusCode::OK, &One { key: "user", view }))
}

/// `GET /v3/projects`.
pub(super) async fn projects(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_projects").await?;
    let wanted = Filter::of(call);
    let projects = projects_of(call.ports.directory);
    let projects = projects.filter(|project| wanted.fits(&project.name));
    let views: Vec<_> = projects
        .map(|project| project_view(call, project))
        .collect();
    let links = page_links(call, "v3/projects");
    let page = Page {
        key: "projects",
        items: views,
        links,
    };
    Ok(answer::json(StatusCode::OK, &page))
}

/// `GET /v3/projects/{id}`.
pub(super) async fn project(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let id = call.last_segment();
    let own = session.project.is_some_and(|project| project.id == id);
    if !own && !session.is_admin() {
        return Err(Error::Forbidden {
            rule: Some("get_project"),
        });
    }
    let project = projects_of(call.ports.directory).find(|project| project.id == id);
    let project = project.ok_or_else(|| Error::NotFound {
        what: "project",
        id: id.into_owned(),
    })?;
    let view = project_view(call, project);
    Ok(answer::json(
        StatusCode::OK,
        &One {
            key: "project",
            view,
        },
    ))
}

/// `GET /v3/role_assignments`: the roles that users were given, without those that they bring along.
pub(super) async fn role_assignments(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_role_assignments").await?;
    let (wanted_user, wanted_project) = (
        call.parameter("user.id"),
        call.parameter("scope.project.id"),
    );
    let wanted_role = call.parameter("role.id");
    let wanted =
        |wanted: &Option<Cow<'_, str>>, id: &str| wanted.as_deref().is_none_or(|it| it == id);
    let mut assignments = Vec::new();
    for user in users_of(call.ports.directory).filter(|user| wanted(&wanted_user, &user.id)) {
        for (project, roles) in user
            .roles
            .iter()
            .filter(|(id, _)| wanted(&wanted_project, id))
        {
            let roles = roles.iter().map(|role| role_id(role));
            let roles = roles.filter(|role| wanted(&wanted_role, role));
            assignments.extend(roles.map(|role| assignment(call, &user.id, project, &role)));
        }
    }
    let links = page_links(call, "v3/role_assignments");
    let page = Page {
        key: "role_assignments",
        items: assignments,
        links,
    };
    Ok(answer::json(StatusCode::OK, &page))
}

/// `POST /v3/users/{id}/application_credentials`: they are made in the config, and nowhere else.
pub(super) async fn create_application_credential(call: Call<'_>) -> Result<Response, Error> {
    caller(call).await?;
    Err(Error::Forbidden {
        rule: Some("create_application_credential"),
    })
}

fn assignment(call: Call<'_>, user: &str, project: &str, role: &str) -> Assignment {
    let identity = &call.base.identity;
    let id = |id: &str| Id { id: id.to_owned() };
    Assignment {
        links: AssignmentLinks {
            assignment: format!("{identity}/v3/projects/{project}/users/{user}/roles/{role}"),
        },
        scope: AssignmentScope {
            project: id(project),
        },
        user: id(user),
        role: id(role),
    }
}

async fn administrator<'a>(call: Call<'a>, rule: &'static str) -> Result<Session<'a>, Error> {
    let session = caller(call).await?;
    if session.is_admin() {
        Ok(session)
    } else {
        Err(Error::Forbidden { rule: Some(rule) })
    }
}

/// The users of the domain that Identity v3 knows.
fn users_of(directory: &dyn Directory) -> impl Iterator<Item = &User> {
    let known = |user: &&User| Domain::of_id(&user.id) == Some(V3_DOMAIN);
    directory.users().iter().filter(known)
}

/// The projects of the domain that Identity v3 knows.
fn projects_of(directory: &dyn Directory) -> impl Iterator<Item = &Project> {
    let known = |project: &&Project| Domain::of_id(&project.id) == Some(V3_DOMAIN);
    directory.projects().iter().filter(known)
}

/// What a list is narrowed to.
struct Filter<'a> {
    name: Option<Cow<'a, str>>,
    domain_exists: bool,
}

impl<'a> Filter<'a> {
    fn of(call: Call<'a>) -> Self {
        Self {
            name: call.parameter("name"),
            domain_exists: call.parameter("domain_id").is_none_or(|id| id == "default"),
        }
    }

    fn fits(&self, name: &str) -> bool {
        self.domain_exists && self.name.as_deref().is_none_or(|wanted| wanted == name)
    }
}

fn page_links(call: Call<'_>, path: &str) -> PageLinks {
    let identity = &call.base.identity;
    let this = match call.request.head.uri.query() {
        Some(query) => format!("{identity}/{path}?{query}"),
        None => format!("{identity}/{path}"),
    };
    PageLinks {
        next: (),
        this,
        previous: (),
    }
}

fn user_view<'a>(call: Call<'_>, user: &'a User) -> UserView<'a> {
    UserView {
        id: &user.id,
        name: log_in_name(user),
        domain_id: "default",
        enabled: true,
        default_project_id: user.default_project.as_deref(),
        password_expires_at: (),
        options: Empty {},
        links: SelfLink {
            this: format!("{}/v3/users/{}", call.base.identity, user.id),
        },
    }
}

fn project_view<'a>(call: Call<'_>, project: &'a Project) -> ProjectView<'a> {
    ProjectView {
        id: &project.id,
        name: &project.name,
        domain_id: "default",
        description: "",
        enabled: true,
        parent_id: "default",
        is_domain: false,
        tags: [],
        options: Empty {},
        links: SelfLink {
            this: format!("{}/v3/projects/{}", call.base.identity, project.id),
        },
    }
}
