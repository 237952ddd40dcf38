use std::sync::Arc;
use std::time::Duration;

use dialect_api::{Accounts, Delegation, Directory, Project, Register, Removal, Secret, User};
use keypair_core::ports::Store;
use keypair_core::{Realm, Receipt, TenantId};

use super::super::AccountDirectory;
use super::super::tests::{accounts, at, directory, known, memory, ports};

fn growing(store: &Arc<dyn Store>) -> AccountDirectory {
    let accounts = Accounts {
        grows: true,
        ..accounts()
    };
    AccountDirectory::new("first", accounts, ports(store)).unwrap()
}

fn named(name: &str) -> User {
    User {
        name: name.to_owned(),
        password: Some(Secret::new("made")),
        description: Some("of tests".to_owned()),
        ..User::default()
    }
}

fn delegation(user_id: &str, secret: &str) -> Delegation {
    Delegation {
        id: String::new(),
        name: "ci".to_owned(),
        description: None,
        user_id: user_id.to_owned(),
        project_id: "p1".to_owned(),
        roles: vec!["reader".to_owned()],
        unrestricted: true,
        expires_at: Some(at(5000) + Duration::from_micros(7)),
        secret: Secret::new(secret),
    }
}

#[tokio::test]
async fn a_user_that_is_made_is_known_to_every_replica() {
    let store = memory();
    let (one, other) = (growing(&store), growing(&store));
    let made = one.add_user(named("bob"), at(1)).await.unwrap().unwrap();
    assert_eq!(made.id.len(), 32);
    for directory in [&one, &other] {
        let by_id = directory.user_by_id(&made.id).await.unwrap().unwrap();
        let by_name = directory.user_by_name("bob").await.unwrap().unwrap();
        for found in [by_id, by_name] {
            assert_eq!((&found.id, found.name.as_str()), (&made.id, "bob"));
            assert_eq!(found.description.as_deref(), Some("of tests"));
            assert!(directory.check_password(Some(&found), "made").await);
            assert!(!directory.check_password(Some(&found), "wrong").await);
            let stored = found.password.as_ref().unwrap().expose();
            assert!(
                stored.starts_with("$argon2id$"),
                "no plain secret is stored"
            );
            assert!(!directory.check_password(Some(&found), stored).await);
        }
        let names: Vec<_> = directory.users().await.unwrap();
        let names: Vec<_> = names.iter().map(|user| user.name.clone()).collect();
        assert_eq!(names, ["ada", "bob"]);
    }
    // Nor do those know it that do not grow.
    let settled = directory("first", &store);
    assert!(known(settled.user_by_id(&made.id)).is_none());
    assert_eq!(settled.users().await.unwrap().len(), 1);
    let elsewhere = AccountDirectory::new(
        "second",
        Accounts {
            grows: true,
            ..Accounts::default()
        },
        ports(&store),
    )
    .unwrap();
    assert!(elsewhere.user_by_name("bob").await.unwrap().is_none());
}

#[tokio::test]
async fn of_all_who_make_a_user_of_one_name_one_does() {
    let store = memory();
    let directory = Arc::new(growing(&store));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let directory = Arc::clone(&directory);
            tokio::spawn(async move { directory.add_user(named("bob"), at(1)).await.unwrap() })
        })
        .collect();
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(made, 1);
    assert_eq!(directory.users().await.unwrap().len(), 2);
    let taken = directory.add_user(named("ada"), at(1)).await.unwrap();
    assert!(taken.is_none(), "nor one of the config's names");
}

#[tokio::test]
async fn who_is_removed_and_made_again_is_somebody_else() {
    let directory = growing(&memory());
    let first = directory
        .add_user(named("bob"), at(1))
        .await
        .unwrap()
        .unwrap();
    directory
        .add_role(&first.id, "p1", "member", at(1))
        .await
        .unwrap();
    let new = delegation(&first.id, "s");
    let (credential, _) = directory.add_delegation(new, at(1)).await.unwrap().unwrap();
    assert_eq!(
        directory.remove_user(&first.id).await.unwrap(),
        Removal::Removed
    );
    assert_eq!(
        directory.remove_user(&first.id).await.unwrap(),
        Removal::Unknown
    );
    assert!(
        directory
            .delegation(None, &credential.id)
            .await
            .unwrap()
            .is_none()
    );
    let second = directory
        .add_user(named("bob"), at(2))
        .await
        .unwrap()
        .unwrap();
    assert_ne!(first.id, second.id);
    assert!(directory.user_by_id(&first.id).await.unwrap().is_none());
    assert!(
        directory
            .user_by_id(&second.id)
            .await
            .unwrap()
            .unwrap()
            .roles
            .is_empty()
    );
    assert_eq!(
        directory.remove_user("u1").await.unwrap(),
        Removal::Declared
    );
    // What has gone before does not take the new one along.
    assert_eq!(
        directory.remove_user(&first.id).await.unwrap(),
        Removal::Unknown
    );
    assert!(directory.user_by_name("bob").await.unwrap().is_some());
}

