//! The mutations, each decided and carried out inside one write transaction.
//!
//! Each first reads all that it needs and only then writes. So a refusal, or a record that cannot
//! be read, leaves the transaction as it was, and the other mutations of the group are committed.
//! Only a failure of the file itself ends the whole group.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use keypair_core::ports::{ChangeError, Conflicts, InsertError, NewRecord, StoreError};
use keypair_core::{
    Attachment, Change, KeyName, KeyPair, KeyPairId, Limit, QuotaRule, Scope, Selector,
};

use redb::ReadableTable as _;

use crate::keys::{self, Key};
use crate::notes::PackedReceipt;
use crate::reads::{find_with_ids, first_limit, limit_to_bytes};
use crate::record;
use crate::tables::{Failure, Tables, counters, counters_to_bytes, has};

/// What a mutation comes to: an answer, or the end of its whole group.
pub(crate) type Outcome<T, E> = Result<Result<T, E>, redb::Error>;

/// Gives a failure to whom it concerns: an unreadable record to its mutation, all else to the
/// group.
pub(crate) fn settle<T, E: From<StoreError>>(
    result: Result<Result<T, E>, Failure>,
) -> Outcome<T, E> {
    match result {
        Ok(outcome) => Ok(outcome),
        Err(Failure::Record(error)) => Ok(Err(StoreError::from(error).into())),
        Err(Failure::Storage(error)) => Err(error),
    }
}

/// A new key pair with all that does not need the transaction worked out.
pub(crate) struct Insertion {
    record: Vec<u8>,
    record_key: Key,
    id_keys: Vec<Key>,
    /// Where the identifiers lead.
    place: Vec<u8>,
    public_key: Key,
    unique_public_key: bool,
    attached: Vec<Key>,
    partition: Key,
    tenant: Key,
    /// Whose limits count, the first that is stored.
    holders: Vec<Key>,
    default: Limit,
    receipt: Option<PackedReceipt>,
}

impl Insertion {
    pub(crate) fn new(scope: &Scope, new: &NewRecord, quota: &QuotaRule) -> Self {
        let (key_pair, name) = (&new.key_pair, &new.key_pair.name);
        let attachments = key_pair.attachments.iter();
        Self {
            record: record::encode(key_pair, &new.ids),
            record_key: keys::record(scope, name),
            id_keys: new.ids.iter().map(|id| keys::id(scope, id)).collect(),
            place: keys::place(&scope.partition, name),
            public_key: keys::public_key(scope, &key_pair.public),
            unique_public_key: new.unique_public_key,
            attached: attachments
                .map(|to| keys::attached(scope, to, name))
                .collect(),
            partition: keys::partition(scope),
            tenant: keys::tenant(&scope.realm, &scope.tenant),
            holders: keys::holders(scope, quota),
            default: quota.default,
            receipt: new
                .receipt
                .as_ref()
                .map(|receipt| PackedReceipt::new(&scope.realm, &scope.tenant, receipt)),
        }
    }
}

/// A stored key pair and its identifiers.
type Stored = (KeyPair, Vec<KeyPairId>);

