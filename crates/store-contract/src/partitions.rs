//! Partitions that exist while they are empty.

use crate::desk::{Desk, by_name};
use crate::samples::draft;
use crate::subject::Subject;

/// The second time says that it was there.
pub async fn a_partition_is_made_once(subject: Subject) {
    let desk = Desk::new(&subject);
    assert_eq!(desk.partitions().await, [""; 0]);
    for partition in ["p", "", "P"] {
        let place = desk.in_partition(partition);
        assert!(place.add_partition().await);
        assert!(!place.add_partition().await);
    }
    assert_eq!(desk.partitions().await, ["", "P", "p"]);
    assert_eq!(desk.usage().await, 0);
}

/// Whatever their names hold.
pub async fn partitions_are_sorted_by_their_bytes(subject: Subject) {
    let desk = Desk::new(&subject);
    let long = "x".repeat(3_000);
    let mut partitions = [
        "b", "B", "\u{e9}", "a:b", "a", "a\0", "10", "2", "{}", &long, "\n", "",
    ];
    for partition in partitions {
        assert!(desk.in_partition(partition).add_partition().await);
    }
    partitions.sort_unstable();
    assert_eq!(desk.partitions().await, partitions);
}

/// And it counts as made.
pub async fn an_insert_makes_its_partition(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    desk.put("k").await;
    assert_eq!(desk.partitions().await, ["p"]);
    assert!(!desk.add_partition().await);
    desk.insert(&draft("k"))
        .await
        .expect_err("the name is taken");
    assert_eq!(desk.partitions().await, ["p"]);
}

/// Whoever made it.
pub async fn a_partition_outlives_its_last_key_pair(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    desk.put("k").await;
    desk.remove(&[by_name("k")]).await.expect("it exists");
    assert_eq!(desk.partitions().await, ["p"]);
    assert!(!desk.add_partition().await);
}

/// Nobody else sees them.
pub async fn partitions_belong_to_one_tenant_of_one_realm(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    let others = [
        desk.at("realm", "other", "p"),
        desk.at("other", "tenant", "p"),
    ];
    assert!(desk.add_partition().await);
    for other in &others {
        assert_eq!(other.partitions().await, [""; 0]);
        assert!(other.add_partition().await);
        assert_eq!(other.partitions().await, ["p"]);
    }
}
