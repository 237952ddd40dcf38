//! What happens when the server does not answer, answers late, or forgets.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of what supports all")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use keypair_core::ports::{InsertError, StoreError};
use keypair_core::{Limit, Window};
use store_contract::{Desk, Subject, draft, name};
use store_redis::{ConnectError, RedisOptions, RedisStore};

#[path = "support/server.rs"]
mod server;

/// The most that a caller waits with the hurried options, and something for a busy machine.
const PATIENCE: Duration = Duration::from_secs(4);

async fn desk(server: &server::Server) -> Desk {
    Desk::new(&Subject::new(server.store().await))
}

/// Asserts that a call fails as it must, and in time.
async fn assert_unavailable<T: std::fmt::Debug>(call: impl Future<Output = Result<T, StoreError>>) {
    let started = Instant::now();
    let result = call.await;
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

/// Waits until the store works again.
async fn recovered(desk: &Desk) {
    let patience = Instant::now() + Duration::from_secs(20);
    while desk.store.ping().await.is_err() {
        assert!(Instant::now() < patience, "the store does not recover");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_stopped_server_is_unavailable_and_a_started_one_works_again() {
    let Some(mut server) = server::start().await else {
        return;
    };
    let desk = desk(&server).await;
    desk.put("before").await;
    server.stop();
    let (store, scope) = (&desk.store, &desk.scope);
    assert_unavailable(store.ping()).await;
    assert_unavailable(store.usage(&scope.realm, &scope.tenant)).await;
    assert_unavailable(store.add_partition(scope)).await;
    assert_unavailable(async {
        let record = draft("meanwhile");
        let quota = desk.own_quota(Limit::Unlimited);
        match store.insert(scope, &record, &quota).await {
            Err(InsertError::Store(error)) => Err::<u64, _>(error),
            other => panic!("{other:?}"),
        }
    })
    .await;

    server.restart().await;
    recovered(&desk).await;
    desk.put("after").await;
    assert_eq!(desk.names(Window::All).await, ["after"]);
}

#[tokio::test]
async fn an_idle_connection_that_broke_is_replaced_before_the_next_call() {
    let Some(mut server) = server::start().await else {
        return;
    };
    let desk = desk(&server).await;
    server.restart().await;
    // Reading is tried again at once; the caller notices nothing.
    assert_eq!(desk.usage().await, 0);
    assert_eq!(desk.names(Window::All).await, [""; 0]);
}

#[tokio::test]
async fn a_deaf_server_is_unavailable_and_a_late_insert_may_have_happened() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = desk(&server).await;
    desk.put("before").await;
    server.signal("STOP");
    assert_unavailable(desk.store.ping()).await;
    let record = draft("late");
    let started = Instant::now();
    let quota = desk.own_quota(Limit::Unlimited);
    let insert = desk.store.insert(&desk.scope, &record, &quota).await;
    assert!(
        matches!(insert, Err(InsertError::Store(StoreError::Unavailable(_)))),
        "{insert:?}"
    );
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());

    server.signal("CONT");
    recovered(&desk).await;
    // Both tries arrive, one after the other; the key pair is there once.
    let found = desk.find(&keypair_core::Selector::Name(name("late"))).await;
    assert_eq!(found.map(|kp| kp.seed), Some(record.key_pair.seed));
    assert_eq!(desk.usage().await, 2);
}

#[tokio::test]
async fn inserts_whose_answer_was_lost_do_not_conflict_with_themselves() {
    let Some(server) = server::start().await else {
        return;
    };
    let seconds = Duration::from_secs;
    let options = RedisOptions {
        response_timeout: seconds(2),
        connection_timeout: seconds(4),
        ..RedisOptions::default()
    };
    let store = RedisStore::connect(&server.url(), options).await;
    let desk = Desk::new(&Subject::new(store.expect("the store connects")));
    let warm = desk.put("warm").await;
    server.signal("STOP");
    // Two that share a call, and a third whose name is taken by then.
    let inserts = tokio::spawn({
        let desk = desk.clone();
        async move {
            // With a quota that the first try uses up.
            let quota = desk.own_quota(Limit::AtMost(3));
            let records = ["k", "l", "k"].map(draft);
            let insert = |record| desk.insert_within(record, &quota);
            join_all(records.iter().map(insert)).await
        }
    });
    // Longer than the first try waits, shorter than the second does.
    tokio::time::sleep(seconds(3)).await;
    server.signal("CONT");
    let results = inserts.await.expect("it does not panic");
    let [first, second, third] = results.as_slice() else {
        panic!("{results:?}");
    };
    assert_eq!(first, &Ok(warm.sequence + 1));
    assert_eq!(second, &Ok(warm.sequence + 2));
    assert!(third.is_err_and(|conflicts| conflicts.name_taken));
    assert_eq!(desk.usage().await, 3);

    // A second insert of that name is a conflict as ever.
    let other = desk.insert(&draft("k")).await;
    assert!(other.is_err_and(|conflicts| conflicts.name_taken));
}

#[tokio::test]
async fn flushed_scripts_are_loaded_again() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = desk(&server).await;
    for name in ["a", "b", "c"] {
        desk.put(name).await;
        let () = server.command(&["SCRIPT", "FLUSH"]).await;
    }
    assert_eq!(desk.names(Window::All).await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_on_one_server_share_one_state() {
    let Some(server) = server::start().await else {
        return;
    };
    let desks = [desk(&server).await, desk(&server).await];
    let start = Arc::new(tokio::sync::Barrier::new(101));
    let mut racing = tokio::task::JoinSet::new();
    for racer in 0..101 {
        let (desk, start) = (desks[racer % 2].clone(), Arc::clone(&start));
        racing.spawn(async move {
            start.wait().await;
            let quota = desk.own_quota(Limit::AtMost(100));
            desk.insert_within(&draft(&format!("k{racer}")), &quota)
                .await
        });
    }
    let results = racing.join_all().await;
    let taken = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(taken, 100);
    for desk in &desks {
        assert_eq!(desk.usage().await, 100);
        assert_eq!(desk.names(Window::All).await.len(), 100);
    }
}

#[tokio::test]
async fn two_prefixes_on_one_server_share_nothing() {
    let Some(server) = server::start().await else {
        return;
    };
    let ours = desk(&server).await;
    let options = RedisOptions {
        key_prefix: "other:".to_owned(),
        ..server::hurried()
    };
    let theirs = RedisStore::connect(&server.url(), options).await;
    let theirs = Desk::new(&Subject::new(theirs.expect("the store connects")));
    ours.put("k").await;
    assert_eq!(theirs.usage().await, 0);
    theirs.put("k").await;
    let keys: Vec<String> = server.command(&["KEYS", "*"]).await;
    let (of_ours, of_theirs): (Vec<_>, Vec<_>) =
        keys.iter().partition(|key| key.starts_with("keyglot:"));
    assert_eq!(of_ours.len(), of_theirs.len());
    assert!(of_theirs.iter().all(|key| key.starts_with("other:")));
}

#[tokio::test]
async fn an_unknown_format_is_refused() {
    let Some(server) = server::start().await else {
        return;
    };
    let () = server.command(&["SET", "keyglot:format", "2"]).await;
    let refused = RedisStore::connect(&server.url(), RedisOptions::default()).await;
    let error = refused.expect_err("the format is unknown");
    assert!(matches!(error, ConnectError::UnknownFormat { .. }));
    assert_eq!(
        error.to_string(),
        "the server holds format 2, and this version reads format 1 only"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported_in_time() {
    let started = Instant::now();
    let refused = RedisStore::connect("redis+unix:///nowhere/socket", server::hurried()).await;
    let error = refused.expect_err("nobody listens");
    assert!(matches!(error, ConnectError::Server(_)), "{error:?}");
    assert!(started.elapsed() < 2 * PATIENCE);
    let refused = RedisStore::connect("http://localhost", server::hurried()).await;
    assert!(matches!(refused, Err(ConnectError::Address)));
}

#[tokio::test]
async fn no_error_shows_the_password_or_what_is_stored() {
    let Some(server) = server::start_with_password(Some("s3cret")).await else {
        return;
    };
    let store = server.store().await;
    assert_eq!(format!("{store:?}"), "RedisStore");
    let desk = Desk::new(&Subject::new(store));
    desk.put("k").await;

    let mut shown = Vec::new();
    for url in [
        server.url().replace("s3cret", "wr0ng"),
        "redis://user:wr0ng@".to_owned(),
        "redis://user:wr0ng@localhost:port".to_owned(),
        "wr0ng".to_owned(),
    ] {
        let refused = RedisStore::connect(&url, server::hurried()).await;
        let error = refused.expect_err("the address or the password is wrong");
        let cause = std::error::Error::source(&error);
        shown.push(format!("{error} {error:?} {cause:?}"));
    }
    // A record that cannot be read, and one of a wrong type.
    let keys: Vec<String> = server.command(&["KEYS", "*:records"]).await;
    let records = keys.first().expect("there is a record").as_str();
    let which = keypair_core::Selector::Name(name("k"));
    for damage in [
        vec!["HSET", records, "k", "pr1vate"],
        vec!["HSET", records, "k", "1 d []\n\n{\"seed\":\"pr1vate\"}"],
        vec!["SET", records, "pr1vate"],
    ] {
        let () = server.command(&damage).await;
        let error = desk.store.find(&desk.scope, &which).await;
        let error = error.expect_err("the record is damaged");
        shown.push(format!("{error} {error:?}"));
        let error = desk.store.scan(&desk.scope, &Window::All).await;
        let error = error.expect_err("the record is damaged");
        shown.push(format!("{error} {error:?}"));
    }
    for secret in ["s3cret", "wr0ng", "pr1vate"] {
        let shows_it = shown.iter().find(|text| text.contains(secret));
        assert_eq!(shows_it, None);
    }
}

#[tokio::test]
async fn a_mark_goes_by_itself_some_time_after_it_is_over() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = desk(&server).await;
    let until = std::time::SystemTime::now() + Duration::from_secs(100);
    let remembered = desk.store.remember("mark", until).await;
    remembered.expect("the store answers");
    let keys: Vec<String> = server.command(&["KEYS", "keyglot:mark:*"]).await;
    let key = keys.first().expect("the mark is there").as_str();
    let life: u64 = server.command(&["TTL", key]).await;
    assert!((600..=710).contains(&life), "{life}");
}
