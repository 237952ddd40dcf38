//! What a section gives, and which settings are refused.

use super::{Config, log_in_name};
use serde_json::{Value, json};

const USER: &str = "227d9f05c04448b6b10d7b10146b8c53";
const PROJECT: &str = "082bacf6c4f0442ab76491353198c70b";
const CREDENTIAL: &str = "26bb287fd56a41f58a4d8a4b4d14fd1b";

/// A section with one account of each kind, in which one field is set to something else.
fn section(pointer: &str, value: Value) -> Config {
    let mut section = json!({
        "users": [
            {"id": USER, "name": "alice", "password": "secret",
             "default_project": PROJECT, "roles": {PROJECT: ["member"]}},
            {"id": "172157", "name": "alice", "api_key": "aaaaa", "roles": {"010101": ["a"]}},
        ],
        "projects": [{"id": PROJECT, "name": "demo"}, {"id": "010101"}],
        "application_credentials": [
            {"id": CREDENTIAL, "name": "ci", "user": USER, "project": PROJECT,
             "secret": "s", "roles": ["reader"]},
        ],
        "auth": "none",
        "rate_limits": [{"verb": "POST", "value": 10, "unit": "minute"}],
        "identity": {},
    });
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    section.pointer_mut(parent).unwrap()[field] = value;
    serde_json::from_value(section).unwrap()
}

#[test]
fn a_section_with_one_of_each_is_fine() {
    let (config, accounts) = section("/max_limit", json!(5)).prepare().unwrap();
    assert!(!accounts.demo && accounts.open && accounts.open_on_purpose);
    assert_eq!(config.max_limit, 5);
    let names: Vec<&str> = accounts.users.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["alice", "rackspace/alice"]);
    assert!(accounts.users.iter().all(|u| log_in_name(u) == "alice"));
    assert_eq!(accounts.projects[1].name, "010101");
}

#[test]
fn no_accounts_means_the_demo_accounts() {
    for flavour in ["rackspace", "compat"] {
        let config: Config = serde_json::from_value(json!({"v2_flavour": flavour})).unwrap();
        let (_, accounts) = config.prepare().unwrap();
        assert!(accounts.demo && !accounts.open);
        let rackspace = accounts.users.iter().any(|user| user.id == "172157");
        assert_eq!(rackspace, flavour == "rackspace");
    }
}

/// Sets one field after another to what it cannot be, and wants its key named.
fn each_is_refused<const N: usize>(cases: [(&str, Value, &str); N]) {
    for (pointer, value, key) in cases {
        let problem = section(pointer, value.clone()).prepare().unwrap_err();
        assert_eq!(problem.key, key, "{pointer} = {value}: {problem}");
    }
}

#[test]
fn settings_of_the_services_that_cannot_be_are_named() {
    each_is_refused([
        ("/max_microversion", json!("2.105"), "max_microversion"),
        ("/max_microversion", json!("2.01"), "max_microversion"),
        ("/max_microversion", json!("latest"), "max_microversion"),
        ("/key_pairs_quota", json!(-2), "key_pairs_quota"),
        ("/max_limit", json!(0), "max_limit"),
        ("/max_body", json!(0), "max_body"),
        ("/max_body", json!(114_689), "max_body"),
        (
            "/rackspace_quota_status",
            json!(429),
            "rackspace_quota_status",
        ),
        (
            "/auth_none",
            json!({"user_id": "fake"}),
            "auth_none.user_id",
        ),
        (
            "/auth_none",
            json!({"project_id": ""}),
            "auth_none.project_id",
        ),
        ("/auth_none", json!({"roles": [""]}), "auth_none.roles[0]"),
        ("/rate_limits/0/verb", json!("post"), "rate_limits[0].verb"),
        ("/rate_limits/0/uri", json!(""), "rate_limits[0].uri"),
        ("/rate_limits/0/value", json!(0), "rate_limits[0].value"),
        ("/identity/region", json!(""), "identity.region"),
        (
            "/identity/rackspace_regions",
            json!([]),
            "identity.rackspace_regions",
        ),
        (
            "/identity/rackspace_regions",
            json!(["A", "A"]),
            "identity.rackspace_regions[1]",
        ),
        (
            "/identity/rackspace_default_region",
            json!("X"),
            "identity.rackspace_default_region",
        ),
        ("/identity/token_ttl", json!(0), "identity.token_ttl"),
    ]);
}

#[test]
fn accounts_that_cannot_be_are_named() {
    each_is_refused([
        ("/v2_flavour", json!("compat"), "projects[1].id"),
        ("/projects/0/id", json!("demo"), "projects[0].id"),
        ("/projects/0/id", json!("010101"), "projects[1].id"),
        ("/projects/0/name", json!("010101"), "projects[1].name"),
        (
            "/projects/0/name",
            json!("p".repeat(65)),
            "projects[0].name",
        ),
        (
            "/projects/1/key_pairs_quota",
            json!(-2),
            "projects[1].key_pairs_quota",
        ),
        ("/users/0/id", json!(USER.to_uppercase()), "users[0].id"),
        ("/users/1/id", json!(USER), "users[1].id"),
        ("/users/0/name", json!("a\n"), "users[0].name"),
        ("/users/0/name", json!("rackspace/alice"), "users[1].name"),
        ("/users/0/password", json!(""), "users[0].password"),
        ("/users/1/api_key", json!(""), "users[1].api_key"),
        ("/users/0/roles", json!({"9": ["a"]}), "users[0].roles.9"),
        (
            "/users/0/roles",
            json!({"010101": ["a"]}),
            "users[0].roles.010101",
        ),
        (
            "/users/0/roles",
            json!({"system": []}),
            "users[0].roles.system",
        ),
        (
            "/users/0/roles",
            json!({"system": [""]}),
            "users[0].roles.system[0]",
        ),
        (
            "/users/1/default_project",
            json!("9"),
            "users[1].default_project",
        ),
    ]);
}

#[test]
fn application_credentials_that_cannot_be_are_named() {
    each_is_refused([
        (
            "/application_credentials/0/id",
            json!("1"),
            "application_credentials[0].id",
        ),
        (
            "/application_credentials/0/name",
            json!(""),
            "application_credentials[0].name",
        ),
        (
            "/application_credentials/0/user",
            json!("172157"),
            "application_credentials[0].user",
        ),
        (
            "/application_credentials/0/project",
            json!("9"),
            "application_credentials[0].project",
        ),
        (
            "/application_credentials/0/secret",
            json!(""),
            "application_credentials[0].secret",
        ),
        (
            "/application_credentials/0/roles",
            json!(["admin"]),
            "application_credentials[0].roles",
        ),
    ]);
}
