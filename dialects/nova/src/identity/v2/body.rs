//! What Identity v2.0 says of a token and of tenants. Source: Rackspace Cloud Identity developer
//! guide, authenticate; checked against what keystoneauth, libcloud, pkgcloud, fog and gophercloud
//! read.

use std::sync::Arc;

use dialect_api::Project;
use serde::Serialize;

use crate::config::{V2Flavour, log_in_name};
use crate::identity::Call;
use crate::identity::catalog::{self, V2Service};
use crate::identity::ids::{decimal_id, role_id};
use crate::identity::issue::timestamp;
use crate::identity::session::Session;

/// An answer about a token.
#[derive(Serialize)]
pub(super) struct Body {
    access: Access,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Access {
    token: Token,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_catalog: Option<Vec<V2Service>>,
    user: User,
}

#[derive(Serialize)]
struct Token {
    id: String,
    expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<NamedTenant>,
    #[serde(rename = "RAX-AUTH:authenticatedBy")]
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated_by: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
struct NamedTenant {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct User {
    id: String,
    name: String,
    #[serde(flatten)]
    rackspace: Option<RackspaceUser>,
    roles: Vec<Role>,
}

#[derive(Serialize)]
struct RackspaceUser {
    #[serde(rename = "RAX-AUTH:defaultRegion")]
    default_region: String,
    #[serde(rename = "RAX-AUTH:domainId")]
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_id: Option<String>,
}

#[derive(Serialize)]
struct Role {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

/// A new token, and where it can be used.
pub(super) fn with_catalog(call: Call<'_>, session: &Session, token: &str) -> Body {
    let catalog = |tenant: &Arc<Project>| catalog::v2(call.config, call.base, &tenant.id);
    let catalog = session.project.as_ref().map_or_else(Vec::new, catalog);
    body(call, session, token, Some(catalog))
}

/// A token that is asked about.
pub(super) fn without_catalog(call: Call<'_>, session: &Session, token: &str) -> Body {
    body(call, session, token, None)
}

fn body(
    call: Call<'_>,
    session: &Session,
    token: &str,
    service_catalog: Option<Vec<V2Service>>,
) -> Body {
    let rackspace = call.config.v2_flavour == V2Flavour::Rackspace;
    let user = &session.user;
    let token = Token {
        id: token.to_owned(),
        // gophercloud takes three digits of fraction and no other number of them.
        expires: timestamp(session.claims.expires_at, ".000Z"),
        tenant: session.project.as_ref().map(|tenant| NamedTenant {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
        }),
        authenticated_by: rackspace.then(|| authenticated_by(&session.claims.methods)),
    };
    let user = User {
        id: user.id.clone(),
        name: log_in_name(user).to_owned(),
        rackspace: rackspace.then(|| RackspaceUser {
            default_region: call.config.rackspace_default_region().to_owned(),
            domain_id: user.default_project.clone(),
        }),
        roles: session
            .roles
            .iter()
            .map(|name| role(rackspace, name))
            .collect(),
    };
    Body {
        access: Access {
            token,
            service_catalog,
            user,
        },
    }
}

fn authenticated_by(methods: &[String]) -> Vec<&'static str> {
    let shown = |method: &String| match method.as_str() {
        "apikey" => Some("APIKEY"),
        "password" => Some("PASSWORD"),
        _ => None,
    };
    methods.iter().filter_map(shown).collect()
}

/// A role as tokens name it. Source of the known ones: Rackspace Cloud Identity developer guide.
fn role(rackspace: bool, name: &str) -> Role {
    let (id, description) = match (rackspace, name) {
        (true, "identity:user-admin") => ("3".to_owned(), Some("User Admin Role.")),
        (true, "identity:default") => ("2".to_owned(), Some("Default Role.")),
        (true, _) => (decimal_id(&["role", name]), None),
        (false, _) => (role_id(name), None),
    };
    Role {
        id,
        name: name.to_owned(),
        description,
    }
}

/// The answer that lists tenants.
#[derive(Serialize)]
pub(super) struct Tenants {
    tenants: Vec<ListedTenant>,
    /// There is but one page.
    tenants_links: [(); 0],
}

#[derive(Serialize)]
struct ListedTenant {
    id: String,
    name: String,
    enabled: bool,
}

/// Lists tenants.
pub(super) fn tenants<'a>(tenants: impl Iterator<Item = &'a Project>) -> Tenants {
    let listed = |tenant: &Project| ListedTenant {
        id: tenant.id.clone(),
        name: tenant.name.clone(),
        enabled: true,
    };
    Tenants {
        tenants: tenants.map(listed).collect(),
        tenants_links: [],
    }
}
