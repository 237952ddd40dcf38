use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dialect_api::{
    AccessKey, Accounts, ApiKey, Directory, Lookup, Project, ProjectAccess, Secret, StaticToken,
    TokenClaims, User,
};
use keypair_core::ports::{Entropy, Store, StoreError};
use keypair_core::{Realm, TenantId};
use store_memory::MemoryStore;
use zeroize::Zeroizing;

use super::{AccountDirectory, DirectoryPorts, unavailable};
use crate::AccountProblem;

pub(super) fn accounts() -> Accounts {
    Accounts {
        users: vec![User {
            id: "u1".to_owned(),
            name: "ada".to_owned(),
            password: Some(Secret::new("lovelace")),
            api_key: Some(Secret::new("analytical")),
            ..User::default()
        }],
        projects: vec![Project {
            id: "p1".to_owned(),
            name: "red".to_owned(),
            ..Project::default()
        }],
        access_keys: vec![AccessKey {
            id: "k1".to_owned(),
            secret: Secret::new("engine"),
            session_token: None,
            account: TenantId::new("1"),
        }],
        tokens: vec![StaticToken {
            token: Secret::new("bearer"),
            name: "t1".to_owned(),
            projects: ProjectAccess::Any,
            tenant: TenantId::new("1"),
            expires_at: None,
        }],
        api_keys: vec![ApiKey {
            key: Secret::new("application"),
            name: "a1".to_owned(),
        }],
        ..Accounts::default()
    }
}

pub(super) fn directory(dialect: &str, store: &Arc<dyn Store>) -> AccountDirectory {
    AccountDirectory::new(dialect, accounts(), ports(store)).unwrap()
}

pub(super) fn ports(store: &Arc<dyn Store>) -> DirectoryPorts {
    DirectoryPorts {
        signing_key: Zeroizing::new([1; 32]),
        store: Arc::clone(store),
        entropy: Arc::new(Counting::default()),
        realm: Realm::new("realm"),
    }
}

/// Counts 1, 2, 3 …
#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn bits128(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

pub(super) fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

pub(super) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn claims(audit_id: u8) -> TokenClaims {
    TokenClaims {
        user_id: "u1".to_owned(),
        project_id: Some("p1".to_owned()),
        system: false,
        methods: vec!["password".to_owned()],
        audit_ids: vec![[audit_id; 16]],
        issued_at: at(1000),
        expires_at: at(2000),
    }
}

/// What is there at once.
pub(super) fn known<T>(lookup: Lookup<'_, T>) -> Option<Arc<T>> {
    match lookup {
        Lookup::Known(found) => found,
        Lookup::Asked(_) => panic!("the store is asked"),
    }
}

#[tokio::test]
async fn accounts_are_found_by_what_names_them_without_the_store() {
    let directory = directory("first", &memory());
    assert_eq!(known(directory.user_by_id("u1")).unwrap().name, "ada");
    assert_eq!(known(directory.user_by_name("ada")).unwrap().id, "u1");
    assert_eq!(known(directory.project_by_id("p1")).unwrap().name, "red");
    assert_eq!(known(directory.project_by_name("red")).unwrap().id, "p1");
    assert_eq!(
        directory.access_key("k1").unwrap().secret.expose(),
        "engine"
    );
    assert_eq!(directory.static_token("bearer").unwrap().name, "t1");
    assert_eq!(directory.api_key("application").unwrap().name, "a1");
    assert!(directory.has_api_keys());
    assert_eq!(directory.users().await.unwrap().len(), 1);
    assert_eq!(directory.projects().await.unwrap().len(), 1);

    for other in ["", "u", "u11", "ada ", "Ada"] {
        assert!(known(directory.user_by_id(other)).is_none());
        assert!(known(directory.user_by_name(other)).is_none());
        assert!(known(directory.project_by_id(other)).is_none());
        assert!(known(directory.project_by_name(other)).is_none());
        assert!(directory.access_key(other).is_none());
        assert!(directory.static_token(other).is_none());
        assert!(directory.api_key(other).is_none());
    }
    assert!(directory.static_token("application").is_none());
    assert!(directory.api_key("bearer").is_none());
}

