//! The key pairs of one tenant, and every decision about them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::time::SystemTime;

use keypair_core::ports::{ChangeError, Conflicts, NewRecord, ScanError};
use keypair_core::{
    Attachment, Change, KeyName, KeyPair, Limit, Partition, PublicMaterial, Selector, Window,
};

use crate::drawer::Drawers;
use crate::folder::Folder;
use crate::index::Index;
use crate::names::Names;
use crate::packed::{Packed, short_hash};
use crate::record::Record;
use crate::records::{Records, Slot};

/// The key pairs of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Tenant {
    last_sequence: u64,
    records: Records,
    partitions: BTreeMap<Partition, Folder>,
    ids: Index,
    /// Made when an insert first asks for it: most clouds never do.
    public_keys: Option<Index>,
    pub(crate) drawers: Drawers,
}

/// A part of a listing, still packed.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) records: Vec<Record>,
    pub(crate) total: u64,
}

impl Tenant {
    /// How many key pairs there are in all partitions.
    pub(crate) fn used(&self) -> u64 {
        self.records.len() as u64
    }

    /// Whether the name is taken in the partition.
    pub(crate) fn has_name<S: BuildHasher>(
        &self,
        partition: &Partition,
        name: &KeyName,
        hasher: &S,
    ) -> bool {
        let name = name.as_str().as_bytes();
        let hash = short_hash(name, hasher);
        self.by_name(partition, name, hash).is_some()
    }

    /// Finds a key pair of the partition.
    pub(crate) fn find<S: BuildHasher>(
        &self,
        partition: &Partition,
        which: &Selector,
        hasher: &S,
    ) -> Option<Record> {
        let slot = self.find_slot(partition, which, hasher)?;
        self.records.get(slot).cloned()
    }

