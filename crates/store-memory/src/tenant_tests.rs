use std::hash::RandomState;
use std::time::{Duration, UNIX_EPOCH};

use store_contract::{ED25519_A, RSA, draft, name, ssh};

use super::*;

/// A tenant and what it is asked with.
struct Desk {
    tenant: Tenant,
    partition: Partition,
    hasher: RandomState,
}

impl Desk {
    fn new() -> Self {
        Self {
            tenant: Tenant::default(),
            partition: Partition::new("p"),
            hasher: RandomState::new(),
        }
    }

    fn insert(&mut self, record: &NewRecord) -> Conflicts {
        let packed = Packed::new(record, &self.hasher);
        let tenant = &mut self.tenant;
        let limit = Limit::Unlimited;
        let conflicts = tenant.conflicts(&self.partition, record, &packed, limit, &self.hasher);
        if !conflicts.any() {
            tenant.insert(&self.partition, record, packed);
        }
        conflicts
    }

    fn by_name(&self, text: &str) -> Option<Record> {
        let which = Selector::Name(name(text));
        self.tenant.find(&self.partition, &which, &self.hasher)
    }

    fn rename(&mut self, old: &str, new: &str) -> KeyPair {
        let change = Change {
            name: Some(name(new)),
            ..Change::default()
        };
        let at = UNIX_EPOCH + Duration::from_secs(9);
        let which = Selector::Name(name(old));
        self.tenant
            .update(&self.partition, &which, &change, at, &self.hasher)
            .unwrap()
    }

    /// Records, identifiers, public keys, names in order and by hash.
    fn counts(&self) -> [usize; 5] {
        let folder = self.tenant.partitions.get(&self.partition);
        let [in_order, by_hash] = folder.map_or([0; 2], Folder::counts);
        [
            self.tenant.records.len(),
            self.tenant.ids.len(),
            self.tenant.public_keys.as_ref().map_or(0, Index::len),
            in_order,
            by_hash,
        ]
    }
}

#[test]
fn a_removal_leaves_nothing_in_any_index() {
    let mut desk = Desk::new();
    let mut which = Vec::new();
    for number in 0..1000 {
        let mut record = draft(&format!("k{number}"));
        record.key_pair.public = ssh(&format!("{ED25519_A} {number}"));
        desk.insert(&record);
        which.push(match record.ids.first() {
            Some(id) if number % 2 == 0 => Selector::Id(id.clone()),
            Some(_) | None => Selector::Name(record.key_pair.name),
        });
    }
    // From now on public keys are looked up.
    let mut unique = draft("unique");
    unique.key_pair.public = ssh(RSA);
    unique.unique_public_key = true;
    desk.insert(&unique);
    assert_eq!(desk.counts(), [1001, 2002, 1001, 1001, 1001]);

    desk.rename("unique", "renamed");
    which.push(Selector::Name(name("renamed")));
    which.extend_from_within(..10);
    desk.tenant
        .remove(&desk.partition, &which, &desk.hasher)
        .unwrap();
    assert_eq!(desk.counts(), [0; 5]);
}

#[test]
fn a_renamed_key_pair_is_found_by_its_new_name_and_its_identifiers_alone() {
    let mut desk = Desk::new();
    let record = draft("b");
    for record in [&draft("a"), &record, &draft("c")] {
        desk.insert(record);
    }
    let renamed = desk.rename("b", "z");
    assert!(desk.by_name("b").is_none());
    let found = desk.by_name("z").unwrap();
    assert_eq!(found.to_key_pair(&desk.partition).unwrap(), renamed);
    for id in &record.ids {
        let which = Selector::Id(id.clone());
        let by_id = desk.tenant.find(&desk.partition, &which, &desk.hasher);
        assert_eq!(by_id.as_ref(), Some(&found));
    }
    let slice = desk.tenant.slice(&desk.partition, &Window::All).unwrap();
    let names: Vec<_> = slice.records.iter().map(Record::name).collect();
    assert_eq!(names, [b"a", b"c", b"z"]);
}

#[test]
fn taking_nothing_on_or_off_makes_no_partition() {
    let mut desk = Desk::new();
    desk.insert(&draft("a"));
    let other = Partition::new("other");
    let attachment = [Attachment::new("machine")];
    desk.tenant
        .attach(&other, &attachment, &[], &desk.hasher)
        .unwrap();
    desk.tenant
        .detach(&other, &attachment, &[], &desk.hasher)
        .unwrap();
    assert!(desk.tenant.partitions().eq([&desk.partition]));
}

#[test]
fn a_public_key_that_came_before_anyone_asked_is_found() {
    let mut desk = Desk::new();
    let mut old = draft("old");
    old.key_pair.public = ssh(ED25519_A);
    desk.insert(&old);
    assert!(desk.tenant.public_keys.is_none());
    let mut new = draft("new");
    new.key_pair.public = ssh(&format!("{ED25519_A} comment"));
    new.unique_public_key = true;
    assert!(desk.insert(&new).public_key_taken);
    desk.tenant
        .remove(
            &desk.partition,
            &[Selector::Name(name("old"))],
            &desk.hasher,
        )
        .unwrap();
    assert!(!desk.insert(&new).any());
    assert!(
        desk.insert(&NewRecord { ids: vec![], ..new })
            .public_key_taken
    );
}
