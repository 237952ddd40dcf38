//! Notes beside key pairs.

use std::time::{Duration, SystemTime};

use keypair_core::{Note, Receipt};

use crate::desk::{Desk, Refusal, by_name};
use crate::samples::{ODD_NAMES, draft, millis};
use crate::subject::Subject;

const DRAWER: &str = "drawer";
const HOUR: Duration = Duration::from_secs(3600);

/// A receipt for a note that is written at so many hours, and ends an hour later.
pub(crate) fn receipt(name: &str, hours: u32) -> Receipt {
    Receipt {
        drawer: DRAWER,
        capacity: 1000,
        note: Note {
            name: name.to_owned(),
            body: format!("{name} says\n\0{hours}").into_bytes(),
            written_at: hour(hours),
            until: hour(hours + 1),
        },
    }
}

fn hour(hours: u32) -> SystemTime {
    millis(0) + hours * HOUR + Duration::from_nanos(1)
}

async fn note(desk: &Desk, name: &str, now: SystemTime) -> Option<Note> {
    let (realm, tenant) = (&desk.scope.realm, &desk.scope.tenant);
    let found = desk.store.note(realm, tenant, DRAWER, name, now).await;
    found.expect("the store answers")
}

/// The notes of the drawer.
pub(crate) async fn notes(desk: &Desk, now: SystemTime) -> Vec<Note> {
    let (realm, tenant) = (&desk.scope.realm, &desk.scope.tenant);
    let found = desk.store.notes(realm, tenant, DRAWER, now).await;
    found.expect("the store answers")
}

async fn names(desk: &Desk, now: SystemTime) -> Vec<String> {
    notes(desk, now).await.into_iter().map(|n| n.name).collect()
}

/// Puts a note in its drawer; whether it was put.
pub(crate) async fn add(desk: &Desk, receipt: &Receipt) -> bool {
    let (realm, tenant) = (&desk.scope.realm, &desk.scope.tenant);
    let added = desk.store.add_note(realm, tenant, receipt).await;
    added.expect("the store answers")
}

async fn remove(desk: &Desk, name: &str) -> bool {
    let (realm, tenant) = (&desk.scope.realm, &desk.scope.tenant);
    let removed = desk.store.remove_note(realm, tenant, DRAWER, name).await;
    removed.expect("the store answers")
}

/// Up to its end, not at it.
pub async fn a_note_is_there_until_it_ends(subject: Subject) {
    let desk = Desk::new(&subject);
    assert_eq!(note(&desk, "n", hour(0)).await, None);
    let receipt = receipt("n", 0);
    assert!(add(&desk, &receipt).await);
    let last = hour(1) - Duration::from_nanos(1);
    assert_eq!(note(&desk, "n", last).await.as_ref(), Some(&receipt.note));
    assert_eq!(notes(&desk, last).await, [receipt.note]);
    assert_eq!(note(&desk, "n", hour(1)).await, None);
    assert_eq!(notes(&desk, hour(1)).await, []);
}

/// The first one stays, until it has ended.
pub async fn a_name_is_taken_once_in_a_drawer(subject: Subject) {
    let desk = Desk::new(&subject);
    let (first, second) = (receipt("n", 0), receipt("n", 1));
    assert!(add(&desk, &first).await);
    let mut early = second.clone();
    early.note.written_at = first.note.until - Duration::from_nanos(1);
    assert!(!add(&desk, &early).await);
    assert_eq!(note(&desk, "n", hour(0)).await, Some(first.note));
    assert!(add(&desk, &second).await);
    assert_eq!(note(&desk, "n", hour(1)).await, Some(second.note));
}

/// And only then.
pub async fn a_removed_note_is_gone(subject: Subject) {
    let desk = Desk::new(&subject);
    assert!(!remove(&desk, "n").await);
    assert!(add(&desk, &receipt("n", 0)).await);
    assert!(!remove(&desk, "N").await);
    assert!(remove(&desk, "n").await);
    assert!(!remove(&desk, "n").await);
    assert_eq!(names(&desk, hour(0)).await, [""; 0]);
    assert!(add(&desk, &receipt("n", 0)).await);
}

