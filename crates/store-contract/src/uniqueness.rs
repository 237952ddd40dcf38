//! What may exist once: names, identifiers, public keys, sequence numbers.

use std::collections::BTreeSet;

use keypair_core::ports::Conflicts;
use keypair_core::{Limit, Window};

use crate::desk::{Desk, by_id, by_name};
use crate::samples::{ED25519_A, ED25519_B, draft, ssh};
use crate::subject::Subject;

const NAME: Conflicts = Conflicts {
    name_taken: true,
    id_taken: false,
    public_key_taken: false,
    quota_reached: None,
};
const ID: Conflicts = Conflicts {
    name_taken: false,
    id_taken: true,
    ..NAME
};
const PUBLIC_KEY: Conflicts = Conflicts {
    name_taken: false,
    public_key_taken: true,
    ..NAME
};

/// The second of that name is refused, and the first stays as it was.
pub async fn a_name_is_taken_once_in_its_partition(subject: Subject) {
    let desk = Desk::new(&subject);
    let first = desk.put("k").await;
    assert_eq!(desk.insert(&draft("k")).await, Err(NAME));
    assert_eq!(desk.find(&by_name("k")).await, Some(first));
}

/// A name in one place says nothing about other places.
pub async fn a_name_is_free_in_other_partitions_tenants_and_realms(subject: Subject) {
    let desk = Desk::new(&subject);
    let places = [
        desk.clone(),
        desk.in_partition("other"),
        desk.at("realm", "other", ""),
        desk.at("other", "tenant", ""),
    ];
    for place in &places {
        let put = place.put("k").await;
        assert_eq!(place.find(&by_name("k")).await, Some(put));
    }
}

/// No case folding, no trimming, no Unicode normalisation.
pub async fn names_are_compared_byte_for_byte(subject: Subject) {
    let desk = Desk::new(&subject);
    for name in ["k", "K", "k ", " k", "\u{e9}", "e\u{301}"] {
        desk.put(name).await;
    }
    assert_eq!(desk.usage().await, 6);
}

/// Each of a key pair's identifiers is taken in all partitions of its tenant, and nowhere else.
pub async fn an_identifier_is_taken_once_in_its_tenant(subject: Subject) {
    let desk = Desk::new(&subject);
    let first = draft("first");
    desk.put_record(&first).await;
    for id in &first.ids {
        let mut second = draft("second");
        second.ids.push(id.clone());
        assert_eq!(desk.insert(&second).await, Err(ID));
        let elsewhere = desk.in_partition("other");
        assert_eq!(elsewhere.insert(&second).await, Err(ID));
    }
    let mut same = draft("same");
    same.ids.clone_from(&first.ids);
    desk.at("realm", "other", "").put_record(&same).await;
    desk.at("other", "tenant", "").put_record(&same).await;
}

/// Equal keys under other comments are equal; only who asks for uniqueness is refused.
pub async fn a_public_key_is_refused_only_when_asked(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("first").await;
    desk.put("second").await;

    let mut unique = draft("third");
    unique.unique_public_key = true;
    unique.key_pair.public = ssh(&format!("{ED25519_A} a comment"));
    assert_eq!(desk.insert(&unique).await, Err(PUBLIC_KEY));
    let elsewhere = desk.in_partition("other");
    assert_eq!(elsewhere.insert(&unique).await, Err(PUBLIC_KEY));

    desk.at("realm", "other", "").put_record(&unique).await;
    desk.at("other", "tenant", "").put_record(&unique).await;
    unique.key_pair.public = ssh(ED25519_B);
    desk.put_record(&unique).await;
}

/// A public key that two key pairs hold is free when both are gone, not before.
pub async fn a_public_key_stays_taken_while_one_holder_is_left(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("first").await;
    desk.put("second").await;
    let mut unique = draft("third");
    unique.unique_public_key = true;

    desk.remove(&[by_name("first")]).await.expect("it exists");
    assert_eq!(desk.insert(&unique).await, Err(PUBLIC_KEY));
    desk.remove(&[by_name("second")]).await.expect("it exists");
    desk.put_record(&unique).await;
}

/// The caller decides which conflict to tell; so it must hear of all.
pub async fn all_conflicts_are_reported_at_once(subject: Subject) {
    let desk = Desk::new(&subject);
    let first = draft("k");
    desk.put_record(&first).await;
    let mut second = draft("k");
    second.ids.clone_from(&first.ids);
    second.unique_public_key = true;
    let refused = desk
        .insert_within(&second, &desk.own_quota(Limit::AtMost(1)))
        .await;
    let all = Conflicts {
        name_taken: true,
        id_taken: true,
        public_key_taken: true,
        quota_reached: Some(1),
    };
    assert_eq!(refused, Err(all));
}

/// Whatever refused it: no partition, no count, no name, no identifier, no public key stays.
pub async fn a_failed_insert_leaves_nothing_behind(subject: Subject) {
    let desk = Desk::new(&subject);
    let taken = draft("taken");
    desk.put_record(&taken).await;

    let fresh = desk.in_partition("fresh");
    let mut refused = draft("k");
    refused.key_pair.public = ssh(ED25519_B);
    refused.ids.extend(taken.ids);
    assert_eq!(fresh.insert(&refused).await, Err(ID));
    let no_room = fresh.own_quota(Limit::AtMost(1));
    refused.ids.truncate(2);
    let full = fresh.insert_within(&refused, &no_room).await;
    assert!(full.is_err_and(|conflicts| conflicts.quota_reached == Some(1)));

    assert_eq!(desk.partitions().await, [""]);
    assert_eq!(desk.usage().await, 1);
    assert_eq!(fresh.find(&by_name("k")).await, None);
    assert_eq!(fresh.find(&by_id(&refused)).await, None);
    assert_eq!(fresh.names(Window::All).await, [""; 0]);
    refused.unique_public_key = true;
    fresh.put_record(&refused).await;

    let nobody = desk.at("realm", "nobody", "p");
    let no_room = nobody.own_quota(Limit::AtMost(0));
    assert!(nobody.insert_within(&refused, &no_room).await.is_err());
    assert_eq!(nobody.partitions().await, [""; 0]);
    assert_eq!(nobody.usage().await, 0);
}

/// Across all partitions of a tenant, after removals too.
pub async fn sequence_numbers_grow_and_never_repeat(subject: Subject) {
    let desk = Desk::new(&subject);
    let other = desk.in_partition("other");
    let mut seen = vec![desk.put("a").await.sequence];
    seen.push(other.put("a").await.sequence);
    desk.insert(&draft("a"))
        .await
        .expect_err("the name is taken");
    seen.push(desk.put("b").await.sequence);
    desk.remove(&[by_name("a"), by_name("b")])
        .await
        .expect("both exist");
    seen.push(desk.put("b").await.sequence);
    assert!(seen.first().is_some_and(|first| *first >= 1));
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());

    let stored = desk.find(&by_name("b")).await.map(|pair| pair.sequence);
    assert_eq!(stored, seen.last().copied());
}
