//! What leads to the key pairs of one partition.

use std::collections::{BTreeMap, BTreeSet};

use keypair_core::Attachment;

use crate::index::Index;
use crate::names::Names;
use crate::records::{Records, Slot};

/// The key pairs of one partition.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// What the records in it name it by.
    pub(crate) number: u32,
    pub(crate) names: Names,
    /// The same by hash: one look instead of a search that reads a record at each step.
    by_name: Index,
    attached: BTreeMap<Attachment, BTreeSet<Slot>>,
}

impl Folder {
    /// An empty folder.
    pub(crate) fn new(number: u32) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// The slot of a name.
    pub(crate) fn find(&self, name: &[u8], hash: u32, records: &Records) -> Option<Slot> {
        self.by_name.find(hash, |slot| {
            let record = records.get(slot);
            record.is_some_and(|record| record.name() == name)
        })
    }

    /// Takes the slot of a name that is not there yet.
    pub(crate) fn enter(&mut self, name: &[u8], hash: u32, slot: Slot, records: &Records) {
        self.by_name.insert(hash, slot);
        self.names.insert(slot, records.by_name(name));
    }

    /// Takes a name out, while its record still has it.
    pub(crate) fn strike(&mut self, name: &[u8], hash: u32, slot: Slot, records: &Records) {
        self.by_name.remove(hash, slot);
        self.names.remove(records.by_name(name));
    }

    /// The slots of what an attachment uses.
    pub(crate) fn attached_to(&self, attachment: &Attachment) -> BTreeSet<Slot> {
        self.attached.get(attachment).cloned().unwrap_or_default()
    }

    pub(crate) fn link(&mut self, attachment: &Attachment, slot: Slot) {
        let linked = self.attached.entry(attachment.clone()).or_default();
        linked.insert(slot);
    }

    pub(crate) fn unlink(&mut self, attachment: &Attachment, slot: Slot) {
        if let Some(linked) = self.attached.get_mut(attachment) {
            linked.remove(&slot);
            if linked.is_empty() {
                self.attached.remove(attachment);
            }
        }
    }

    /// How many names there are, in order and by hash.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> [usize; 2] {
        [self.names.len(), self.by_name.len()]
    }
}