/// Nobody else sees it, in no other drawer it stands, and it is no key pair.
pub async fn drawers_belong_to_one_tenant_of_one_realm(subject: Subject) {
    let desk = Desk::new(&subject);
    assert!(add(&desk, &receipt("n", 0)).await);
    for other in [
        desk.at("realm", "other", ""),
        desk.at("other", "tenant", ""),
    ] {
        assert_eq!(names(&other, hour(0)).await, [""; 0]);
        assert!(!remove(&other, "n").await);
    }
    let mut elsewhere = receipt("n", 0);
    elsewhere.drawer = "drawer2";
    assert!(add(&desk, &elsewhere).await);
    assert_eq!(names(&desk, hour(0)).await, ["n"]);
    assert_eq!((desk.usage().await, desk.partitions().await.len()), (0, 0));
}

/// Whatever their names and bodies hold.
pub async fn notes_are_sorted_by_their_names_bytes(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut expected = Vec::new();
    for name in ODD_NAMES.iter().rev() {
        let mut receipt = receipt(name, 0);
        receipt.note.body = (0..=255).collect();
        assert!(add(&desk, &receipt).await);
        expected.insert(0, receipt.note);
    }
    assert_eq!(notes(&desk, hour(0)).await, expected);
}

/// Those go that end first, and those that have ended before them.
pub async fn a_full_drawer_drops_what_ends_first(subject: Subject) {
    let desk = Desk::new(&subject);
    for (name, hours) in [("c", 5), ("a", 3), ("b", 4), ("d", 5)] {
        let mut receipt = receipt(name, hours);
        receipt.capacity = 3;
        assert!(add(&desk, &receipt).await);
    }
    assert_eq!(names(&desk, hour(0)).await, ["c", "d"]);
    let mut last = receipt("e", 4);
    last.capacity = 2;
    assert!(add(&desk, &last).await);
    assert_eq!(names(&desk, hour(0)).await, ["c", "d"]);
}

/// A refused mutation leaves none.
pub async fn a_receipt_is_left_with_its_mutation(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    let mut record = draft("k");
    record.receipt = Some(receipt("inserted", 0));
    desk.put_record(&record).await;
    record.receipt = Some(receipt("refused", 0));
    desk.insert(&record).await.expect_err("the name is taken");
    assert_eq!(names(&desk, hour(0)).await, ["inserted"]);

    let which = [by_name("k")];
    let refused = receipt("refused", 0);
    let missing = [by_name("k"), by_name("missing")];
    let removed = desk.remove_with(&missing, Some(&refused)).await;
    assert_eq!(removed, Err(Refusal::NotFound(1)));
    assert_eq!(names(&desk, hour(0)).await, ["inserted"]);
    let removed = receipt("removed", 0);
    assert_eq!(desk.remove_with(&which, Some(&removed)).await, Ok(()));
    assert_eq!(names(&desk, hour(0)).await, ["inserted", "removed"]);
    assert_eq!(
        note(&desk, "removed", hour(0)).await.as_ref(),
        Some(&removed.note)
    );
    // Over a note of its name.
    desk.put("k").await;
    let again = receipt("inserted", 1);
    assert_eq!(desk.remove_with(&which, Some(&again)).await, Ok(()));
    assert_eq!(note(&desk, "inserted", hour(1)).await, Some(again.note));
}

/// Decided in one step.
pub async fn one_of_64_notes_of_a_name_wins(subject: Subject) {
    let desk = Desk::new(&subject);
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let desk = desk.clone();
            tokio::spawn(async move { add(&desk, &receipt("n", 0)).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += u32::from(task.await.expect("no task panics"));
    }
    assert_eq!(won, 1);
}
