//! Who has which role where: `GET /v3/role_assignments`.

use std::borrow::Cow;

use dialect_api::{Project, Response, User};
use serde::Serialize;

use super::Call;
use super::error::Error;
use super::ids::role_id;
use super::resources::{administrator, find_user, projects_in, users_in};
use super::view::{self, DOMAIN_ID, DOMAIN_NAME};
use crate::config::{log_in_name, with_implied_roles};

/// A role that a user has in a project.
#[derive(Serialize)]
struct Assignment<'a> {
    links: Links,
    scope: Scope<'a>,
    user: Party<'a>,
    role: Role<'a>,
}

#[derive(Serialize)]
struct Links {
    assignment: String,
    /// Which role brings this one along.
    #[serde(skip_serializing_if = "Option::is_none")]
    prior_role: Option<String>,
}

#[derive(Serialize)]
struct Scope<'a> {
    project: Party<'a>,
}

/// A user or a project.
#[derive(Serialize)]
struct Party<'a> {
    id: &'a str,
    #[serde(flatten)]
    named: Option<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    domain: DomainName,
}

#[derive(Serialize)]
struct DomainName {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Role<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
}

/// What a list of assignments is narrowed to, and how much it shows.
struct Wanted<'a> {
    user: Option<Cow<'a, str>>,
    project: Option<Cow<'a, str>>,
    role: Option<Cow<'a, str>>,
    /// Of groups, domains, the system or inherited: there are none.
    elsewhere: bool,
    names: bool,
    /// With the roles that others bring along.
    effective: bool,
}

impl<'a> Wanted<'a> {
    fn of(call: Call<'a>) -> Self {
        const ELSEWHERE: [&str; 4] = [
            "group.id",
            "scope.domain.id",
            "scope.system",
            "scope.OS-INHERIT:inherited_to",
        ];
        Self {
            user: call.parameter("user.id"),
            project: call.parameter("scope.project.id"),
            role: call.parameter("role.id"),
            elsewhere: ELSEWHERE.iter().any(|name| call.has_parameter(name)),
            names: call.flag("include_names").unwrap_or(false),
            effective: call.flag("effective").unwrap_or(false),
        }
    }
}

fn fits(wanted: Option<&Cow<'_, str>>, id: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == id)
}

/// `GET /v3/role_assignments`: the roles that users were given; with `effective` also those that
/// they bring along.
pub(super) async fn list(call: Call<'_>) -> Result<Response, Error> {
    administrator(call, "list_role_assignments").await?;
    let wanted = Wanted::of(call);
    let directory = call.ports.directory;
    let users = match &wanted.user {
        _ if wanted.elsewhere => Vec::new(),
        Some(id) => match find_user(directory, id).await {
            Err(Error::NotFound { .. }) => Vec::new(),
            found => vec![found?],
        },
        None => users_in(directory).await?,
    };
    let projects = projects_in(directory).await?;
    let mut assignments = Vec::new();
    for user in &users {
        for project in &projects {
            if fits(wanted.project.as_ref(), &project.id) {
                assignments.extend(between(call, &wanted, user, project));
            }
        }
    }
    let key = "role_assignments";
    Ok(view::list(call, key, key, &assignments))
}

/// A user's assignments in a project.
fn between<'a>(
    call: Call<'a>,
    wanted: &Wanted<'_>,
    user: &'a User,
    project: &'a Project,
) -> Vec<Assignment<'a>> {
    let given = user.roles.get(&project.id).map_or(&[][..], Vec::as_slice);
    let mut roles: Vec<(Cow<'a, str>, Option<&str>)> = given
        .iter()
        .map(|name| (Cow::Borrowed(name.as_str()), None))
        .collect();
    if wanted.effective {
        for prior in given {
            for name in with_implied_roles(std::slice::from_ref(prior)) {
                if !roles.iter().any(|(known, _)| *known == name) {
                    roles.push((Cow::Owned(name), Some(prior)));
                }
            }
        }
    }
    let roles = roles.into_iter();
    let roles = roles.filter(|(name, _)| fits(wanted.role.as_ref(), &role_id(name)));
    let assignment = |(name, prior)| assignment(call, wanted.names, user, project, name, prior);
    roles.map(assignment).collect()
}

fn assignment<'a>(
    call: Call<'a>,
    names: bool,
    user: &'a User,
    project: &'a Project,
    role: Cow<'a, str>,
    prior: Option<&str>,
) -> Assignment<'a> {
    let base = format!("{}/v3", call.base.identity);
    let (id, given) = (role_id(&role), role_id(prior.unwrap_or(&role)));
    let party = |name| {
        names.then_some(Named {
            name,
            domain: DomainName {
                id: DOMAIN_ID,
                name: DOMAIN_NAME,
            },
        })
    };
    Assignment {
        links: Links {
            assignment: format!(
                "{base}/projects/{}/users/{}/roles/{given}",
                project.id, user.id
            ),
            prior_role: prior.map(|_| format!("{base}/prior_role/{given}/implies/{id}")),
        },
        scope: Scope {
            project: Party {
                id: &project.id,
                named: party(&project.name),
            },
        },
        user: Party {
            id: &user.id,
            named: party(log_in_name(user)),
        },
        role: Role {
            id,
            name: names.then_some(role),
        },
    }
}
