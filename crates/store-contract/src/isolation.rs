//! Nobody reaches what is another's, whatever the texts hold.

use keypair_core::{KeyPairId, Selector, Window};

use crate::desk::{Desk, by_id, by_name};
use crate::samples::{ED25519_B, ODD_NAMES, draft, ssh};
use crate::subject::Subject;

/// Scopes that meet as soon as their parts are only joined, with whatever separator.
fn hostile_scopes() -> Vec<[String; 3]> {
    let mut scopes: Vec<[String; 3]> = Vec::new();
    for separator in [
        "", "\0", ":", "/", "|", ",", ".", "-", "\n", "{", "}", "}:{", "\\", "%",
    ] {
        let joined = ["a", "b", "c"].join(separator);
        let [ab, bc] = [["a", "b"], ["b", "c"]].map(|parts| parts.join(separator));
        let mut push = |realm: &str, tenant: &str, partition: &str| {
            let scope = [realm, tenant, partition].map(str::to_owned);
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        };
        push("a", "b", "c");
        push(&ab, "c", "");
        push("a", &bc, "");
        push("a", "", &bc);
        push("", &ab, "c");
        push("", "a", &bc);
        push(&joined, "", "");
        push("", &joined, "");
        push("", "", &joined);
    }
    let long = "t".repeat(5_000);
    for (realm, tenant) in [("a", long.clone()), ("a", format!("{long}t")), ("at", long)] {
        scopes.push([realm.to_owned(), tenant, String::new()]);
    }
    for tenant in [
        "\u{e9}",
        "e\u{301}",
        "E\u{301}",
        "\u{10ffff}",
        " ",
        "{",
        "*",
        "?",
        "[a]",
    ] {
        scopes.push(["a", tenant, ""].map(str::to_owned));
    }
    scopes
}

/// The same names and identifiers in all of them; each sees one.
pub async fn scopes_never_meet_whatever_their_names_hold(subject: Subject) {
    let desk = Desk::new(&subject);
    let scopes = hostile_scopes();
    let desks: Vec<Desk> = scopes
        .iter()
        .map(|[realm, tenant, partition]| desk.at(realm, tenant, partition))
        .collect();
    let mut put = Vec::new();
    for place in &desks {
        put.push(place.put("k").await);
    }
    for (place, put) in desks.iter().zip(&put) {
        assert_eq!(place.find(&by_name("k")).await.as_ref(), Some(put));
        assert_eq!(place.names(Window::All).await, ["k"], "{:?}", place.scope);
        let siblings = desks.iter().filter(|other| {
            (&other.scope.realm, &other.scope.tenant) == (&place.scope.realm, &place.scope.tenant)
        });
        let mut partitions: Vec<String> = siblings
            .map(|other| other.scope.partition.as_str().to_owned())
            .collect();
        partitions.sort_unstable();
        assert_eq!(place.usage().await, partitions.len() as u64);
        assert_eq!(place.partitions().await, partitions);
    }
}

/// Within a partition and a tenant.
pub async fn names_and_identifiers_never_meet_whatever_they_hold(subject: Subject) {
    let desk = Desk::new(&subject);
    let long = "n".repeat(255);
    let wide = "\u{10ffff}".repeat(255);
    let mut names = ODD_NAMES.to_vec();
    names.extend([
        long.as_str(),
        &long[1..],
        &wide,
        "k",
        "k:1",
        "1:k",
        "}",
        "k*",
        "\\",
        "\"",
        "'",
    ]);
    let mut records = Vec::new();
    for text in &names {
        let mut record = draft(text);
        // Identifiers that look like names, and like parts of one another.
        record.ids = vec![
            KeyPairId::new(*text),
            KeyPairId::new(format!("{text}\0{text}")),
        ];
        let put = desk.put_record(&record).await;
        records.push((record, put));
    }
    for (record, put) in &records {
        let by_name = Selector::Name(record.key_pair.name.clone());
        assert_eq!(desk.find(&by_name).await.as_ref(), Some(put));
        for id in &record.ids {
            assert_eq!(
                desk.find(&Selector::Id(id.clone())).await.as_ref(),
                Some(put)
            );
        }
    }
    names.sort_unstable();
    assert_eq!(desk.names(Window::All).await, names);
}

/// By the same name, and with the same identifiers and public key.
pub async fn removing_in_one_scope_leaves_the_others(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut record = draft("k");
    record.key_pair.public = ssh(ED25519_B);
    let others = [
        desk.at("realm", "other", ""),
        desk.at("other", "tenant", ""),
    ];
    desk.put_record(&record).await;
    for other in &others {
        other.put_record(&record).await;
    }
    desk.remove(&[by_id(&record)]).await.expect("it exists");
    record.unique_public_key = true;
    for other in &others {
        assert!(other.find(&by_id(&record)).await.is_some());
        assert_eq!(other.usage().await, 1);
        let conflicts = other.insert(&record).await.expect_err("all of it is taken");
        assert!(conflicts.name_taken && conflicts.id_taken && conflicts.public_key_taken);
    }
    desk.put_record(&record).await;
}
