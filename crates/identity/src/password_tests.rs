use std::sync::Arc;

use argon2::password_hash::CustomizedPasswordHasher;
use argon2::password_hash::phc::{PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use dialect_api::{Accounts, Secret, User};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{Passwords, cost};
use crate::index::AccountProblem;
use crate::keyed::KeyedHash;

fn key() -> KeyedHash {
    KeyedHash::new("first", &Zeroizing::new([1; 32]))
}

fn user(name: &str, password: Option<&str>) -> User {
    User {
        id: name.to_owned(),
        name: name.to_owned(),
        password: password.map(Secret::new),
        ..User::default()
    }
}

fn accounts(users: Vec<User>) -> Accounts {
    Accounts {
        users,
        ..Accounts::default()
    }
}

/// An argon2id hash that is cheap to compute.
fn hash(password: &str, passes: u32) -> String {
    let params = Params::new(8, passes, 1, None).unwrap();
    let salt = Salt::new(b"salt of the test").unwrap();
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_customized(password.as_bytes(), &salt, None, None, params)
        .unwrap();
    hash.to_string()
}

async fn check(accounts: &Accounts, user: Option<usize>, given: &str) -> bool {
    let passwords = Passwords::new(accounts).unwrap();
    passwords
        .check(&key(), user.map(|at| &accounts.users[at]), given)
        .await
}

#[tokio::test]
async fn plain_passwords_are_compared_whole() {
    let accounts = accounts(vec![user("ada", Some("lovelace")), user("bob", None)]);
    assert!(check(&accounts, Some(0), "lovelace").await);
    for wrong in ["", "love", "lovelacex", "Lovelace", "lovelace\0"] {
        assert!(!check(&accounts, Some(0), wrong).await, "{wrong:?}");
    }
    assert!(
        !check(&accounts, Some(1), "").await,
        "no password is no empty one"
    );
    assert!(!check(&accounts, None, "").await, "nobody has no password");
}

#[tokio::test]
async fn hashed_passwords_are_verified() {
    let accounts = accounts(vec![
        user("ada", Some(&hash("lovelace", 1))),
        user("bob", Some("plain")),
        user("eve", None),
    ]);
    assert!(check(&accounts, Some(0), "lovelace").await);
    assert!(!check(&accounts, Some(0), "love").await);
    let hash_itself = accounts.users[0].password.clone().unwrap();
    assert!(!check(&accounts, Some(0), hash_itself.expose()).await);
    assert!(check(&accounts, Some(1), "plain").await);
    // The decoy's own password opens nobody else's account.
    for other in [Some(1), Some(2), None] {
        assert!(!check(&accounts, other, "lovelace").await, "{other:?}");
    }
}

#[test]
fn without_a_runtime_hashes_are_verified_in_place() {
    let accounts = accounts(vec![user("ada", Some(&hash("lovelace", 1)))]);
    let passwords = Passwords::new(&accounts).unwrap();
    let key = key();
    let mut check = std::pin::pin!(passwords.check(&key, accounts.users.first(), "lovelace"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let done = check.as_mut().poll(&mut context);
    assert_eq!(done, std::task::Poll::Ready(true));
}

#[tokio::test]
async fn no_more_hashes_are_computed_at_once_than_there_are_slots() {
    let accounts = accounts(vec![user("ada", Some(&hash("lovelace", 1)))]);
    let passwords = Passwords {
        slots: Arc::new(Semaphore::new(1)),
        ..Passwords::new(&accounts).unwrap()
    };
    let taken = Arc::clone(&passwords.slots).try_acquire_owned().unwrap();
    let key = key();
    let mut check = std::pin::pin!(passwords.check(&key, accounts.users.first(), "lovelace"));
    for _ in 0..3 {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(check.as_mut().poll(&mut context).is_pending());
        tokio::task::yield_now().await;
    }
    drop(taken);
    assert!(check.await);
    assert_eq!(passwords.slots.available_permits(), 1, "and is given back");
}

#[test]
fn whoever_asks_the_costliest_hash_is_computed() {
    let (cheap, costly) = (hash("a", 1), hash("b", 3));
    let none = Passwords::new(&accounts(vec![user("ada", Some("plain"))])).unwrap();
    assert_eq!(none.decoy, None, "plain passwords alone need no decoy");
    for users in [[&cheap, &costly], [&costly, &cheap]] {
        let users = users.map(|hash| user(hash, Some(hash)));
        let passwords = Passwords::new(&accounts(users.into())).unwrap();
        assert_eq!(passwords.decoy.as_deref(), Some(costly.as_str()));
    }
    assert_eq!(cost(&costly), Some(24));
}

/// The claim that an unknown user costs what a known one does, measured: it would be off by a
/// thousand times if no hash were computed.
#[tokio::test]
async fn nobody_takes_as_long_as_somebody() {
    let accounts = accounts(vec![
        user("ada", Some(&hash("lovelace", 200))),
        user("bob", Some("plain")),
    ]);
    let mut shortest = [std::time::Duration::MAX; 3];
    for _ in 0..5 {
        for (who, shortest) in [Some(0), Some(1), None].into_iter().zip(&mut shortest) {
            let start = std::time::Instant::now();
            assert!(!check(&accounts, who, "wrong").await);
            *shortest = start.elapsed().min(*shortest);
        }
    }
    let [ada, bob, nobody] = shortest;
    assert!(bob > ada / 4, "{bob:?} of {ada:?}");
    assert!(nobody > ada / 4, "{nobody:?} of {ada:?}");
}

#[test]
fn hashes_that_cannot_be_verified_are_refused() {
    let good = hash("lovelace", 1);
    let without_output = good.rsplit_once('$').unwrap().0.to_owned();
    for bad in [
        "$argon2id$",
        "$argon2id$v=19$m=8,t=1,p=1",
        &good.replace("argon2id", "argon2i"),
        &good.replace("argon2id", "argon2d"),
        &good.replace("t=1", "t=0"),
        &without_output,
    ] {
        let accounts = accounts(vec![user("ada", Some(bad))]);
        let problem = Passwords::new(&accounts).expect_err(bad);
        let user = "ada".to_owned();
        assert_eq!(problem, AccountProblem::BadPasswordHash { user });
        assert!(!problem.to_string().contains('$'));
    }
}

#[test]
fn where_users_may_be_added_everybody_costs_what_they_do() {
    let mut growing = accounts(vec![user("ada", Some("plain"))]);
    growing.grows = true;
    let passwords = Passwords::new(&growing).unwrap();
    let made = std::pin::pin!(passwords.hash("lovelace", [7; 16]));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Some(made)) = made.poll(&mut context) else {
        panic!("not in place");
    };
    let decoy = passwords.decoy.as_deref().unwrap();
    assert_eq!(cost(decoy), cost(&made));
    assert!(cost(&made).is_some());
}

#[test]
fn hashes_of_delegations_that_cannot_be_verified_are_refused() {
    let mut accounts = accounts(vec![user("ada", Some("plain"))]);
    accounts.delegations = vec![dialect_api::Delegation {
        id: "d1".to_owned(),
        name: "ci".to_owned(),
        description: None,
        user_id: "ada".to_owned(),
        project_id: "p1".to_owned(),
        roles: Vec::new(),
        unrestricted: false,
        expires_at: None,
        secret: Secret::new("$argon2id$nonsense"),
    }];
    let problem = Passwords::new(&accounts).expect_err("a mistake");
    let delegation = "ci".to_owned();
    assert_eq!(problem, AccountProblem::BadSecretHash { delegation });
}
