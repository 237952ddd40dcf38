//! Looking at users, projects and the catalogue.

use std::sync::Arc;

use dialect_api::{Directory, Project, Response, User};
use http::StatusCode;

use super::error::Error;
use super::issue::V3_DOMAIN;
use super::session::{Session, effective_roles};
use super::token::caller;
use super::view::{self, Filter, ProjectView, UserView};
use super::{Call, catalog};
use crate::config::{Domain, log_in_name};

/// `GET /v3/auth/catalog`.
pub(super) async fn catalog(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let Some(project) = &session.project else {
        return Err(Error::Forbidden { rule: None });
    };
    let catalog = catalog::v3(call.config, call.base, Some(&project.id));
    Ok(view::plain_list(call, "auth/catalog", "catalog", catalog))
}

/// `GET /v3/auth/projects`.
pub(super) async fn own_projects(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let projects = projects_with(call, &session.user).await?;
    Ok(list_projects(call, "auth/projects", &projects))
}

/// `GET /v3/users/{id}/projects`: one's own, or anybody's for an administrator.
pub(super) async fn projects_of_user(call: Call<'_>) -> Result<Response, Error> {
    let id = call.segment(2);
    own_or_administrator(call, &id, "list_user_projects").await?;
    let user = find_user(call.ports.directory, &id).await?;
    let projects = projects_with(call, &user).await?;
    let path = format!("users/{id}/projects");
    Ok(list_projects(call, &path, &projects))
}

/// The projects that are open to a user.
async fn projects_with(call: Call<'_>, user: &User) -> Result<Vec<Arc<Project>>, Error> {
    let mut projects = projects_in(call.ports.directory).await?;
    projects.retain(|it| it.enabled && !effective_roles(user, Some(&it.id)).is_empty());
    Ok(projects)
}

fn list_projects(call: Call<'_>, path: &str, projects: &[Arc<Project>]) -> Response {
    let views = projects.iter().map(|it| ProjectView::of(call, it));
    view::list(call, path, "projects", &views.collect::<Vec<_>>())
}

/// `GET /v3/users`.
pub(super) async fn users(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_users").await?;
    let wanted = Filter::of(call);
    let users = users_in(call.ports.directory).await?;
    let users = users
        .iter()
        .filter(|it| wanted.fits(log_in_name(it), it.enabled));
    let views = users.map(|user| UserView::of(call, user));
    Ok(view::list(
        call,
        "users",
        "users",
        &views.collect::<Vec<_>>(),
    ))
}

/// `GET /v3/users/{id}`.
pub(super) async fn user(call: Call<'_>) -> Result<Response, Error> {
    let id = call.segment(2);
    own_or_administrator(call, &id, "get_user").await?;
    let user = find_user(call.ports.directory, &id).await?;
    Ok(view::one(StatusCode::OK, "user", UserView::of(call, &user)))
}

/// `GET /v3/projects`.
pub(super) async fn projects(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_projects").await?;
    let wanted = Filter::of(call);
    let mut projects = projects_in(call.ports.directory).await?;
    projects.retain(|project| wanted.fits(&project.name, project.enabled));
    Ok(list_projects(call, "projects", &projects))
}

/// `GET /v3/projects/{id}`.
pub(super) async fn project(call: Call<'_>) -> Result<Response, Error> {
    let session = caller(call).await?;
    let id = call.segment(2);
    let own = session.project.as_ref().is_some_and(|own| own.id == id);
    if !own && !session.is_admin() {
        return Err(Error::Forbidden {
            rule: Some("get_project"),
        });
    }
    let project = find_project(call.ports.directory, &id).await?;
    let view = ProjectView::of(call, &project);
    Ok(view::one(StatusCode::OK, "project", view))
}

/// The caller's session, if the caller is that user or administers.
///
/// # Errors
/// [`Error::Forbidden`] with the rule; what [`caller`] gives.
pub(super) async fn own_or_administrator(
    call: Call<'_>,
    user_id: &str,
    rule: &'static str,
) -> Result<Session, Error> {
    let session = caller(call).await?;
    if session.user.id == user_id || session.is_admin() {
        Ok(session)
    } else {
        Err(Error::Forbidden { rule: Some(rule) })
    }
}

/// The caller's session, if the caller administers.
///
/// # Errors
/// [`Error::Forbidden`] with the rule; what [`caller`] gives.
pub(super) async fn administrator(call: Call<'_>, rule: &'static str) -> Result<Session, Error> {
    let session = caller(call).await?;
    if session.is_admin() {
        Ok(session)
    } else {
        Err(Error::Forbidden { rule: Some(rule) })
    }
}

/// The users of the domain that Identity v3 knows.
pub(super) async fn users_in(directory: &dyn Directory) -> Result<Vec<Arc<User>>, Error> {
    let mut users = directory.users().await?;
    users.retain(|user| Domain::of_id(&user.id) == Some(V3_DOMAIN));
    Ok(users)
}

/// The projects of the domain that Identity v3 knows.
pub(super) async fn projects_in(directory: &dyn Directory) -> Result<Vec<Arc<Project>>, Error> {
    let mut projects = directory.projects().await?;
    projects.retain(|project| Domain::of_id(&project.id) == Some(V3_DOMAIN));
    Ok(projects)
}

/// A user of the domain that Identity v3 knows.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unavailable`].
pub(super) async fn find_user(directory: &dyn Directory, id: &str) -> Result<Arc<User>, Error> {
    let user = directory.user_by_id(id).await?;
    let user = user.filter(|user| Domain::of_id(&user.id) == Some(V3_DOMAIN));
    user.ok_or_else(|| not_found("user", id))
}

/// A project of the domain that Identity v3 knows.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unavailable`].
pub(super) async fn find_project(
    directory: &dyn Directory,
    id: &str,
) -> Result<Arc<Project>, Error> {
    let project = directory.project_by_id(id).await?;
    let project = project.filter(|project| Domain::of_id(&project.id) == Some(V3_DOMAIN));
    project.ok_or_else(|| not_found("project", id))
}

/// That there is nothing of that kind and id.
pub(super) fn not_found(what: &'static str, id: &str) -> Error {
    Error::NotFound {
        what,
        id: id.to_owned(),
    }
}
