//! The key pairs of one tenant, and every decision about them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::ports::{ChangeError, Conflicts, NewRecord, ScanError};
use keypair_core::{
    Attachment, Change, KeyName, KeyPair, Limit, Partition, PublicMaterial, Selector, Window,
};

use crate::drawer::Drawers;
use crate::entry::Entry;

/// The key pairs of one tenant. The indices hold a hash and a sequence number instead of the text:
/// who looks something up compares it with the entry.
#[derive(Debug, Default)]
pub(crate) struct Tenant {
    last_sequence: u64,
    entries: BTreeMap<u64, Arc<Entry>>,
    partitions: BTreeMap<Partition, Folder>,
    ids: Index,
    public_keys: Index,
    pub(crate) drawers: Drawers,
}

/// From a hash to the sequence numbers of the entries that may be meant.
type Index = BTreeSet<(u64, u64)>;

/// The key pairs of one partition.
#[derive(Debug, Default)]
struct Folder {
    by_name: BTreeMap<KeyName, Arc<Entry>>,
    attached: BTreeMap<Attachment, BTreeSet<u64>>,
}

/// A key pair on its way in: what can be worked out before the tenant is locked.
#[derive(Debug)]
pub(crate) struct Packed {
    entry: Entry,
    digest: u64,
}

impl Packed {
    /// Packs a new key pair; it gets its sequence number when it is taken.
    pub(crate) fn new(partition: &Partition, record: &NewRecord) -> Self {
        let entry = Entry::new(record, partition.clone());
        let digest = short_digest(&entry.public);
        Self { entry, digest }
    }
}

/// A part of a listing, still packed.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) total: u64,
}

impl Tenant {
    /// How many key pairs there are in all partitions.
    pub(crate) fn used(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Whether the name is taken in the partition.
    pub(crate) fn has_name(&self, partition: &Partition, name: &KeyName) -> bool {
        self.by_name(partition, name).is_some()
    }

    /// Finds a key pair of the partition.
    pub(crate) fn find<S: BuildHasher>(
        &self,
        partition: &Partition,
        which: &Selector,
        hasher: &S,
    ) -> Option<&Arc<Entry>> {
        match which {
            Selector::Name(name) => self.by_name(partition, name),
            Selector::Id(id) => self
                .by_id(id.as_str().as_bytes(), hasher)
                .filter(|entry| entry.partition == *partition),
        }
    }

    /// All that is in the way of an insert.
    pub(crate) fn conflicts<S: BuildHasher>(
        &self,
        partition: &Partition,
        record: &NewRecord,
        limit: Limit,
        hasher: &S,
    ) -> Conflicts {
        Conflicts {
            name_taken: self.has_name(partition, &record.key_pair.name),
            id_taken: record
                .ids
                .iter()
                .any(|id| self.by_id(id.as_str().as_bytes(), hasher).is_some()),
            public_key_taken: record.unique_public_key
                && self.has_public_key(&record.key_pair.public),
            quota_reached: limit.admit_one_more(self.used()).err(),
        }
    }

    /// Takes a key pair that nothing is in the way of.
    pub(crate) fn insert<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        Packed { mut entry, digest }: Packed,
        hasher: &S,
    ) -> u64 {
        self.last_sequence += 1;
        let sequence = self.last_sequence;
        self.add_partition(partition);
        entry.sequence = sequence;
        let entry = Arc::new(entry);
        for id in entry.ids.iter() {
            self.ids.insert((hasher.hash_one(id), sequence));
        }
        self.public_keys.insert((digest, sequence));
        for attachment in entry.attachments() {
            self.link(partition, attachment, sequence);
        }
        self.put(entry);
        sequence
    }

