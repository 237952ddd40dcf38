//! Inserts that share a call of the server.
//!
//! The tests' runtime has one thread: what is polled before a test waits shares a call for certain.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of what supports all")]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use keypair_core::ports::{Conflicts, NewRecord};
use keypair_core::{Attachment, Limit, Note, QuotaRule, Receipt, Selector, Window};
use store_contract::{Desk, ED25519_A, ED25519_B, Subject, draft, name, ssh};

#[path = "support/server.rs"]
mod server;

/// How many go together at most.
const TOGETHER: usize = 32;

/// A desk that has put one key pair, so that the server knows the script.
async fn warm_desk(server: &server::Server) -> Desk {
    let desk = Desk::new(&Subject::new(server.store().await));
    desk.put("warm").await;
    let () = server.command(&["CONFIG", "RESETSTAT"]).await;
    desk
}

async fn insert_all(
    desk: &Desk,
    records: &[NewRecord],
    quota: &QuotaRule,
) -> Vec<Result<u64, Conflicts>> {
    let insert = |record| desk.insert_within(record, quota);
    join_all(records.iter().map(insert)).await
}

/// How often the server has run a script since the desk is warm.
async fn calls(server: &server::Server) -> usize {
    let told: String = server.command(&["INFO", "commandstats"]).await;
    let calls = told.split("cmdstat_evalsha:calls=").nth(1);
    let calls = calls.and_then(|rest| rest.split(',').next());
    calls.map_or(0, |calls| calls.parse().expect("a number"))
}

#[tokio::test]
async fn each_of_those_in_one_call_is_decided_on_by_itself_and_in_order() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    let mut records = ["a", "a", "b", "c", "d", "e", "a"].map(draft);
    let [first, _, same_id, attached, ..] = &mut records;
    same_id.ids.clone_from(&first.ids);
    attached.key_pair.attachments = ["x", "y"].map(Attachment::new).into();
    let results = insert_all(&desk, &records, &desk.own_quota(Limit::AtMost(4))).await;
    let none = Conflicts::default();
    let name_taken = Conflicts {
        name_taken: true,
        ..none
    };
    let id_taken = Conflicts {
        id_taken: true,
        ..none
    };
    let full = Conflicts {
        quota_reached: Some(4),
        ..none
    };
    let both = Conflicts {
        name_taken: true,
        ..full
    };
    let expected = [
        Ok(2),
        Err(name_taken),
        Err(id_taken),
        Ok(3),
        Ok(4),
        Err(full),
        Err(both),
    ];
    assert_eq!(results, expected);
    assert_eq!(calls(&server).await, 1);

    assert_eq!(desk.names(Window::All).await, ["a", "c", "d", "warm"]);
    assert_eq!(desk.usage().await, 4);
    assert_eq!(desk.attachments_of("c").await, ["x", "y"]);
    for record in &records[3..5] {
        for id in &record.ids {
            let found = desk.find(&Selector::Id(id.clone())).await;
            let found = found.expect("the identifier leads to it");
            assert_eq!(found.seed, record.key_pair.seed);
            assert_eq!(found.name, record.key_pair.name);
        }
    }
}

#[tokio::test]
async fn a_public_key_that_must_be_unique_is_so_within_a_call() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = Desk::new(&Subject::new(server.store().await));
    let mut records = ["a", "b", "c"].map(draft);
    for (record, line) in records.iter_mut().zip([ED25519_A, ED25519_A, ED25519_B]) {
        record.key_pair.public = ssh(line);
        record.unique_public_key = true;
    }
    let results = insert_all(&desk, &records, &desk.own_quota(Limit::Unlimited)).await;
    let known = Conflicts {
        public_key_taken: true,
        ..Conflicts::default()
    };
    assert_eq!(results, [Ok(1), Err(known), Ok(2)]);
}

