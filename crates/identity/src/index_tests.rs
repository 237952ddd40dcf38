use dialect_api::{
    AccessKey, Accounts, ApiKey, Delegation, Project, ProjectAccess, Secret, StaticToken, User,
};
use keypair_core::TenantId;
use zeroize::Zeroizing;

use super::{AccountProblem, Index};
use crate::keyed::KeyedHash;

fn index(accounts: &Accounts) -> Result<Index, AccountProblem> {
    Index::new(accounts, &KeyedHash::new("first", &Zeroizing::new([1; 32])))
}

fn user(id: &str, name: &str) -> User {
    User {
        id: id.to_owned(),
        name: name.to_owned(),
        password: Some(Secret::new("secret-of-a-user")),
        ..User::default()
    }
}

fn project(id: &str, name: &str) -> Project {
    Project {
        id: id.to_owned(),
        name: name.to_owned(),
        ..Project::default()
    }
}

fn token(name: &str, token: &str) -> StaticToken {
    StaticToken {
        token: Secret::new(token),
        name: name.to_owned(),
        projects: ProjectAccess::Any,
        tenant: TenantId::new(name),
        expires_at: None,
    }
}

fn api_key(name: &str, key: &str) -> ApiKey {
    ApiKey {
        key: Secret::new(key),
        name: name.to_owned(),
    }
}

fn access_key(id: &str) -> AccessKey {
    AccessKey {
        id: id.to_owned(),
        secret: Secret::new("secret-of-a-key"),
        session_token: None,
        account: TenantId::new(id),
    }
}

fn delegation(id: &str, name: &str) -> Delegation {
    Delegation {
        id: id.to_owned(),
        name: name.to_owned(),
        description: None,
        user_id: "u1".to_owned(),
        project_id: "p1".to_owned(),
        roles: Vec::new(),
        unrestricted: false,
        expires_at: None,
        secret: Secret::new("secret-of-a-delegation"),
    }
}

fn accounts() -> Accounts {
    let mut ada = user("u1", "ada");
    ada.default_project = Some("p1".to_owned());
    ada.roles.insert("p2".to_owned(), vec!["member".to_owned()]);
    Accounts {
        users: vec![ada, user("u2", "bob")],
        projects: vec![project("p1", "red"), project("p2", "blue")],
        access_keys: vec![access_key("k1"), access_key("k2")],
        tokens: vec![token("t1", "secret-one"), token("t2", "secret-two")],
        api_keys: vec![api_key("a1", "secret-one"), api_key("a2", "secret-two")],
        delegations: vec![delegation("d1", "ci"), delegation("d2", "cd")],
        ..Accounts::default()
    }
}

#[test]
fn accounts_are_where_they_are() {
    let index = index(&accounts()).unwrap();
    assert_eq!(index.users_by_id["u2"], 1);
    assert_eq!(index.users_by_name["ada"], 0);
    assert_eq!(index.projects_by_id["p2"], 1);
    assert_eq!(index.projects_by_name["red"], 0);
    assert_eq!(index.access_keys["k2"], 1);
    assert_eq!(index.tokens.len(), 2);
    assert_eq!(index.api_keys.len(), 2);
    assert_eq!(index.delegations["d2"], 1);
}

/// Puts one mistake into right accounts.
type Spoil = fn(&mut Accounts);

#[test]
fn mistakes_are_named_and_secrets_are_not() {
    let id = |text: &str| text.to_owned();
    let cases: [(Spoil, AccountProblem); 14] = [
        (
            |it| it.users[1].id = "u1".to_owned(),
            AccountProblem::DuplicateUserId { id: id("u1") },
        ),
        (
            |it| it.users[1].name = "ada".to_owned(),
            AccountProblem::DuplicateUserName { name: id("ada") },
        ),
        (
            |it| it.projects.push(project("p1", "green")),
            AccountProblem::DuplicateProjectId { id: id("p1") },
        ),
        (
            |it| it.projects.push(project("p3", "blue")),
            AccountProblem::DuplicateProjectName { name: id("blue") },
        ),
        (
            |it| it.access_keys.push(access_key("k1")),
            AccountProblem::DuplicateAccessKey { id: id("k1") },
        ),
        (
            |it| it.tokens.push(token("t3", "secret-two")),
            AccountProblem::DuplicateToken {
                first: id("t2"),
                second: id("t3"),
            },
        ),
        (
            |it| it.api_keys.push(api_key("a3", "secret-one")),
            AccountProblem::DuplicateApiKey {
                first: id("a1"),
                second: id("a3"),
            },
        ),
        (
            |it| {
                it.users[1].roles.insert("p9".to_owned(), Vec::new());
            },
            AccountProblem::UnknownProject {
                user: id("bob"),
                project: id("p9"),
            },
        ),
        (
            |it| it.users[0].default_project = Some("red".to_owned()),
            AccountProblem::UnknownProject {
                user: id("ada"),
                project: id("red"),
            },
        ),
        (
            |it| it.users[1].id = String::new(),
            AccountProblem::IdLength { id: id("") },
        ),
        (
            |it| it.projects[1].id = "p".repeat(65),
            AccountProblem::IdLength { id: "p".repeat(65) },
        ),
        (
            |it| it.users[1].api_key = Some(Secret::new("")),
            AccountProblem::EmptySecret { owner: id("bob") },
        ),
        (
            |it| it.access_keys[0].session_token = Some(Secret::new("")),
            AccountProblem::EmptySecret { owner: id("k1") },
        ),
        (
            |it| it.tokens[0].token = Secret::new(""),
            AccountProblem::EmptySecret { owner: id("t1") },
        ),
    ];
    each_is_named(cases);
}

#[test]
fn mistakes_in_delegations_are_named() {
    let id = |text: &str| text.to_owned();
    let cases: [(Spoil, AccountProblem); 5] = [
        (
            |it| it.delegations[1].id = "d1".to_owned(),
            AccountProblem::DuplicateDelegationId { id: id("d1") },
        ),
        (
            |it| it.delegations[1].name = "ci".to_owned(),
            AccountProblem::DuplicateDelegationName {
                user: id("u1"),
                name: id("ci"),
            },
        ),
        (
            |it| it.delegations[0].user_id = "u9".to_owned(),
            AccountProblem::DelegationOfNobody {
                delegation: id("ci"),
            },
        ),
        (
            |it| it.delegations[1].project_id = "p9".to_owned(),
            AccountProblem::DelegationOfNobody {
                delegation: id("cd"),
            },
        ),
        (
            |it| it.delegations[0].secret = Secret::new(""),
            AccountProblem::EmptySecret { owner: id("ci") },
        ),
    ];
    each_is_named(cases);
}

fn each_is_named<const N: usize>(cases: [(Spoil, AccountProblem); N]) {
    for (spoil, problem) in cases {
        let mut accounts = accounts();
        spoil(&mut accounts);
        let found = index(&accounts).expect_err("a mistake");
        assert_eq!(found, problem);
        assert!(!found.to_string().contains("secret-"), "{found}");
    }
}