    /// Removes all of the selected key pairs or none.
    pub(crate) fn remove<S: BuildHasher>(
        &mut self,
        partition: &Partition,
        which: &[Selector],
        hasher: &S,
    ) -> Result<(), ChangeError> {
        let doomed = self.find_all(partition, which, hasher)?;
        if let Some(at) = doomed.iter().position(|e| !e.attachments().is_empty()) {
            return Err(ChangeError::InUse(at));
        }
        for entry in doomed {
            // A key pair that was selected twice is gone the second time.
            if self.entries.remove(&entry.sequence).is_none() {
                continue;
            }
            for id in entry.ids.iter() {
                self.ids.remove(&(hasher.hash_one(id), entry.sequence));
            }
            let digest = short_digest(&entry.public);
            self.public_keys.remove(&(digest, entry.sequence));
            if let Some(folder) = self.partitions.get_mut(partition) {
                folder.by_name.remove(&entry.name);
            }
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
        let Some(old) = self.find(partition, which, hasher).cloned() else {
            return Err(ChangeError::NotFound(0));
        };
        if let Some(name) = &change.name
            && *name != old.name
            && self.has_name(partition, name)
        {
            return Err(ChangeError::NameTaken);
        }
        let mut key_pair = old.to_key_pair();
        change.apply_to(&mut key_pair, at);
        if let Some(folder) = self.partitions.get_mut(partition) {
            folder.by_name.remove(&old.name);
        }
        self.put(Arc::new(old.with(key_pair.clone())));
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
        let chosen: BTreeSet<u64> = self
            .find_all(partition, which, hasher)?
            .iter()
            .map(|entry| entry.sequence)
            .collect();
        for attachment in attachments {
            let before = self.attached_to(partition, attachment);
            for sequence in before.difference(&chosen) {
                self.unlink(partition, attachment, *sequence);
                self.change_attachments(*sequence, |set| set.remove(attachment));
            }
            for sequence in chosen.difference(&before) {
                self.link(partition, attachment, *sequence);
                self.change_attachments(*sequence, |set| set.insert(attachment.clone()));
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
        for entry in self.find_all(partition, which, hasher)? {
            for attachment in attachments {
                self.unlink(partition, attachment, entry.sequence);
            }
            self.change_attachments(entry.sequence, |set| {
                let before = set.len();
                set.retain(|held| !attachments.contains(held));
                set.len() != before
            });
        }
        Ok(())
    }

    /// Makes the partition exist; `false` if it did already.
    pub(crate) fn add_partition(&mut self, partition: &Partition) -> bool {
        let missing = !self.partitions.contains_key(partition);
        if missing {
            self.partitions.insert(partition.clone(), Folder::default());
        }
        missing
    }

    /// The partitions, sorted by their bytes.
    pub(crate) fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.partitions.keys()
    }

    /// Reads a part of the partition.
    pub(crate) fn slice(&self, partition: &Partition, window: &Window) -> Result<Slice, ScanError> {
        let empty = BTreeMap::new();
        let names = self
            .partitions
            .get(partition)
            .map_or(&empty, |folder| &folder.by_name);
        let entries = match window {
            Window::All => names.values().cloned().collect(),
            Window::After { marker, limit } => {
                let start = match marker {
                    None => Bound::Unbounded,
                    Some(marker) if names.contains_key(marker) => Bound::Excluded(marker),
                    Some(_) => return Err(ScanError::MarkerNotFound),
                };
                let behind = names.range::<KeyName, _>((start, Bound::Unbounded));
                behind
                    .take(to_count((*limit).into()))
                    .map(|(_, entry)| Arc::clone(entry))
                    .collect()
            }
            Window::Offset { offset, limit } => names
                .values()
                .skip(to_count(*offset))
                .take(to_count((*limit).into()))
                .cloned()
                .collect(),
        };
        Ok(Slice {
            entries,
            total: names.len() as u64,
        })
    }

    fn by_name(&self, partition: &Partition, name: &KeyName) -> Option<&Arc<Entry>> {
        self.partitions.get(partition)?.by_name.get(name)
    }

    fn by_id<S: BuildHasher>(&self, id: &[u8], hasher: &S) -> Option<&Arc<Entry>> {
        self.candidates(&self.ids, hasher.hash_one(id))
            .find(|entry| entry.ids.contains(id))
    }

    fn has_public_key(&self, public: &PublicMaterial) -> bool {
        self.candidates(&self.public_keys, short_digest(public))
            .any(|entry| entry.public.digest() == public.digest())
    }

    fn candidates<'a>(
        &'a self,
        index: &'a Index,
        hash: u64,
    ) -> impl Iterator<Item = &'a Arc<Entry>> {
        index
            .range((hash, 0)..=(hash, u64::MAX))
            .filter_map(|(_, sequence)| self.entries.get(sequence))
    }

    fn find_all<S: BuildHasher>(
        &self,
        partition: &Partition,
        which: &[Selector],
        hasher: &S,
    ) -> Result<Vec<Arc<Entry>>, ChangeError> {
        which
            .iter()
            .enumerate()
            .map(|(at, selector)| {
                self.find(partition, selector, hasher)
                    .cloned()
                    .ok_or(ChangeError::NotFound(at))
            })
            .collect()
    }

    /// Stores the entry under its sequence number and its name, over what was there.
    fn put(&mut self, entry: Arc<Entry>) {
        if let Some(folder) = self.partitions.get_mut(&entry.partition) {
            folder
                .by_name
                .insert(entry.name.clone(), Arc::clone(&entry));
        }
        self.entries.insert(entry.sequence, entry);
    }

    fn attached_to(&self, partition: &Partition, attachment: &Attachment) -> BTreeSet<u64> {
        self.partitions
            .get(partition)
            .and_then(|folder| folder.attached.get(attachment))
            .cloned()
            .unwrap_or_default()
    }

    fn link(&mut self, partition: &Partition, attachment: &Attachment, sequence: u64) {
        if let Some(folder) = self.partitions.get_mut(partition) {
            let linked = folder.attached.entry(attachment.clone()).or_default();
            linked.insert(sequence);
        }
    }

    fn unlink(&mut self, partition: &Partition, attachment: &Attachment, sequence: u64) {
        if let Some(folder) = self.partitions.get_mut(partition)
            && let Some(linked) = folder.attached.get_mut(attachment)
        {
            linked.remove(&sequence);
            if linked.is_empty() {
                folder.attached.remove(attachment);
            }
        }
    }

    fn change_attachments(
        &mut self,
        sequence: u64,
        change: impl FnOnce(&mut BTreeSet<Attachment>) -> bool,
    ) {
        if let Some(entry) = self.entries.get(&sequence) {
            let mut attachments = entry.attachments().iter().cloned().collect();
            if change(&mut attachments) {
                let changed = entry.with_attachments(attachments);
                self.put(Arc::new(changed));
            }
        }
    }
}

/// The first eight bytes of the public key's digest: enough to find, not to tell apart.
fn short_digest(public: &PublicMaterial) -> u64 {
    let digest = public.digest();
    digest
        .first_chunk::<8>()
        .map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// More than a process can hold is as good as all.
fn to_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