    /// All that is in the way of an insert.
    pub(crate) fn conflicts<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        record: &NewRecord,
        packed: &Packed,
        limit: Limit,
        hasher: &S,
    ) -> Conflicts {
        let public = &record.key_pair.public;
        Conflicts {
            name_taken: {
                let name = record.key_pair.name.as_str().as_bytes();
                self.by_name(partition, name, packed.name).is_some()
            },
            id_taken: record.ids.iter().zip(&packed.ids).any(|(id, hash)| {
                let id = id.as_str().as_bytes();
                self.by_id(id, *hash).is_some()
            }),
            public_key_taken: record.unique_public_key
                && self.has_public_key(public, packed.public_key, hasher),
            // What cannot be numbered cannot be taken either.
            quota_reached: limit
                .admit_one_more(self.used())
                .and_then(|()| Limit::AtMost(Slot::MAX).admit_one_more(self.used()))
                .err(),
        }
    }

    /// Takes a key pair that nothing is in the way of.
    pub(crate) fn insert(
        &mut self,
        partition: &Partition,
        record: &NewRecord,
        packed: Packed,
    ) -> u64 {
        self.last_sequence += 1;
        let folder = folder_of(&mut self.partitions, partition);
        let finished = packed.draft.finish(folder.number, self.last_sequence);
        let slot = self.records.insert(finished);
        let name = record.key_pair.name.as_str().as_bytes();
        folder.enter(name, packed.name, slot, &self.records);
        for attachment in &record.key_pair.attachments {
            folder.link(attachment, slot);
        }
        for hash in packed.ids {
            self.ids.insert(hash, slot);
        }
        if record.unique_public_key {
            // The tenant had nothing, or the look for conflicts has made it.
            self.public_keys.get_or_insert_default();
        }
        if let Some(public_keys) = &mut self.public_keys {
            public_keys.insert(packed.public_key, slot);
        }
        self.last_sequence
    }

    /// Removes all of the selected key pairs or none.
    pub(crate) fn remove<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        which: &[Selector],
        hasher: &S,
    ) -> Result<(), ChangeError> {
        let doomed = self.find_all(partition, which, hasher)?;
        let is_in_use = |slot: &Slot| self.records.get(*slot).is_some_and(Record::is_in_use);
        if let Some(at) = doomed.iter().position(is_in_use) {
            return Err(ChangeError::InUse(at));
        }
        let Some(folder) = self.partitions.get_mut(partition) else {
            return Ok(());
        };
        for slot in doomed {
            // A key pair that was selected twice is gone the second time.
            let Some(record) = self.records.get(slot).cloned() else {
                continue;
            };
            for id in record.ids() {
                self.ids.remove(short_hash(id, hasher), slot);
            }
            if let Some(public_keys) = &mut self.public_keys
                && let Some(public) = record.public()
            {
                public_keys.remove(short_hash(&public.comparable(), hasher), slot);
            }
            let hash = short_hash(record.name(), hasher);
            folder.strike(record.name(), hash, slot, &self.records);
            self.records.remove(slot);
        }
        Ok(())
    }

    /// Changes one key pair.
    pub(crate) fn update<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        which: &Selector,
        change: &Change,
        at: SystemTime,
        hasher: &S,
    ) -> Result<KeyPair, ChangeError> {
        let slot = self
            .find_slot(partition, which, hasher)
            .ok_or(ChangeError::NotFound(0))?;
        let old = self.records.get(slot).ok_or(ChangeError::NotFound(0))?;
        let mut key_pair = old.to_key_pair(partition)?;
        let old_name = key_pair.name.clone();
        if let Some(name) = &change.name
            && *name != old_name
            && self.has_name(partition, name, hasher)
        {
            return Err(ChangeError::NameTaken);
        }
        change.apply_to(&mut key_pair, at);
        let changed = old.with(&key_pair);
        if key_pair.name == old_name {
            self.records.replace(slot, changed);
        } else if let Some(folder) = self.partitions.get_mut(partition) {
            let (old, new) = (old_name.as_str(), key_pair.name.as_str());
            let (old, new) = (old.as_bytes(), new.as_bytes());
            folder.strike(old, short_hash(old, hasher), slot, &self.records);
            self.records.replace(slot, changed);
            folder.enter(new, short_hash(new, hasher), slot, &self.records);
        }
        Ok(key_pair)
    }

    /// Makes the attachments' key pairs exactly the selected ones.
    pub(crate) fn attach<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        attachments: &[Attachment],
        which: &[Selector],
        hasher: &S,
    ) -> Result<(), ChangeError> {
        let chosen: BTreeSet<Slot> = self
            .find_all(partition, which, hasher)?
            .into_iter()
            .collect();
        let Some(folder) = self.partitions.get_mut(partition) else {
            return Ok(());
        };
        for attachment in attachments {
            let before = folder.attached_to(attachment);
            for slot in before.difference(&chosen) {
                folder.unlink(attachment, *slot);
                self.records
                    .change_attachments(partition, *slot, |set| set.remove(attachment))?;
            }
            for slot in chosen.difference(&before) {
                folder.link(attachment, *slot);
                self.records
                    .change_attachments(partition, *slot, |set| set.insert(attachment.clone()))?;
            }
        }
        Ok(())
    }

    /// Takes the attachments off the selected key pairs.
    pub(crate) fn detach<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        attachments: &[Attachment],
        which: &[Selector],
        hasher: &S,
    ) -> Result<(), ChangeError> {
        let chosen = self.find_all(partition, which, hasher)?;
        let Some(folder) = self.partitions.get_mut(partition) else {
            return Ok(());
        };
        for slot in chosen {
            for attachment in attachments {
                folder.unlink(attachment, slot);
            }
            self.records.change_attachments(partition, slot, |set| {
                let before = set.len();
                set.retain(|held| !attachments.contains(held));
                set.len() != before
            })?;
        }
        Ok(())
    }

    /// Makes the partition exist; `false` if it did already.
    pub(crate) fn add_partition(&mut self, partition: &Partition) -> bool {
        let missing = !self.partitions.contains_key(partition);
        folder_of(&mut self.partitions, partition);
        missing
    }

    /// The partitions, sorted by their bytes.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.keys()
    }

    /// Reads a part of the partition.
    pub(crate) fn slice(&self, partition: &Partition, window: &Window) -> Result<Slice, ScanError> {
        let empty = Names::default();
        let names = self.partitions.get(partition).map_or(&empty, |f| &f.names);
        let records = match window {
            Window::All => self.collect(names.from(0), u64::MAX),
            Window::After {
                marker: None,
                limit,
            } => self.collect(names.from(0), (*limit).into()),
            Window::After {
                marker: Some(marker),
                limit,
            } => {
                let behind = names.behind(self.records.by_name(marker.as_str().as_bytes()));
                let behind = behind.ok_or(ScanError::MarkerNotFound)?;
                self.collect(behind, (*limit).into())
            }
            Window::Offset { offset, limit } => {
                self.collect(names.from(to_count(*offset)), (*limit).into())
            }
        };
        Ok(Slice {
            records,
            total: names.len() as u64,
        })
    }

    fn collect(&self, slots: impl Iterator<Item = Slot>, limit: u64) -> Vec<Record> {
        slots
            .take(to_count(limit))
            .filter_map(|slot| self.records.get(slot).cloned())
            .collect()
    }

    fn find_slot<S: BuildHasher>(
        &self,
        partition: &Partition,
        which: &Selector,
        hasher: &S,
    ) -> Option<Slot> {
        match which {
            Selector::Name(name) => {
                let name = name.as_str().as_bytes();
                self.by_name(partition, name, short_hash(name, hasher))
            }
            Selector::Id(id) => {
                let id = id.as_str().as_bytes();
                let number = u64::from(self.partitions.get(partition)?.number);
                self.by_id(id, short_hash(id, hasher)).filter(|slot| {
                    let record = self.records.get(*slot);
                    record.and_then(Record::folder) == Some(number)
                })
            }
        }
    }

    fn find_all<S: BuildHasher>(
        &self,
        partition: &Partition,
        which: &[Selector],
        hasher: &S,
    ) -> Result<Vec<Slot>, ChangeError> {
        which
            .iter()
            .enumerate()
            .map(|(at, selector)| {
                self.find_slot(partition, selector, hasher)
                    .ok_or(ChangeError::NotFound(at))
            })
            .collect()
    }

    fn by_name(&self, partition: &Partition, name: &[u8], hash: u32) -> Option<Slot> {
        let folder = self.partitions.get(partition)?;
        folder.find(name, hash, &self.records)
    }

    fn by_id(&self, id: &[u8], hash: u32) -> Option<Slot> {
        self.ids.find(hash, |slot| {
            let record = self.records.get(slot);
            record.is_some_and(|record| record.ids().any(|own| own == id))
        })
    }

    fn has_public_key<S: BuildHasher>(
        &mut self,
        public: &PublicMaterial,
        hash: u32,
        hasher: &S,
    ) -> bool {
        let records = &self.records;
        let index = self.public_keys.get_or_insert_with(|| {
            let mut index = Index::default();
            for (slot, record) in records.iter() {
                if let Some(public) = record.public() {
                    index.insert(short_hash(&public.comparable(), hasher), slot);
                }
            }
            index
        });
        let found = index.find(hash, |slot| {
            let stored = records.get(slot).and_then(Record::public);
            stored.is_some_and(|stored| stored.comparable() == public.comparable())
        });
        found.is_some()
    }
}

/// The partition's folder, which is there from now on.
fn folder_of<'a>(
    partitions: &'a mut BTreeMap<Partition, Folder>,
    partition: &Partition,
) -> &'a mut Folder {
    // Partitions stay for good, so how many there are is a number that none has.
    let number = u32::try_from(partitions.len()).unwrap_or(u32::MAX);
    partitions
        .entry(partition.clone())
        .or_insert_with(|| Folder::new(number))
}

/// More than a process can hold is as good as all.
fn to_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "tenant_tests.rs"]
mod tests;
