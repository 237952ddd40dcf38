//! Users, projects, roles and the rest as Identity v3 shows them, alone and in lists.

use std::borrow::Cow;

use dialect_api::{Project, Response, User};
use http::StatusCode;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::ids::role_id;
use super::{Call, answer};
use crate::config::log_in_name;

/// The one domain.
pub(super) const DOMAIN_ID: &str = "default";
pub(super) const DOMAIN_NAME: &str = "Default";

/// A user.
#[derive(Serialize)]
pub(super) struct UserView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'static str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_project_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// Passwords do not expire here.
    password_expires_at: (),
    options: Empty,
    links: SelfLink,
}

impl<'a> UserView<'a> {
    pub(super) fn of(call: Call<'_>, user: &'a User) -> Self {
        Self {
            id: &user.id,
            name: log_in_name(user),
            domain_id: DOMAIN_ID,
            enabled: user.enabled,
            default_project_id: user.default_project.as_deref(),
            description: user.description.as_deref(),
            email: user.email.as_deref(),
            password_expires_at: (),
            options: Empty {},
            links: SelfLink::to(call, &format!("users/{}", user.id)),
        }
    }
}

/// A project.
#[derive(Serialize)]
pub(super) struct ProjectView<'a> {
    id: &'a str,
    name: &'a str,
    domain_id: &'static str,
    description: &'a str,
    enabled: bool,
    parent_id: &'static str,
    is_domain: bool,
    tags: &'a [String],
    options: Empty,
    links: SelfLink,
}

impl<'a> ProjectView<'a> {
    pub(super) fn of(call: Call<'_>, project: &'a Project) -> Self {
        Self {
            id: &project.id,
            name: &project.name,
            domain_id: DOMAIN_ID,
            description: &project.description,
            enabled: project.enabled,
            parent_id: DOMAIN_ID,
            is_domain: false,
            tags: &project.tags,
            options: Empty {},
            links: SelfLink::to(call, &format!("projects/{}", project.id)),
        }
    }
}

/// A role.
#[derive(Serialize)]
pub(super) struct RoleView<'a> {
    id: String,
    name: &'a str,
    domain_id: (),
    description: (),
    options: Immutable,
    links: SelfLink,
}

impl<'a> RoleView<'a> {
    pub(super) fn of(call: Call<'_>, name: &'a str) -> Self {
        let id = role_id(name);
        Self {
            name,
            domain_id: (),
            description: (),
            options: Immutable { immutable: true },
            links: SelfLink::to(call, &format!("roles/{id}")),
            id,
        }
    }
}

/// The domain.
#[derive(Serialize)]
pub(super) struct DomainView {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    enabled: bool,
    tags: [(); 0],
    options: Empty,
    links: SelfLink,
}

impl DomainView {
    pub(super) fn of(call: Call<'_>) -> Self {
        Self {
            id: DOMAIN_ID,
            name: DOMAIN_NAME,
            description: "The default domain",
            enabled: true,
            tags: [],
            options: Empty {},
            links: SelfLink::to(call, "domains/default"),
        }
    }
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Immutable {
    immutable: bool,
}

/// Where something is.
#[derive(Serialize)]
pub(super) struct SelfLink {
    #[serde(rename = "self")]
    this: String,
}

impl SelfLink {
    /// A link to a path below `/v3`.
    pub(super) fn to(call: Call<'_>, path: &str) -> Self {
        Self {
            this: format!("{}/v3/{path}", call.base.identity),
        }
    }
}

/// The links of a list, of which there is but one page.
#[derive(Serialize)]
struct PageLinks {
    next: (),
    #[serde(rename = "self")]
    this: String,
    previous: (),
}

/// Things under the name of what they are, and perhaps links.
struct Named<T, L> {
    key: &'static str,
    view: T,
    links: Option<L>,
}

impl<T: Serialize, L: Serialize> Serialize for Named<T, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(self.key, &self.view)?;
        if let Some(links) = &self.links {
            map.serialize_entry("links", links)?;
        }
        map.end()
    }
}

/// One thing under the name of what it is.
pub(super) fn one<T: Serialize>(status: StatusCode, key: &'static str, view: T) -> Response {
    let links: Option<()> = None;
    answer::json(status, &Named { key, view, links })
}

/// A list under the name of what it lists. `path` is where it is, below `/v3`.
pub(super) fn list<T: Serialize>(
    call: Call<'_>,
    path: &str,
    key: &'static str,
    view: &[T],
) -> Response {
    let mut this = format!("{}/v3/{path}", call.base.identity);
    if let Some(query) = call.request.head.uri.query() {
        this.push('?');
        this.push_str(query);
    }
    let links = Some(PageLinks {
        next: (),
        this,
        previous: (),
    });
    answer::json(StatusCode::OK, &Named { key, view, links })
}

/// A list with a link to where it is and no pages.
pub(super) fn plain_list<T: Serialize>(
    call: Call<'_>,
    path: &str,
    key: &'static str,
    view: T,
) -> Response {
    let links = Some(SelfLink::to(call, path));
    answer::json(StatusCode::OK, &Named { key, view, links })
}

/// What a list is narrowed to.
pub(super) struct Filter<'a> {
    name: Option<Cow<'a, str>>,
    domain_exists: bool,
    enabled: Option<bool>,
}

impl<'a> Filter<'a> {
    pub(super) fn of(call: Call<'a>) -> Self {
        Self {
            name: call.parameter("name"),
            domain_exists: call.parameter("domain_id").is_none_or(|id| id == DOMAIN_ID),
            enabled: call.flag("enabled"),
        }
    }

    pub(super) fn fits(&self, name: &str, enabled: bool) -> bool {
        self.domain_exists
            && self.name.as_deref().is_none_or(|wanted| wanted == name)
            && self.enabled.is_none_or(|wanted| wanted == enabled)
    }
}
