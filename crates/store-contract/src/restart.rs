//! Closing a store and opening it again.

use std::time::{Duration, SystemTime};

use keypair_core::{Change, Limit, Selector, Window};

use crate::desk::{Desk, Refusal, by_id, by_name};
use crate::fidelity::full;
use crate::notes::{add, notes, receipt};
use crate::samples::{CERTIFICATE, draft, millis, name, x509};
use crate::subject::Subject;

/// Found by every way that there is, after changes too.
pub async fn key_pairs_survive_with_every_field(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    let record = full("k");
    let put = desk.put_record(&record).await;
    let mut certificate = draft("certificate");
    certificate.key_pair.public = x509(CERTIFICATE);
    desk.put_record(&certificate).await;
    let rename = Change {
        name: Some(name("a certificate")),
        ..Change::default()
    };
    let renamed = desk
        .update(&by_id(&certificate), &rename, millis(1))
        .await
        .expect("the name is free");
    let scope = desk.scope.clone();
    drop(desk);

    let subject = subject.reopen().await;
    let mut desk = Desk::new(&subject);
    desk.scope = scope;
    assert_eq!(desk.find(&by_name("k")).await.as_ref(), Some(&put));
    for id in record.ids {
        assert_eq!(desk.find(&Selector::Id(id)).await.as_ref(), Some(&put));
    }
    assert_eq!(desk.find(&by_name("certificate")).await, None);
    assert_eq!(
        desk.find(&by_id(&certificate)).await.as_ref(),
        Some(&renamed)
    );
    let listing = desk.list(Window::All).await.expect("no marker");
    assert_eq!((listing.key_pairs, listing.total), (vec![renamed, put], 2));
}

/// Name, identifier, public key and attachment stand in the way as before.
pub async fn conflicts_survive(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut record = draft("k");
    record.unique_public_key = true;
    desk.put_record(&record).await;
    desk.attach(&["m"], &[by_name("k")])
        .await
        .expect("it exists");
    drop(desk);

    let subject = subject.reopen().await;
    let desk = Desk::new(&subject);
    let quota = desk.own_quota(Limit::AtMost(1));
    let conflicts = desk
        .insert_within(&record, &quota)
        .await
        .expect_err("all of it is taken");
    assert!(conflicts.name_taken && conflicts.id_taken && conflicts.public_key_taken);
    assert_eq!(conflicts.quota_reached, Some(1));
    let removed = desk.remove(&[by_name("k")]).await;
    assert_eq!(removed, Err(Refusal::InUse(0)));
    desk.attach(&["m"], &[])
        .await
        .expect("nothing is asked for");
    assert_eq!(desk.remove(&[by_name("k")]).await, Ok(()));
    desk.put_record(&record).await;
}

/// What is there beside key pairs.
pub async fn partitions_limits_usage_marks_and_notes_survive(subject: Subject) {
    let desk = Desk::new(&subject);
    let now = SystemTime::now();
    let minute = Duration::from_secs(60);
    desk.in_partition("empty").add_partition().await;
    desk.in_partition("full").put("k").await;
    desk.set_limit(Some(Limit::AtMost(7))).await;
    let other = desk.at("realm", "other", "");
    other.set_limit(Some(Limit::Unlimited)).await;
    let marked = desk.store.remember("mark", now + minute).await;
    marked.expect("the store answers");
    let receipt = receipt("n", 0);
    assert!(add(&desk, &receipt).await);
    drop((desk, other));

    let subject = subject.reopen().await;
    let desk = Desk::new(&subject);
    assert_eq!(notes(&desk, receipt.note.written_at).await, [receipt.note]);
    let other = desk.at("realm", "other", "");
    assert_eq!(desk.partitions().await, ["empty", "full"]);
    assert_eq!(desk.usage().await, 1);
    assert_eq!(desk.limit().await, Some(Limit::AtMost(7)));
    assert_eq!(other.limit().await, Some(Limit::Unlimited));
    for (at, expected) in [(now, true), (now + minute, false)] {
        let remembered = desk.store.is_remembered("mark", at).await;
        assert_eq!(remembered.expect("the store answers"), expected);
    }
}

/// Not even the number of a key pair that is gone is given again.
pub async fn sequence_numbers_go_on(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("a").await;
    let last = desk.put("b").await.sequence;
    desk.remove(&[by_name("a"), by_name("b")])
        .await
        .expect("both exist");
    drop(desk);

    let subject = subject.reopen().await;
    let desk = Desk::new(&subject);
    assert!(desk.put("a").await.sequence > last);
}