#[tokio::test]
async fn roles_come_and_go_also_those_of_the_configs_users() {
    let directory = growing(&memory());
    let project = Project {
        name: "blue".to_owned(),
        ..Project::default()
    };
    let project = directory
        .add_project(project, at(1))
        .await
        .unwrap()
        .unwrap();
    for role in ["member", "admin", "member"] {
        directory
            .add_role("u1", &project.id, role, at(1))
            .await
            .unwrap();
    }
    let ada = directory.user_by_id("u1").await.unwrap().unwrap();
    assert_eq!(ada.roles[&project.id], ["admin", "member"]);
    let removed = directory
        .remove_role("u1", &project.id, "admin")
        .await
        .unwrap();
    assert_eq!(removed, Removal::Removed);
    let removed = directory
        .remove_role("u1", &project.id, "admin")
        .await
        .unwrap();
    assert_eq!(removed, Removal::Unknown);
    let removed = directory.remove_project(&project.id).await.unwrap();
    assert_eq!(removed, Removal::Removed);
    assert!(
        directory
            .user_by_id("u1")
            .await
            .unwrap()
            .unwrap()
            .roles
            .is_empty()
    );
    assert_eq!(
        directory.remove_project(&project.id).await.unwrap(),
        Removal::Unknown
    );
    assert_eq!(
        directory.remove_project("p1").await.unwrap(),
        Removal::Declared
    );
    let taken = Project {
        name: "red".to_owned(),
        ..Project::default()
    };
    assert!(directory.add_project(taken, at(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn roles_of_the_config_stay() {
    let mut accounts = accounts();
    accounts.grows = true;
    let roles = vec!["member".to_owned()];
    accounts.users[0].roles.insert("p1".to_owned(), roles);
    let directory = AccountDirectory::new("first", accounts, ports(&memory())).unwrap();
    directory
        .add_role("u1", "p1", "member", at(1))
        .await
        .unwrap();
    let removed = directory.remove_role("u1", "p1", "member").await.unwrap();
    assert_eq!(removed, Removal::Declared);
    let ada = directory.user_by_id("u1").await.unwrap().unwrap();
    assert_eq!(ada.roles["p1"], ["member"]);
}

#[tokio::test]
async fn delegations_are_kept_without_their_secret_and_whoever_grows() {
    let store = memory();
    let (one, other) = (directory("first", &store), directory("first", &store));
    let new = one.add_delegation(delegation("u1", "s3cret"), at(1)).await;
    let (made, secret) = new.unwrap().unwrap();
    assert_eq!(secret.expose(), "s3cret");
    let again = other.add_delegation(delegation("u1", ""), at(1)).await;
    assert!(again.unwrap().is_none(), "the name is taken");
    let found = [
        other.delegation(None, &made.id).await.unwrap().unwrap(),
        other
            .delegation(Some("u1"), &made.id)
            .await
            .unwrap()
            .unwrap(),
        other.delegation_by_name("u1", "ci").await.unwrap().unwrap(),
        Arc::clone(&other.delegations("u1").await.unwrap()[0]),
    ];
    for found in found {
        assert_eq!(found.id, made.id);
        assert_eq!(found.user_id, "u1");
        assert_eq!(found.expires_at, made.expires_at);
        assert!(found.unrestricted && found.roles == ["reader"]);
        assert!(found.secret.expose().starts_with("$argon2id$"));
        assert!(other.check_delegation(&found, "s3cret").await);
        for wrong in ["", "s", found.secret.expose()] {
            assert!(!other.check_delegation(&found, wrong).await);
        }
    }
    assert!(
        other
            .delegation(Some("u2"), &made.id)
            .await
            .unwrap()
            .is_none()
    );
    let removed = other.remove_delegation("u2", &made.id).await.unwrap();
    assert_eq!(removed, Removal::Unknown);
    let removed = other.remove_delegation("u1", &made.id).await.unwrap();
    assert_eq!(removed, Removal::Removed);
    for id in [&made.id, "", "d9"] {
        assert!(one.delegation(None, id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_secret_that_is_drawn_is_long_and_another_each_time() {
    let directory = directory("first", &memory());
    let mut secrets = Vec::new();
    for name in ["ci", "cd"] {
        let new = Delegation {
            name: name.to_owned(),
            ..delegation("u1", "")
        };
        let (made, secret) = directory.add_delegation(new, at(1)).await.unwrap().unwrap();
        assert_eq!(secret.expose().len(), 86, "64 bytes");
        assert!(directory.check_delegation(&made, secret.expose()).await);
        secrets.push(secret);
    }
    assert_ne!(secrets[0], secrets[1]);
}

#[tokio::test]
async fn delegations_of_the_config_are_there_without_the_store_and_stay() {
    let mut accounts = accounts();
    let mut declared = delegation("u1", "plain");
    declared.id = "d1".to_owned();
    accounts.delegations = vec![declared];
    let directory = AccountDirectory::new("first", accounts, ports(&memory())).unwrap();
    let found = known(directory.delegation(None, "d1")).unwrap();
    assert!(directory.check_delegation(&found, "plain").await);
    assert!(!directory.check_delegation(&found, "other").await);
    assert!(known(directory.delegation(Some("u2"), "d1")).is_none());
    assert!(known(directory.delegation_by_name("u1", "ci")).is_some());
    let taken = directory.add_delegation(delegation("u1", "s"), at(1)).await;
    assert!(taken.unwrap().is_none());
    let removed = directory.remove_delegation("u1", "d1").await.unwrap();
    assert_eq!(removed, Removal::Declared);
}

#[tokio::test]
async fn a_note_that_cannot_be_read_is_a_corrupt_record() {
    let store = memory();
    let directory = growing(&store);
    let made = directory
        .add_user(named("bob"), at(1))
        .await
        .unwrap()
        .unwrap();
    let (realm, tenant) = (Realm::new("realm"), TenantId::new("accounts/first"));
    let notes = store.notes(&realm, &tenant, "users", at(1)).await.unwrap();
    let mut note = notes[0].clone();
    assert!(
        store
            .remove_note(&realm, &tenant, "users", &note.name)
            .await
            .unwrap()
    );
    note.body = b"{".to_vec();
    let receipt = Receipt {
        drawer: "users",
        capacity: 1,
        note,
    };
    assert!(store.add_note(&realm, &tenant, &receipt).await.unwrap());
    let error = directory.user_by_id(&made.id).await.unwrap_err();
    assert_eq!(error.kind(), "CorruptRecord");
}
