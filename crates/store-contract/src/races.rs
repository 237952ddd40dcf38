//! Many callers at once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use keypair_core::{Change, Limit, Window};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::desk::{Desk, Refusal, by_name};
use crate::samples::{draft, millis, name};
use crate::subject::Subject;

/// Runs many calls that all start at the same moment.
async fn race<T, F>(
    racers: usize,
    run: impl Fn(usize) -> F + Send + Sync + Clone + 'static,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(racers));
    let mut running = JoinSet::new();
    for racer in 0..racers {
        let (start, run) = (Arc::clone(&start), run.clone());
        running.spawn(async move {
            start.wait().await;
            run(racer).await
        });
    }
    running.join_all().await
}

fn winners<T, E>(results: &[Result<T, E>]) -> usize {
    results.iter().filter(|result| result.is_ok()).count()
}

/// The others hear that the name is taken, and nothing else.
pub async fn one_of_64_inserts_of_a_name_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    let results = race(64, {
        let desk = desk.clone();
        move |_| {
            let desk = desk.clone();
            async move { desk.insert(&draft("k")).await }
        }
    })
    .await;
    assert_eq!(winners(&results), 1);
    for conflicts in results.into_iter().filter_map(Result::err) {
        assert!(conflicts.name_taken && !conflicts.id_taken && conflicts.quota_reached.is_none());
    }
    assert_eq!(desk.usage().await, 1);
    assert_eq!(desk.names(Window::All).await, ["k"]);
}

/// The others are told to draw again.
pub async fn one_of_64_inserts_of_an_identifier_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    let ids = draft("k").ids;
    let results = race(64, {
        let desk = desk.clone();
        move |racer| {
            let mut record = draft(&format!("k{racer}"));
            record.ids.clone_from(&ids);
            let desk = desk.in_partition(&format!("p{}", racer % 3));
            async move { desk.insert(&record).await }
        }
    })
    .await;
    assert_eq!(winners(&results), 1);
    for conflicts in results.into_iter().filter_map(Result::err) {
        assert!(conflicts.id_taken && !conflicts.name_taken);
    }
    assert_eq!(desk.usage().await, 1);
    assert_eq!(desk.partitions().await.len(), 1);
}

/// With names of their own, in partitions of their own.
pub async fn one_of_64_inserts_into_the_last_place_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    for name in ["a", "b", "c", "d"] {
        desk.put(name).await;
    }
    desk.set_limit(Some(Limit::AtMost(5))).await;
    let results = race(64, {
        let desk = desk.clone();
        move |racer| {
            let desk = desk.in_partition(&format!("p{racer}"));
            async move { desk.insert(&draft("k")).await }
        }
    })
    .await;
    assert_eq!(winners(&results), 1);
    for conflicts in results.into_iter().filter_map(Result::err) {
        assert_eq!(conflicts.quota_reached, Some(5));
    }
    assert_eq!(desk.usage().await, 5);
    assert_eq!(desk.partitions().await.len(), 2);
}

/// Exactly the limit, under a default limit, each with a sequence number of its own.
pub async fn exactly_100_of_101_inserts_fit_into_100_places(subject: Subject) {
    let desk = Desk::new(&subject);
    let results = race(101, {
        let desk = desk.clone();
        move |racer| {
            let desk = desk.clone();
            async move {
                let quota = desk.own_quota(Limit::AtMost(100));
                desk.insert_within(&draft(&format!("k{racer}")), &quota)
                    .await
            }
        }
    })
    .await;
    assert_eq!(winners(&results), 100);
    assert_eq!(desk.usage().await, 100);
    let listing = desk.list(Window::All).await.expect("no marker");
    assert_eq!((listing.key_pairs.len(), listing.total), (100, 100));
    let given: BTreeSet<u64> = results.into_iter().filter_map(Result::ok).collect();
    let stored: BTreeSet<u64> = listing.key_pairs.iter().map(|pair| pair.sequence).collect();
    assert_eq!(given.len(), 100);
    assert_eq!(given, stored);
}

/// Nothing is removed twice, so nothing is counted down twice.
pub async fn one_of_16_removals_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("k").await;
    desk.put("stays").await;
    let results = race(16, {
        let desk = desk.clone();
        move |_| {
            let desk = desk.clone();
            async move { desk.remove(&[by_name("k")]).await }
        }
    })
    .await;
    assert_eq!(winners(&results), 1);
    for refusal in results.into_iter().filter_map(Result::err) {
        assert_eq!(refusal, Refusal::NotFound(0));
    }
    assert_eq!(desk.usage().await, 1);
}

/// The others keep their names.
pub async fn one_of_16_renames_to_a_name_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    for racer in 0..16 {
        desk.put(&format!("k{racer}")).await;
    }
    let results = race(16, {
        let desk = desk.clone();
        move |racer| {
            let desk = desk.clone();
            async move {
                let change = Change {
                    name: Some(name("wanted")),
                    ..Change::default()
                };
                let which = by_name(&format!("k{racer}"));
                desk.update(&which, &change, millis(1)).await
            }
        }
    })
    .await;
    assert_eq!(winners(&results), 1);
    for refusal in results.into_iter().filter_map(Result::err) {
        assert_eq!(refusal, Refusal::NameTaken);
    }
    let names = desk.names(Window::All).await;
    assert_eq!(names.len(), 16);
    assert!(names.contains(&"wanted".to_owned()));
}

/// Each of many changes to one key pair builds on the one before.
pub async fn no_change_is_lost_among_many(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("k").await;
    let results = race(24, {
        let desk = desk.clone();
        move |racer| {
            let desk = desk.clone();
            async move {
                let change = Change {
                    set_tags: BTreeMap::from([(format!("t{racer}"), String::new())]),
                    ..Change::default()
                };
                desk.update(&by_name("k"), &change, millis(1)).await
            }
        }
    })
    .await;
    assert_eq!(winners(&results), 24);
    let found = desk.find(&by_name("k")).await.expect("it exists");
    assert_eq!(found.attributes.tags.map(|tags| tags.len()), Some(24));
}

/// A caller that hangs up after its call was sent changes nothing about it.
pub async fn a_mutation_goes_through_when_nobody_waits_for_it(subject: Subject) {
    let desk = Desk::new(&subject);
    let record = draft("k");
    // One poll, and the future is gone.
    let _ = desk.insert(&record).now_or_never();
    let patience = Instant::now() + Duration::from_secs(10);
    while desk.find(&by_name("k")).await.is_none() {
        assert!(Instant::now() < patience, "the insert was lost");
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.usage().await, 1);
}
