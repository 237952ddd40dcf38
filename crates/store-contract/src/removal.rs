//! Removing key pairs: all or nothing.

use keypair_core::{KeyPairId, Selector, Window};

use crate::desk::{Desk, Refusal, by_id, by_name};
use crate::samples::draft;
use crate::subject::Subject;

async fn four(subject: &Subject) -> Desk {
    let desk = Desk::new(subject);
    for name in ["a", "b", "c", "d"] {
        desk.put(name).await;
    }
    desk
}

/// By name and by identifier, and nothing beside them.
pub async fn all_of_the_selected_are_removed(subject: Subject) {
    let desk = four(&subject).await;
    let record = draft("e");
    desk.put_record(&record).await;
    let removed = desk
        .remove(&[by_id(&record), by_name("a"), by_name("c")])
        .await;
    assert_eq!(removed, Ok(()));
    assert_eq!(desk.names(Window::All).await, ["b", "d"]);
    assert_eq!(desk.usage().await, 2);
    assert_eq!(desk.find(&by_id(&record)).await, None);
    let total = desk.list(Window::All).await.map(|listing| listing.total);
    assert_eq!(total, Some(2));
}

/// The position is that of the first one that is missing.
pub async fn one_unknown_keeps_all(subject: Subject) {
    let desk = four(&subject).await;
    let unknown = Selector::Id(KeyPairId::new("unknown"));
    let refused = desk
        .remove(&[by_name("a"), by_name("b"), unknown, by_name("x")])
        .await;
    assert_eq!(refused, Err(Refusal::NotFound(2)));
    let nobody = desk.at("realm", "nobody", "");
    let refused = nobody.remove(&[by_name("a")]).await;
    assert_eq!(refused, Err(Refusal::NotFound(0)));
    assert_eq!(desk.names(Window::All).await, ["a", "b", "c", "d"]);
    assert_eq!(desk.usage().await, 4);
}

/// The position is that of the first one in use.
pub async fn one_in_use_keeps_all(subject: Subject) {
    let desk = four(&subject).await;
    let used = [by_name("b"), by_name("c")];
    desk.attach(&["machine"], &used).await.expect("both exist");
    let refused = desk
        .remove(&[by_name("a"), by_name("c"), by_name("b")])
        .await;
    assert_eq!(refused, Err(Refusal::InUse(1)));
    assert_eq!(desk.names(Window::All).await, ["a", "b", "c", "d"]);
    assert_eq!(desk.remove(&[by_name("a"), by_name("d")]).await, Ok(()));
}

/// First it is looked whether all exist, then whether all are free.
pub async fn what_is_missing_is_reported_before_what_is_in_use(subject: Subject) {
    let desk = four(&subject).await;
    desk.attach(&["machine"], &[by_name("a")])
        .await
        .expect("it exists");
    let refused = desk
        .remove(&[by_name("a"), by_name("b"), by_name("missing")])
        .await;
    assert_eq!(refused, Err(Refusal::NotFound(2)));
}

/// Whether by the same name or by name and identifier.
pub async fn selecting_twice_counts_once(subject: Subject) {
    let desk = four(&subject).await;
    let record = draft("e");
    desk.put_record(&record).await;
    let which = [
        by_name("e"),
        by_name("a"),
        by_name("a"),
        by_id(&record),
        by_name("e"),
    ];
    assert_eq!(desk.remove(&which).await, Ok(()));
    assert_eq!(desk.usage().await, 3);
    assert_eq!(desk.names(Window::All).await, ["b", "c", "d"]);
}

/// An empty list is no error, not even of a tenant without anything.
pub async fn selecting_nothing_removes_nothing(subject: Subject) {
    let desk = four(&subject).await;
    assert_eq!(desk.remove(&[]).await, Ok(()));
    assert_eq!(desk.usage().await, 4);
    assert_eq!(desk.at("realm", "nobody", "").remove(&[]).await, Ok(()));
}

/// All that a key pair takes, it gives back.
pub async fn name_identifier_and_public_key_are_free_again(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut record = draft("k");
    record.unique_public_key = true;
    for _ in 0..3 {
        desk.put_record(&record).await;
        desk.insert(&record).await.expect_err("all of it is taken");
        desk.remove(&[by_name("k")]).await.expect("it exists");
    }
}

/// Neither by name nor by identifier.
pub async fn key_pairs_of_another_partition_are_out_of_reach(subject: Subject) {
    let desk = Desk::new(&subject);
    let other = desk.in_partition("other");
    let record = draft("k");
    other.put_record(&record).await;
    for which in [by_name("k"), by_id(&record)] {
        assert_eq!(desk.remove(&[which]).await, Err(Refusal::NotFound(0)));
    }
    assert_eq!(other.names(Window::All).await, ["k"]);
}
