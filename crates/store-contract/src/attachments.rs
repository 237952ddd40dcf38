//! What uses a key pair.

use keypair_core::Change;

use crate::desk::{Desk, Refusal, by_id, by_name};
use crate::samples::{draft, millis, name};
use crate::subject::Subject;

async fn three(subject: &Subject) -> Desk {
    let desk = Desk::new(subject);
    for name in ["a", "b", "c"] {
        desk.put(name).await;
    }
    desk
}

/// Asserts what uses each of `a`, `b` and `c`.
async fn assert_attached(desk: &Desk, expected: [&[&str]; 3]) {
    for (name, expected) in ["a", "b", "c"].iter().zip(expected) {
        assert_eq!(desk.attachments_of(name).await, expected, "{name}");
    }
}

/// Each attachment's key pairs are those of the last call; other attachments stay.
pub async fn attaching_replaces_exactly(subject: Subject) {
    let desk = three(&subject).await;
    let (a, b, c) = (by_name("a"), by_name("b"), by_name("c"));
    desk.attach(&["m1", "m2"], &[a, b.clone()])
        .await
        .expect("both exist");
    assert_attached(&desk, [&["m1", "m2"], &["m1", "m2"], &[]]).await;
    desk.attach(&["m1"], &[b, c]).await.expect("both exist");
    assert_attached(&desk, [&["m2"], &["m1", "m2"], &["m1"]]).await;
}

/// No key pairs is a set of key pairs too.
pub async fn attaching_to_nothing_takes_the_attachment_off(subject: Subject) {
    let desk = three(&subject).await;
    desk.attach(&["m1", "m2"], &[by_name("a"), by_name("b")])
        .await
        .expect("both exist");
    desk.attach(&["m1", "absent"], &[])
        .await
        .expect("nothing is asked for");
    assert_attached(&desk, [&["m2"], &["m2"], &[]]).await;
    desk.attach(&[], &[by_name("c")]).await.expect("it exists");
    assert_attached(&desk, [&["m2"], &["m2"], &[]]).await;
    let nobody = desk.at("realm", "nobody", "");
    assert_eq!(nobody.attach(&["m1"], &[]).await, Ok(()));
    assert_eq!(nobody.partitions().await, [""; 0]);
}

/// Nor does naming an attachment or a key pair twice in a call.
pub async fn attaching_twice_changes_nothing(subject: Subject) {
    let desk = three(&subject).await;
    let record = draft("d");
    desk.put_record(&record).await;
    let which = [by_name("d"), by_id(&record), by_name("a"), by_name("a")];
    for _ in 0..2 {
        desk.attach(&["m", "m"], &which).await.expect("all exist");
        assert_attached(&desk, [&["m"], &[], &[]]).await;
        assert_eq!(desk.attachments_of("d").await, ["m"]);
    }
    desk.detach(&["m", "m"], &which).await.expect("all exist");
    assert_attached(&desk, [&[], &[], &[]]).await;
    let all = [by_name("a"), by_name("b"), by_name("c"), by_name("d")];
    assert_eq!(desk.remove(&all).await, Ok(()));
}

/// Only the named attachments leave only the named key pairs.
pub async fn detaching_passes_over_what_is_absent(subject: Subject) {
    let desk = three(&subject).await;
    let (a, b, c) = (by_name("a"), by_name("b"), by_name("c"));
    desk.attach(&["m1", "m2", "m3"], &[a.clone(), b])
        .await
        .expect("both exist");
    desk.detach(&["m3", "absent", "m1"], &[a, c])
        .await
        .expect("both exist");
    assert_attached(&desk, [&["m2"], &["m1", "m2", "m3"], &[]]).await;
    // What was taken off is no longer displaced.
    desk.attach(&["m1"], &[by_name("c")])
        .await
        .expect("it exists");
    assert_attached(&desk, [&["m2"], &["m2", "m3"], &["m1"]]).await;
}

/// As long as one is left.
pub async fn an_attachment_blocks_removal_until_it_is_taken_off(subject: Subject) {
    let desk = three(&subject).await;
    let a = [by_name("a")];
    desk.attach(&["m1", "m2"], &a).await.expect("it exists");
    assert_eq!(desk.remove(&a).await, Err(Refusal::InUse(0)));
    desk.detach(&["m1"], &a).await.expect("it exists");
    assert_eq!(desk.remove(&a).await, Err(Refusal::InUse(0)));
    desk.attach(&["m2"], &[by_name("b")])
        .await
        .expect("it exists");
    assert_eq!(desk.remove(&a).await, Ok(()));

    // Another key pair of that name begins without attachments.
    desk.put("a").await;
    assert_attached(&desk, [&[], &["m2"], &[]]).await;
}