impl Tables<'_> {
    /// Takes a key pair if nothing is in the way.
    pub(crate) fn insert(
        &mut self,
        mut new: Insertion,
    ) -> Result<Result<u64, InsertError>, Failure> {
        let [used, last] = counters(&self.tenants, &new.tenant)?;
        let [in_partition] = counters(&self.partitions, &new.partition)?;
        let [holders] = counters(&self.public_keys, &new.public_key)?;
        let limit = first_limit(&self.limits, &new.holders)?.unwrap_or(new.default);
        let mut conflicts = Conflicts {
            name_taken: has(&self.records, &new.record_key)?,
            id_taken: false,
            public_key_taken: new.unique_public_key && holders > 0,
            quota_reached: limit.admit_one_more(used).err(),
        };
        for id in &new.id_keys {
            conflicts.id_taken |= has(&self.ids, id)?;
        }
        if conflicts.any() {
            return Ok(Err(InsertError::Conflicts(conflicts)));
        }

        self.written = true;
        let sequence = last + 1;
        record::set_sequence(&mut new.record, sequence);
        self.records.insert(&*new.record_key, &*new.record)?;
        for id in &new.id_keys {
            self.ids.insert(&**id, &*new.place)?;
        }
        for key in &new.attached {
            self.attached.insert(&**key, [].as_slice())?;
        }
        self.count(&new.tenant, [used + 1, sequence])?;
        self.count_partition(&new.partition, in_partition + 1)?;
        self.count_public_key(&new.public_key, holders + 1)?;
        if let Some(receipt) = &new.receipt {
            self.put_note(receipt)?;
        }
        Ok(Ok(sequence))
    }

    /// Removes all of the selected key pairs or none.
    pub(crate) fn remove(
        &mut self,
        scope: &Scope,
        which: &[Selector],
        receipt: Option<&PackedReceipt>,
    ) -> Result<Result<(), ChangeError>, Failure> {
        let found = match self.find_all(scope, which)? {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some(at) = found.iter().position(|(kp, _)| !kp.attachments.is_empty()) {
            return Ok(Err(ChangeError::InUse(at)));
        }
        let doomed = by_sequence(found);
        let removed = doomed.len() as u64;
        let tenant = keys::tenant(&scope.realm, &scope.tenant);
        let partition = keys::partition(scope);
        let [used, last] = counters(&self.tenants, &tenant)?;
        let [in_partition] = counters(&self.partitions, &partition)?;
        let mut holders: BTreeMap<Key, u64> = BTreeMap::new();
        for (key_pair, _) in doomed.values() {
            let public_key = keys::public_key(scope, &key_pair.public);
            let before = match holders.get(&public_key) {
                Some(before) => *before,
                None => counters::<1>(&self.public_keys, &public_key)?[0],
            };
            holders.insert(public_key, before.saturating_sub(1));
        }

        self.written |= removed > 0;
        for (key_pair, ids) in doomed.into_values() {
            self.records.remove(&*keys::record(scope, &key_pair.name))?;
            for id in &ids {
                self.ids.remove(&*keys::id(scope, id))?;
            }
        }
        for (public_key, holders) in holders {
            self.count_public_key(&public_key, holders)?;
        }
        if removed > 0 {
            self.count(&tenant, [used.saturating_sub(removed), last])?;
            self.count_partition(&partition, in_partition.saturating_sub(removed))?;
        }
        if let Some(receipt) = receipt {
            self.put_note(receipt)?;
        }
        Ok(Ok(()))
    }

    /// Changes one key pair.
    pub(crate) fn update(
        &mut self,
        scope: &Scope,
        which: &Selector,
        change: &Change,
        at: SystemTime,
    ) -> Result<Result<KeyPair, ChangeError>, Failure> {
        let Some((mut key_pair, ids)) = self.find(scope, which)? else {
            return Ok(Err(ChangeError::NotFound(0)));
        };
        let old = key_pair.name.clone();
        change.apply_to(&mut key_pair, at);
        let renamed = key_pair.name != old;
        if renamed && has(&self.records, &keys::record(scope, &key_pair.name))? {
            return Ok(Err(ChangeError::NameTaken));
        }

        self.written = true;
        if renamed {
            self.rename(scope, &old, &key_pair, &ids)?;
        }
        self.put(scope, &key_pair, &ids)?;
        Ok(Ok(key_pair))
    }

    /// Makes the attachments' key pairs exactly the selected ones.
    pub(crate) fn attach(
        &mut self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<Result<(), ChangeError>, Failure> {
        let found = match self.find_all(scope, which)? {
            Ok(found) => found,
            Err(refused) => return Ok(Err(refused)),
        };
        let chosen: BTreeSet<u64> = found.iter().map(|(kp, _)| kp.sequence).collect();
        let mut touched = by_sequence(found);
        for attachment in attachments {
            for name in self.attached_names(scope, attachment)? {
                if let Some(stored) = self.find(scope, &Selector::Name(name))? {
                    touched.entry(stored.0.sequence).or_insert(stored);
                }
            }
        }
        self.reattach(scope, touched, |sequence, held| {
            if chosen.contains(&sequence) {
                held.extend(attachments.iter().cloned());
            } else {
                held.retain(|one| !attachments.contains(one));
            }
        })
    }

    /// Takes the attachments off the selected key pairs.
    pub(crate) fn detach(
        &mut self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<Result<(), ChangeError>, Failure> {
        match self.find_all(scope, which)? {
            Ok(found) => self.reattach(scope, by_sequence(found), |_, held| {
                held.retain(|one| !attachments.contains(one));
            }),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Makes the partition exist; `false` if it did already.
    pub(crate) fn add_partition(&mut self, scope: &Scope) -> Result<bool, Failure> {
        let key = keys::partition(scope);
        let missing = !has(&self.partitions, &key)?;
        if missing {
            self.written = true;
            self.count_partition(&key, 0)?;
        }
        Ok(missing)
    }

    /// Stores or forgets a limit.
    pub(crate) fn set_limit(&mut self, tenant: &[u8], limit: Option<Limit>) -> Result<(), Failure> {
        self.written = true;
        match limit {
            Some(limit) => self.limits.insert(tenant, &*limit_to_bytes(limit))?,
            None => self.limits.remove(tenant)?,
        };
        Ok(())
    }

    fn find(&self, scope: &Scope, which: &Selector) -> Result<Option<Stored>, Failure> {
        find_with_ids(&self.records, &self.ids, scope, which)
    }

    fn find_all(
        &self,
        scope: &Scope,
        which: &[Selector],
    ) -> Result<Result<Vec<Stored>, ChangeError>, Failure> {
        let mut found = Vec::with_capacity(which.len());
        for (at, which) in which.iter().enumerate() {
            match self.find(scope, which)? {
                Some(stored) => found.push(stored),
                None => return Ok(Err(ChangeError::NotFound(at))),
            }
        }
        Ok(Ok(found))
    }

    /// The names of the key pairs that have the attachment.
    fn attached_names(&self, scope: &Scope, to: &Attachment) -> Result<Vec<KeyName>, Failure> {
        let prefix = keys::attachment(scope, to);
        let range = self.attached.range(&*prefix..&*keys::end_of(&prefix))?;
        range
            .map(|row| {
                let (key, _) = row?;
                key.value()
                    .get(prefix.len()..)
                    .and_then(|name| std::str::from_utf8(name).ok())
                    .and_then(|name| KeyName::parse(name).ok())
                    .ok_or(Failure::Record(record::RecordError::Name))
            })
            .collect()
    }

    /// Writes the key pairs whose attachments change, and the index with them.
    fn reattach(
        &mut self,
        scope: &Scope,
        touched: BTreeMap<u64, Stored>,
        change: impl Fn(u64, &mut BTreeSet<Attachment>),
    ) -> Result<Result<(), ChangeError>, Failure> {
        for (mut key_pair, ids) in touched.into_values() {
            let before = key_pair.attachments.clone();
            change(key_pair.sequence, &mut key_pair.attachments);
            if key_pair.attachments == before {
                continue;
            }
            self.written = true;
            for gone in before.difference(&key_pair.attachments) {
                let key = keys::attached(scope, gone, &key_pair.name);
                self.attached.remove(&*key)?;
            }
            for new in key_pair.attachments.difference(&before) {
                let key = keys::attached(scope, new, &key_pair.name);
                self.attached.insert(&*key, [].as_slice())?;
            }
            self.put(scope, &key_pair, &ids)?;
        }
        Ok(Ok(()))
    }

    /// Moves what leads to a key pair from its old name to its new one.
    fn rename(
        &mut self,
        scope: &Scope,
        old: &KeyName,
        key_pair: &KeyPair,
        ids: &[KeyPairId],
    ) -> Result<(), Failure> {
        self.records.remove(&*keys::record(scope, old))?;
        let place = keys::place(&scope.partition, &key_pair.name);
        for id in ids {
            self.ids.insert(&*keys::id(scope, id), &*place)?;
        }
        for to in &key_pair.attachments {
            self.attached.remove(&*keys::attached(scope, to, old))?;
            let key = keys::attached(scope, to, &key_pair.name);
            self.attached.insert(&*key, [].as_slice())?;
        }
        Ok(())
    }

    fn put(&mut self, scope: &Scope, key_pair: &KeyPair, ids: &[KeyPairId]) -> Result<(), Failure> {
        let key = keys::record(scope, &key_pair.name);
        let record = record::encode(key_pair, ids);
        self.records.insert(&*key, &*record)?;
        Ok(())
    }

    fn count(&mut self, tenant: &[u8], counters: [u64; 2]) -> Result<(), Failure> {
        self.tenants
            .insert(tenant, &*counters_to_bytes(&counters))?;
        Ok(())
    }

    fn count_partition(&mut self, partition: &[u8], key_pairs: u64) -> Result<(), Failure> {
        self.partitions
            .insert(partition, &*counters_to_bytes(&[key_pairs]))?;
        Ok(())
    }

    fn count_public_key(&mut self, public_key: &[u8], holders: u64) -> Result<(), Failure> {
        if holders == 0 {
            self.public_keys.remove(public_key)?;
        } else {
            self.public_keys
                .insert(public_key, &*counters_to_bytes(&[holders]))?;
        }
        Ok(())
    }
}

fn by_sequence(found: Vec<Stored>) -> BTreeMap<u64, Stored> {
    found
        .into_iter()
        .map(|stored| (stored.0.sequence, stored))
        .collect()
}
