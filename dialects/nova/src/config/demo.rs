//! The published demo accounts. Scripts and guides name them: change them only together.

use std::collections::BTreeMap;

use dialect_api::Secret;

use super::{Project, SYSTEM, User, V2Flavour};

/// Id of the project `demo`.
pub(super) const PROJECT_ID: &str = "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d";
/// Id of the user `demo` of the domain `Default`.
pub(super) const USER_ID: &str = "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0";

const PROJECT2_ID: &str = "0d020d020d020d020d020d020d020d02";
const USER2_ID: &str = "d002d002d002d002d002d002d002d002";
const ADMIN_PROJECT_ID: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";
const ADMIN_ID: &str = "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0";

const TENANT_ID: &str = "010101";
const RACKSPACE_USER_ID: &str = "172157";
const TENANT2_ID: &str = "020202";
const RACKSPACE_USER2_ID: &str = "172158";

const PASSWORD: &str = "keyglot-demo";
const API_KEY: &str = "keyglot-demo-api-key";

/// The demo projects, and in the rackspace flavour the demo tenants.
pub(super) fn projects(flavour: V2Flavour) -> Vec<Project> {
    let named = |id: &str, name: &str| Project {
        id: id.to_owned(),
        name: Some(name.to_owned()),
        key_pairs_quota: None,
    };
    let mut projects = vec![
        named(PROJECT_ID, "demo"),
        named(PROJECT2_ID, "demo2"),
        named(ADMIN_PROJECT_ID, "admin"),
    ];
    if flavour == V2Flavour::Rackspace {
        projects.extend([named(TENANT_ID, TENANT_ID), named(TENANT2_ID, TENANT2_ID)]);
    }
    projects
}

/// The demo users, and in the rackspace flavour the Rackspace ones.
pub(super) fn users(flavour: V2Flavour) -> Vec<User> {
    let mut admin = user(ADMIN_ID, "admin", ADMIN_PROJECT_ID, "admin");
    admin
        .roles
        .insert(SYSTEM.to_owned(), vec!["admin".to_owned()]);
    let mut users = vec![
        user(USER_ID, "demo", PROJECT_ID, "member"),
        user(USER2_ID, "demo2", PROJECT2_ID, "member"),
        admin,
    ];
    if flavour == V2Flavour::Rackspace {
        users.extend([
            rackspace_user(RACKSPACE_USER_ID, "demo", TENANT_ID),
            rackspace_user(RACKSPACE_USER2_ID, "demo2", TENANT2_ID),
        ]);
    }
    users
}

fn user(id: &str, name: &str, project: &str, role: &str) -> User {
    User {
        id: id.to_owned(),
        name: name.to_owned(),
        password: Some(Secret::new(PASSWORD)),
        api_key: None,
        default_project: Some(project.to_owned()),
        roles: BTreeMap::from([(project.to_owned(), vec![role.to_owned()])]),
    }
}

fn rackspace_user(id: &str, name: &str, tenant: &str) -> User {
    User {
        api_key: Some(Secret::new(API_KEY)),
        ..user(id, name, tenant, "identity:user-admin")
    }
}