#[tokio::test]
async fn each_of_those_in_one_call_leaves_its_own_receipt() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    let now = SystemTime::now();
    let mut records = ["a", "warm", "b"].map(draft);
    for record in &mut records {
        let of = record.key_pair.name.as_str().to_owned();
        let body = format!("of {of}").into_bytes();
        record.receipt = Some(Receipt {
            drawer: "drawer",
            capacity: 10,
            note: Note {
                name: of,
                body,
                written_at: now,
                until: now + Duration::from_secs(60),
            },
        });
    }
    let results = insert_all(&desk, &records, &desk.own_quota(Limit::Unlimited)).await;
    assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());
    assert_eq!(calls(&server).await, 1);
    let (realm, tenant) = (&desk.scope.realm, &desk.scope.tenant);
    let notes = desk.store.notes(realm, tenant, "drawer", now).await;
    let notes = notes.expect("the store answers");
    let notes: Vec<&[u8]> = notes.iter().map(|note| note.body.as_slice()).collect();
    assert_eq!(notes, [b"of a", b"of b"]);
}

#[tokio::test]
async fn only_those_of_one_partition_and_quota_share_a_call() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    let other = desk.in_partition("other");
    let records = ["a", "b", "c", "d"].map(draft);
    let (unlimited, full) = (Limit::Unlimited, Limit::AtMost(1));
    let results = tokio::join!(
        desk.insert(&records[0]),
        other.insert(&records[1]),
        async { desk.insert_within(&records[2], &desk.own_quota(full)).await },
        async {
            desk.insert_within(&records[3], &desk.own_quota(unlimited))
                .await
        },
    );
    assert!(results.0.is_ok() && results.1.is_ok() && results.3.is_ok());
    assert!(results.2.is_err_and(|why| why.quota_reached == Some(1)));
    assert_eq!(calls(&server).await, 3);
    assert_eq!(desk.names(Window::All).await, ["a", "d", "warm"]);
    assert_eq!(other.names(Window::All).await, ["b"]);
}

#[tokio::test]
async fn a_hundred_share_few_calls() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    let records: Vec<NewRecord> = (0..100).map(|n| draft(&format!("k{n}"))).collect();
    let results = insert_all(&desk, &records, &desk.own_quota(Limit::Unlimited)).await;
    assert_eq!(results, (2..102).map(Ok).collect::<Vec<_>>());
    assert_eq!(calls(&server).await, 100_usize.div_ceil(TOGETHER));
}

#[tokio::test]
async fn callers_that_go_away_are_in_nobodys_way() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    // The first would have led the others.
    for gone in ["a", "c"] {
        let record = draft(gone);
        assert!(desk.insert(&record).now_or_never().is_none());
    }
    let records = ["b", "d"].map(draft);
    let results = insert_all(&desk, &records, &desk.own_quota(Limit::Unlimited)).await;
    assert_eq!(results, [Ok(4), Ok(5)]);
    assert_eq!(desk.names(Window::All).await, ["a", "b", "c", "d", "warm"]);
}

#[tokio::test]
async fn who_has_waited_too_long_is_not_sent_any_more() {
    let Some(server) = server::start().await else {
        return;
    };
    let desk = warm_desk(&server).await;
    let records: Vec<NewRecord> = (0..TOGETHER + 8).map(|n| draft(&format!("k{n}"))).collect();
    let quota = desk.own_quota(Limit::Unlimited);
    server.signal("STOP");
    let insert = |record| desk.store.insert(&desk.scope, record, &quota);
    let results = join_all(records.iter().map(insert)).await;
    assert!(results.iter().all(Result::is_err));
    server.signal("CONT");
    while desk.store.ping().await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // A later insert goes, and those of the call that the server was deaf to may have happened.
    desk.put("after").await;
    let there: BTreeSet<String> = desk.names(Window::All).await.into_iter().collect();
    for late in &records[TOGETHER..] {
        assert!(!there.contains(late.key_pair.name.as_str()));
    }
    assert!(desk.find(&Selector::Name(name("after"))).await.is_some());
}
