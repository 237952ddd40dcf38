//! Finding one key pair.

use keypair_core::{KeyPairId, Selector};

use crate::desk::{Desk, by_name};
use crate::samples::draft;
use crate::subject::Subject;

/// Its own, not a neighbour's.
pub async fn a_key_pair_is_found_by_its_name_and_each_identifier(subject: Subject) {
    let desk = Desk::new(&subject);
    for text in ["a", "b", "c"] {
        let record = draft(text);
        let put = desk.put_record(&record).await;
        assert_eq!(record.ids.len(), 2);
        for id in record.ids {
            assert_eq!(desk.find(&Selector::Id(id)).await.as_ref(), Some(&put));
        }
        assert_eq!(desk.find(&by_name(text)).await, Some(put));
    }
}

/// Its identifier is known in the tenant, but the key pair does not lie here.
pub async fn a_key_pair_of_another_partition_is_not_found(subject: Subject) {
    let desk = Desk::new(&subject);
    let record = draft("k");
    desk.in_partition("other").put_record(&record).await;
    desk.put("here").await;
    assert_eq!(desk.find(&by_name("k")).await, None);
    for id in record.ids {
        let which = Selector::Id(id);
        assert_eq!(desk.find(&which).await, None);
        for elsewhere in [
            desk.at("realm", "stranger", "other"),
            desk.at("strange", "tenant", "other"),
        ] {
            assert_eq!(elsewhere.find(&which).await, None);
        }
    }
}

/// Names are no identifiers, and the other way round.
pub async fn what_never_was_is_not_found(subject: Subject) {
    let desk = Desk::new(&subject);
    let nowhere = [by_name("k"), Selector::Id(KeyPairId::new("k"))];
    for which in &nowhere {
        assert_eq!(desk.find(which).await, None);
    }
    let mut record = draft("k");
    record.ids = vec![KeyPairId::new("id")];
    desk.put_record(&record).await;
    for which in [
        by_name("id"),
        Selector::Id(KeyPairId::new("k")),
        Selector::Id(KeyPairId::new("")),
        Selector::Id(KeyPairId::new("i")),
        Selector::Id(KeyPairId::new("id\0")),
    ] {
        assert_eq!(desk.find(&which).await, None);
    }
}