#[test]
fn without_api_keys_there_are_none() {
    let ports = ports(&memory());
    let empty = AccountDirectory::new("first", Accounts::default(), ports).unwrap();
    assert!(!empty.has_api_keys());
    assert!(empty.api_key("").is_none());
    assert!(empty.static_token("").is_none());
}

#[tokio::test]
async fn users_prove_themselves_by_password_or_api_key() {
    let directory = directory("first", &memory());
    let ada = known(directory.user_by_name("ada"));
    let ada = ada.as_deref();
    assert!(directory.check_password(ada, "lovelace").await);
    assert!(!directory.check_password(ada, "analytical").await);
    assert!(!directory.check_password(None, "lovelace").await);
    assert!(directory.check_user_api_key(ada, "analytical"));
    assert!(!directory.check_user_api_key(ada, "lovelace"));
    assert!(!directory.check_user_api_key(ada, ""));
    assert!(!directory.check_user_api_key(None, "analytical"));
    assert!(!directory.check_user_api_key(None, ""));
}

#[tokio::test]
async fn a_token_is_good_until_it_expires() {
    let directory = directory("first", &memory());
    let token = directory.issue(&claims(1));
    for (now, good) in [
        (0, true),
        (1000, true),
        (1999, true),
        (2000, false),
        (9999, false),
    ] {
        let verified = directory.verify(token.expose(), at(now)).await.unwrap();
        assert_eq!(verified, good.then(|| claims(1).into()), "at {now}");
    }
    let last = at(2000) - Duration::from_nanos(1);
    assert!(
        directory
            .verify(token.expose(), last)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_token_is_good_in_its_own_dialect_only() {
    let store = memory();
    let token = directory("first", &store).issue(&claims(1));
    let same = directory("first", &store);
    assert!(
        same.verify(token.expose(), at(1500))
            .await
            .unwrap()
            .is_some()
    );
    let other = directory("second", &store);
    assert_eq!(other.verify(token.expose(), at(1500)).await.unwrap(), None);
}

#[tokio::test]
async fn a_revocation_is_seen_by_every_replica_and_no_other_dialect() {
    let store = memory();
    let (one, other) = (directory("first", &store), directory("first", &store));
    let foreign_directory = directory("second", &store);
    let (first, second) = (one.issue(&claims(1)), one.issue(&claims(2)));
    let foreign = foreign_directory.issue(&claims(1));
    one.revoke(&claims(1)).await.unwrap();
    for directory in [&one, &other] {
        let verify = |token| directory.verify(token, at(1500));
        assert_eq!(verify(first.expose()).await.unwrap(), None);
        assert!(verify(second.expose()).await.unwrap().is_some());
    }
    let verified = foreign_directory
        .verify(foreign.expose(), at(1500))
        .await
        .unwrap();
    assert!(verified.is_some());
}

#[test]
fn a_store_that_fails_is_unavailable_and_says_why_in_the_log() {
    use std::error::Error as _;
    for narrow in [
        StoreError::Unavailable("no route".into()),
        StoreError::Corrupt("no mark".into()),
    ] {
        let told = narrow.to_string();
        let error = unavailable(narrow);
        assert_eq!(error.kind(), "StoreUnavailable");
        let source = error.source().expect("a cause");
        assert_eq!(source.to_string(), told);
        assert!(source.source().is_some(), "down to the root");
    }
}

#[test]
fn mistakes_in_the_accounts_are_refused() {
    let refused = |accounts| {
        AccountDirectory::new("first", accounts, ports(&memory())).expect_err("a mistake")
    };
    let mut twice = accounts();
    twice.users.extend(accounts().users);
    assert_eq!(
        refused(twice),
        AccountProblem::DuplicateUserId {
            id: "u1".to_owned()
        }
    );
    let mut unreadable = accounts();
    unreadable.users[0].password = Some(Secret::new("$argon2id$nonsense"));
    assert_eq!(
        refused(unreadable),
        AccountProblem::BadPasswordHash {
            user: "ada".to_owned()
        }
    );
}

#[test]
fn debug_shows_no_secret() {
    let text = format!("{:?}", directory("first", &memory()));
    for secret in ["lovelace", "analytical", "engine", "bearer", "application"] {
        assert!(!text.contains(secret), "{text}");
    }
}
