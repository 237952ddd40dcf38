//! Making and removing users and projects, which administrators may where the config says so.

use dialect_api::{Project, Register, Removal, Response, Secret, User, empty_response};
use http::StatusCode;
use keypair_core::TenantId;
use serde_json::{Map, Value};

use super::Call;
use super::body::json_object;
use super::error::{ChangeError, Error};
use super::fields::Fields;
use super::issue::V3_DOMAIN;
use super::resources::{administrator, not_found};
use super::view::{self, DOMAIN_ID, ProjectView, UserView};
use crate::config::Domain;

/// Keystone's longest names, in characters.
const MAX_USER_NAME: usize = 255;
const MAX_PROJECT_NAME: usize = 64;

/// `POST /v3/users`.
pub(super) async fn create_user(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "create_user").await?;
    let body = json_object(call.request)?;
    let empty = Value::Object(Map::new());
    let user = read_user(body.get("user").unwrap_or(&empty))?;
    let name = user.name.clone();
    let added = register(call)?.add_user(user, call.cx.received_at).await?;
    let added = added.ok_or(ChangeError::Conflict {
        what: "user",
        name,
        in_domain: true,
    })?;
    let view = UserView::of(call, &added);
    Ok(view::one(StatusCode::CREATED, "user", view))
}

/// `DELETE /v3/users/{id}`.
pub(super) async fn delete_user(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "delete_user").await?;
    let id = call.segment(2);
    let removal = match Domain::of_id(&id) {
        Some(domain) if domain == V3_DOMAIN => register(call)?.remove_user(&id).await?,
        Some(_) | None => Removal::Unknown,
    };
    removed(removal, "user", &id)
}

/// `POST /v3/projects`.
pub(super) async fn create_project(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "create_project").await?;
    let body = json_object(call.request)?;
    let empty = Value::Object(Map::new());
    let project = read_project(body.get("project").unwrap_or(&empty))?;
    let name = project.name.clone();
    let register = register(call)?;
    let added = register.add_project(project, call.cx.received_at).await?;
    let added = added.ok_or(ChangeError::Conflict {
        what: "project",
        name,
        in_domain: true,
    })?;
    let view = ProjectView::of(call, &added);
    Ok(view::one(StatusCode::CREATED, "project", view))
}

/// `DELETE /v3/projects/{id}`, with its quota.
pub(super) async fn delete_project(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "delete_project").await?;
    let id = call.segment(2);
    let removal = match Domain::of_id(&id) {
        Some(domain) if domain == V3_DOMAIN => register(call)?.remove_project(&id).await?,
        Some(_) | None => Removal::Unknown,
    };
    if removal == Removal::Removed {
        let holder = TenantId::new(id.as_ref());
        let quotas = call.ports.quotas;
        quotas.clear_limit(&call.cx.realm, &holder).await?;
    }
    removed(removal, "project", &id)
}

/// What changes accounts.
///
/// # Errors
/// [`Error::Internal`] where nothing does, which a gateway does not come to.
pub(super) fn register(call: Call<'_>) -> Result<&dyn Register, Error> {
    call.ports.directory.register().ok_or(Error::Internal)
}

/// The answer to a request to remove something.
pub(super) fn removed(removal: Removal, what: &'static str, id: &str) -> Result<Response, Error> {
    match removal {
        Removal::Removed => Ok(empty_response(StatusCode::NO_CONTENT)),
        Removal::Unknown => Err(not_found(what, id)),
        Removal::Declared => Err(ChangeError::Declared {
            what,
            id: id.to_owned(),
        }
        .into()),
    }
}

fn read_user(value: &Value) -> Result<User, Error> {
    let fields = Fields::root(value, "user")?;
    let name = fields.name(MAX_USER_NAME)?;
    check_domain(&fields)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let password = fields.nullable_text("password")?;
    Ok(User {
        name: V3_DOMAIN.directory_name(name),
        enabled: fields.flag("enabled")?.unwrap_or(true),
        description: owned(fields.nullable_text("description")?),
        email: owned(fields.nullable_text("email")?),
        // An empty one would be no secret.
        password: password.filter(|it| !it.is_empty()).map(Secret::new),
        default_project: owned(fields.nullable_text("default_project_id")?),
        ..User::default()
    })
}

fn read_project(value: &Value) -> Result<Project, Error> {
    let fields = Fields::root(value, "project")?;
    let name = fields.name(MAX_PROJECT_NAME)?;
    check_domain(&fields)?;
    if fields.flag("is_domain")?.unwrap_or(false) {
        return Err(fields.refused(
            "is_domain",
            "there is one domain, and no call makes another",
        ));
    }
    if let Some(parent) = fields.nullable_text("parent_id")?
        && parent != DOMAIN_ID
    {
        return Err(fields.refused("parent_id", "projects do not nest"));
    }
    let tags = if fields.has("tags") {
        fields.texts("tags")?
    } else {
        Vec::new()
    };
    let description = fields.nullable_text("description")?;
    Ok(Project {
        name: name.to_owned(),
        enabled: fields.flag("enabled")?.unwrap_or(true),
        description: description.unwrap_or_default().to_owned(),
        tags: tags.into_iter().map(str::to_owned).collect(),
        ..Project::default()
    })
}

/// There is one domain.
fn check_domain(fields: &Fields<'_>) -> Result<(), Error> {
    match fields.nullable_text("domain_id")? {
        Some(id) if id != DOMAIN_ID => Err(not_found("domain", id)),
        Some(_) | None => Ok(()),
    }
}
