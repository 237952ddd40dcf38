//! From hashes to slots.

use hashbrown::HashTable;

/// Leads from a hash to the slots of the records that may be meant: whoever looks something up
/// compares it with the record. It holds no text, and the hashes beside the slots, so that no
/// record is looked at when it grows.
#[derive(Debug, Default)]
pub(crate) struct Index(HashTable<Entry>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    hash: u32,
    slot: u32,
}

impl Entry {
    /// The table takes its place from the lower bits and its tag from the upper ones.
    fn spread(hash: u32) -> u64 {
        (u64::from(hash) << 32) | u64::from(hash)
    }
}

impl Index {
    /// The first slot of the hash that passes.
    pub(crate) fn find(&self, hash: u32, is_meant: impl Fn(u32) -> bool) -> Option<u32> {
        self.0
            .find(Entry::spread(hash), |entry| {
                entry.hash == hash && is_meant(entry.slot)
            })
            .map(|entry| entry.slot)
    }

    pub(crate) fn insert(&mut self, hash: u32, slot: u32) {
        self.0
            .insert_unique(Entry::spread(hash), Entry { hash, slot }, |entry| {
                Entry::spread(entry.hash)
            });
    }

    pub(crate) fn remove(&mut self, hash: u32, slot: u32) {
        let entry = Entry { hash, slot };
        if let Ok(found) = self
            .0
            .find_entry(Entry::spread(hash), |held| *held == entry)
        {
            found.remove();
        }
        // A table does not shrink by itself.
        if self.0.len() < self.0.capacity() / 8 {
            self.0
                .shrink_to(self.0.len() * 2, |entry| Entry::spread(entry.hash));
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
