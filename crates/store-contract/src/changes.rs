//! Changing one key pair.

use std::collections::BTreeSet;

use keypair_core::{Change, Window};

use crate::desk::{Desk, Refusal, by_id, by_name};
use crate::samples::{draft, map, millis, name};
use crate::subject::Subject;

fn rename(to: &str) -> Change {
    Change {
        name: Some(name(to)),
        ..Change::default()
    }
}

/// Identifiers, sequence number, times of creation and the count stay.
pub async fn a_rename_moves_the_name_and_nothing_else(subject: Subject) {
    let desk = Desk::new(&subject);
    let record = draft("old");
    let before = desk.put_record(&record).await;
    let after = desk
        .update(&by_name("old"), &rename("new"), millis(5_000))
        .await
        .expect("the name is free");

    let mut expected = before;
    expected.name = name("new");
    expected.changed_at = millis(5_000);
    assert_eq!(after, expected);
    assert_eq!(desk.find(&by_name("old")).await, None);
    assert_eq!(desk.find(&by_name("new")).await.as_ref(), Some(&after));
    assert_eq!(desk.find(&by_id(&record)).await, Some(after));
    assert_eq!(desk.usage().await, 1);
    let total = desk.list(Window::All).await.map(|listing| listing.total);
    assert_eq!(total, Some(1));
}

/// By identifier this time.
pub async fn a_rename_changes_the_order(subject: Subject) {
    let desk = Desk::new(&subject);
    let record = draft("b");
    desk.put("a").await;
    desk.put_record(&record).await;
    desk.put("c").await;
    for (to, order) in [("z", ["a", "c", "z"]), ("0", ["0", "a", "c"])] {
        desk.update(&by_id(&record), &rename(to), millis(1))
            .await
            .expect("the name is free");
        assert_eq!(desk.names(Window::All).await, order);
    }
}

/// A rename to the same name changes the rest.
pub async fn its_own_name_is_no_conflict(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("k").await;
    let change = Change {
        description: Some("new".to_owned()),
        ..rename("k")
    };
    let after = desk
        .update(&by_name("k"), &change, millis(1))
        .await
        .expect("its own name is free");
    assert_eq!(after.attributes.description.as_deref(), Some("new"));
    assert_eq!(desk.find(&by_name("k")).await, Some(after));
    assert_eq!(desk.names(Window::All).await, ["k"]);
}

/// Not even what else was asked for.
pub async fn a_taken_name_changes_nothing(subject: Subject) {
    let desk = Desk::new(&subject);
    let first = desk.put("first").await;
    let second = desk.put("second").await;
    let change = Change {
        description: Some("new".to_owned()),
        set_tags: map(&[("a", "b")]),
        ..rename("second")
    };
    let refused = desk.update(&by_name("first"), &change, millis(1)).await;
    assert_eq!(refused, Err(Refusal::NameTaken));
    assert_eq!(desk.find(&by_name("first")).await, Some(first));
    assert_eq!(desk.find(&by_name("second")).await, Some(second));

    desk.in_partition("other").put("elsewhere").await;
    desk.update(&by_name("first"), &rename("elsewhere"), millis(1))
        .await
        .expect("the name is free here");
}

/// Nothing keeps pointing at the old name.
pub async fn a_renamed_key_pair_frees_its_old_name_and_can_be_removed(subject: Subject) {
    let desk = Desk::new(&subject);
    let record = draft("old");
    desk.put_record(&record).await;
    desk.update(&by_name("old"), &rename("new"), millis(1))
        .await
        .expect("the name is free");
    let next = desk.put("old").await;
    assert_ne!(
        desk.find(&by_id(&record)).await.map(|pair| pair.seed),
        Some(next.seed)
    );
    assert_eq!(desk.remove(&[by_id(&record)]).await, Ok(()));
    assert_eq!(desk.names(Window::All).await, ["old"]);
    let mut again = draft("new");
    again.ids = record.ids;
    desk.put_record(&again).await;
}

/// And the time with them.
pub async fn description_and_author_change(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut expected = desk.put("k").await;
    let change = Change {
        description: Some("what it is for".to_owned()),
        changed_by: Some("somebody".to_owned()),
        ..Change::default()
    };
    let after = desk
        .update(&by_name("k"), &change, millis(77))
        .await
        .expect("it exists");
    expected.attributes.description = Some("what it is for".to_owned());
    expected.attributes.last_changed_by = Some("somebody".to_owned());
    expected.changed_at = millis(77);
    assert_eq!(after, expected);
    assert_eq!(desk.find(&by_name("k")).await, Some(expected));
}

/// Dropped before set; labels that were never given stay none until one is set.
pub async fn labels_are_set_and_dropped(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.put("k").await;
    let steps = [
        (map(&[]), &["absent"][..], None),
        (
            map(&[("a", "1"), ("b", "2")]),
            &[],
            Some(map(&[("a", "1"), ("b", "2")])),
        ),
        (
            map(&[("a", "3")]),
            &["a", "b", "absent"],
            Some(map(&[("a", "3")])),
        ),
        (map(&[]), &["a"], Some(map(&[]))),
    ];
    for (set_tags, drop_tags, expected) in steps {
        let change = Change {
            set_tags,
            drop_tags: drop_tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Change::default()
        };
        let after = desk
            .update(&by_name("k"), &change, millis(1))
            .await
            .expect("it exists");
        assert_eq!(after.attributes.tags, expected);
        let found = desk.find(&by_name("k")).await;
        assert_eq!(found.map(|pair| pair.attributes.tags), Some(expected));
    }
}

/// An empty change moves the time only.
pub async fn what_is_not_named_stays(subject: Subject) {
    let desk = Desk::new(&subject);
    let mut record = draft("k");
    let attributes = &mut record.key_pair.attributes;
    attributes.description = Some("d".to_owned());
    attributes.tags = Some(map(&[("a", "1")]));
    attributes.last_changed_by = Some("somebody".to_owned());
    attributes.properties = map(&[("project", "7")]);
    let mut expected = desk.put_record(&record).await;
    let change = Change {
        drop_tags: BTreeSet::from(["b".to_owned()]),
        ..Change::default()
    };
    let after = desk
        .update(&by_name("k"), &change, millis(9))
        .await
        .expect("it exists");
    expected.changed_at = millis(9);
    assert_eq!(after, expected);
}

/// Whether its name or its tenant is unknown.
pub async fn an_unknown_key_pair_is_reported(subject: Subject) {
    let desk = Desk::new(&subject);
    for _ in 0..2 {
        for which in [by_name("unknown"), by_id(&draft("k"))] {
            let refused = desk.update(&which, &rename("other"), millis(1)).await;
            assert_eq!(refused, Err(Refusal::NotFound(0)));
        }
        desk.put(&format!("k{}", desk.usage().await)).await;
    }
}

/// Neither by name nor by identifier.
pub async fn a_key_pair_of_another_partition_cannot_be_changed(subject: Subject) {
    let desk = Desk::new(&subject);
    let other = desk.in_partition("other");
    let record = draft("k");
    let put = other.put_record(&record).await;
    for which in [by_name("k"), by_id(&record)] {
        let refused = desk.update(&which, &rename("new"), millis(1)).await;
        assert_eq!(refused, Err(Refusal::NotFound(0)));
    }
    assert_eq!(other.find(&by_name("k")).await, Some(put));
}
