//! Records in numbered slots.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use keypair_core::ports::StoreError;
use keypair_core::{Attachment, Partition};
use slab::Slab;

use crate::record::Record;

/// The number of a slot: of half a pointer's size, because there are several for each record. A
/// record keeps its slot; a slot that was given up is used again.
pub(crate) type Slot = u32;

/// The records of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Records(Slab<Record>);

impl Records {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Record> {
        self.0.get(slot as usize)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Slot, &Record)> {
        self.0.iter().map(|(slot, record)| (to_slot(slot), record))
    }

    /// Takes a record: one of fewer than [`Slot::MAX`].
    pub(crate) fn insert(&mut self, record: Record) -> Slot {
        to_slot(self.0.insert(record))
    }

    pub(crate) fn replace(&mut self, slot: Slot, record: Record) {
        if let Some(place) = self.0.get_mut(slot as usize) {
            *place = record;
        }
    }

    /// Takes a record out. When none is left the slots are given back.
    pub(crate) fn remove(&mut self, slot: Slot) {
        self.0.try_remove(slot as usize);
        if self.0.is_empty() {
            self.0 = Slab::new();
        }
    }

    /// Changes what uses a record's key pair; the change says whether it was one.
    pub(crate) fn change_attachments(
        &mut self,
        partition: &Partition,
        slot: Slot,
        change: impl FnOnce(&mut BTreeSet<Attachment>) -> bool,
    ) -> Result<(), StoreError> {
        if let Some(record) = self.get(slot) {
            let mut key_pair = record.to_key_pair(partition)?;
            if change(&mut key_pair.attachments) {
                let changed = record.with(&key_pair);
                self.replace(slot, changed);
            }
        }
        Ok(())
    }

    /// How the name of a slot's record compares to this one.
    pub(crate) fn by_name(&self, name: &[u8]) -> impl Fn(Slot) -> Ordering {
        move |slot| self.get(slot).map_or(&[][..], Record::name).cmp(name)
    }
}

/// Loses nothing: a slab uses its free slots first, so a key is below the most records that it has
/// ever had, and an insert of one too many is refused.
fn to_slot(key: usize) -> Slot {
    Slot::try_from(key).unwrap_or(Slot::MAX)
}