/// The position is that of the first unknown one.
pub async fn an_unknown_key_pair_leaves_all_as_it_was(subject: Subject) {
    let desk = three(&subject).await;
    let (a, b) = (by_name("a"), by_name("b"));
    desk.attach(&["m1"], std::slice::from_ref(&a))
        .await
        .expect("it exists");
    let which = [b.clone(), a, by_name("unknown"), by_name("other")];
    assert_eq!(
        desk.attach(&["m1", "m2"], &which).await,
        Err(Refusal::NotFound(2))
    );
    assert_eq!(
        desk.detach(&["m1", "m2"], &which).await,
        Err(Refusal::NotFound(2))
    );
    assert_attached(&desk, [&["m1"], &[], &[]]).await;
    let other = desk.in_partition("other");
    assert_eq!(other.attach(&["m1"], &[b]).await, Err(Refusal::NotFound(0)));
    assert_eq!(other.partitions().await, [""]);
}

/// A renamed key pair is still displaced and still detached.
pub async fn attachments_survive_a_rename(subject: Subject) {
    let desk = three(&subject).await;
    let record = draft("old");
    desk.put_record(&record).await;
    desk.attach(&["m1", "m2"], &[by_id(&record)])
        .await
        .expect("it exists");
    let rename = Change {
        name: Some(name("new")),
        ..Change::default()
    };
    let renamed = desk
        .update(&by_name("old"), &rename, millis(1))
        .await
        .expect("the name is free");
    assert_eq!(renamed.attachments.len(), 2);
    desk.put("old").await;
    desk.attach(&["m1"], &[by_name("a")])
        .await
        .expect("it exists");
    assert_eq!(desk.attachments_of("new").await, ["m2"]);
    desk.detach(&["m2"], &[by_name("new")])
        .await
        .expect("it exists");
    assert_eq!(desk.remove(&[by_id(&record)]).await, Ok(()));
    assert_attached(&desk, [&["m1"], &[], &[]]).await;
}

/// An attachment of the same text elsewhere is another one.
pub async fn attachments_of_another_partition_stay(subject: Subject) {
    let desk = three(&subject).await;
    let others = [
        desk.in_partition("other"),
        desk.at("realm", "other", ""),
        desk.at("other", "tenant", ""),
    ];
    for other in &others {
        other.put("a").await;
        other
            .attach(&["m"], &[by_name("a")])
            .await
            .expect("it exists");
    }
    desk.attach(&["m"], &[by_name("b")])
        .await
        .expect("it exists");
    desk.detach(&["m"], &[by_name("a")])
        .await
        .expect("it exists");
    for other in &others {
        assert_eq!(other.attachments_of("a").await, ["m"]);
    }
    assert_attached(&desk, [&[], &["m"], &[]]).await;
}

/// Where one ends and the other begins is never guessed.
pub async fn attachment_and_name_are_told_apart(subject: Subject) {
    let desk = Desk::new(&subject);
    for name in ["c", "bc", ":c", "1:c", "0c"] {
        desk.put(name).await;
    }
    let attachments = [
        "a",
        "ab",
        "a:",
        "a\0",
        "a\0b",
        "1:a",
        "",
        "\u{10ffff}",
        "{a}",
    ];
    for attachment in attachments {
        desk.attach(&[attachment], &[by_name("bc")])
            .await
            .expect("it exists");
    }
    desk.attach(&["ab"], &[by_name("c")])
        .await
        .expect("it exists");
    let mut rest: Vec<&str> = attachments.into_iter().filter(|a| *a != "ab").collect();
    rest.sort_unstable();
    assert_eq!(desk.attachments_of("bc").await, rest);
    assert_eq!(desk.attachments_of("c").await, ["ab"]);
    for attachment in attachments {
        desk.attach(&[attachment], &[])
            .await
            .expect("nothing is asked for");
    }
    for name in ["c", "bc", ":c", "1:c", "0c"] {
        assert_eq!(desk.attachments_of(name).await, [""; 0]);
    }
}
