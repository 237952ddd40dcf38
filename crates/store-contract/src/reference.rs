//! The contract as the plainest program that keeps it: one list, searched from end to end.

use std::collections::BTreeSet;
use std::time::SystemTime;

use keypair_core::ports::{Conflicts, NewRecord};
use keypair_core::{
    Attachment, Change, KeyName, KeyPair, KeyPairId, Limit, Listing, Partition, Scope, Selector,
    Window,
};

use crate::desk::Refusal;

/// One stored key pair.
#[derive(Debug)]
struct Row {
    scope: Scope,
    key_pair: KeyPair,
    ids: Vec<KeyPairId>,
}

/// A store of rows.
#[derive(Debug, Default)]
pub(crate) struct Reference {
    rows: Vec<Row>,
    partitions: Vec<Scope>,
}

impl Reference {
    /// What is in the way of an insert.
    pub(crate) fn conflicts(&self, scope: &Scope, new: &NewRecord, limit: Limit) -> Conflicts {
        let public = new.key_pair.public.digest();
        Conflicts {
            name_taken: self.by_name(scope, &new.key_pair.name).is_some(),
            id_taken: self
                .tenant(scope)
                .any(|row| row.ids.iter().any(|id| new.ids.contains(id))),
            public_key_taken: new.unique_public_key
                && self
                    .tenant(scope)
                    .any(|row| row.key_pair.public.digest() == public),
            quota_reached: limit.admit_one_more(self.usage(scope)).err(),
        }
    }

    /// Takes a key pair under the number that the store gave it.
    pub(crate) fn insert(&mut self, scope: &Scope, new: &NewRecord, sequence: u64) {
        self.add_partition(scope);
        self.rows.push(Row {
            scope: scope.clone(),
            key_pair: KeyPair {
                partition: scope.partition.clone(),
                sequence,
                ..new.key_pair.clone()
            },
            ids: new.ids.clone(),
        });
    }

    pub(crate) fn usage(&self, scope: &Scope) -> u64 {
        self.tenant(scope).count() as u64
    }

    pub(crate) fn find(&self, scope: &Scope, which: &Selector) -> Option<&KeyPair> {
        self.locate(scope, which).map(|at| &self.rows[at].key_pair)
    }

    pub(crate) fn list(&self, scope: &Scope, window: &Window) -> Option<Listing> {
        let rows = self.rows.iter().filter(|row| row.scope == *scope);
        let mut all: Vec<KeyPair> = rows.map(|row| row.key_pair.clone()).collect();
        all.sort_by(|a, b| a.name.as_str().as_bytes().cmp(b.name.as_str().as_bytes()));
        let total = all.len() as u64;
        let (skip, take) = match window {
            Window::All => (0, usize::MAX),
            Window::After { marker, limit } => {
                let skip = match marker {
                    None => 0,
                    Some(marker) => all.iter().position(|pair| pair.name == *marker)? + 1,
                };
                (skip, *limit as usize)
            }
            Window::Offset { offset, limit } => (
                usize::try_from(*offset).unwrap_or(usize::MAX),
                *limit as usize,
            ),
        };
        Some(Listing {
            key_pairs: all.into_iter().skip(skip).take(take).collect(),
            total,
        })
    }

    pub(crate) fn remove(&mut self, scope: &Scope, which: &[Selector]) -> Result<(), Refusal> {
        let doomed = self.locate_all(scope, which)?;
        let in_use = |at: &usize| !self.rows[*at].key_pair.attachments.is_empty();
        if let Some(position) = doomed.iter().position(in_use) {
            return Err(Refusal::InUse(position));
        }
        let doomed: BTreeSet<usize> = doomed.into_iter().collect();
        for at in doomed.into_iter().rev() {
            self.rows.remove(at);
        }
        Ok(())
    }

    pub(crate) fn update(
        &mut self,
        scope: &Scope,
        which: &Selector,
        change: &Change,
        at: SystemTime,
    ) -> Result<KeyPair, Refusal> {
        let row = self.locate(scope, which).ok_or(Refusal::NotFound(0))?;
        let taken = change
            .name
            .as_ref()
            .and_then(|name| self.by_name(scope, name));
        if taken.is_some_and(|other| other != row) {
            return Err(Refusal::NameTaken);
        }
        let key_pair = &mut self.rows[row].key_pair;
        change.apply_to(key_pair, at);
        Ok(key_pair.clone())
    }

    pub(crate) fn attach(
        &mut self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<(), Refusal> {
        let chosen = self.locate_all(scope, which)?;
        for (at, row) in self.rows.iter_mut().enumerate() {
            if row.scope == *scope {
                for attachment in attachments {
                    if chosen.contains(&at) {
                        row.key_pair.attachments.insert(attachment.clone());
                    } else {
                        row.key_pair.attachments.remove(attachment);
                    }
                }
            }
        }
        Ok(())
    }

    pub(crate) fn detach(
        &mut self,
        scope: &Scope,
        attachments: &[Attachment],
        which: &[Selector],
    ) -> Result<(), Refusal> {
        for at in self.locate_all(scope, which)? {
            let held = &mut self.rows[at].key_pair.attachments;
            held.retain(|held| !attachments.contains(held));
        }
        Ok(())
    }

    pub(crate) fn add_partition(&mut self, scope: &Scope) -> bool {
        let missing = !self.partitions.contains(scope);
        if missing {
            self.partitions.push(scope.clone());
        }
        missing
    }

    pub(crate) fn partitions(&self, scope: &Scope) -> BTreeSet<&Partition> {
        let of_tenant = |other: &&Scope| same_tenant(other, scope);
        let partitions = self.partitions.iter().filter(of_tenant);
        partitions.map(|scope| &scope.partition).collect()
    }

    fn tenant(&self, scope: &Scope) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(move |row| same_tenant(&row.scope, scope))
    }

    fn by_name(&self, scope: &Scope, name: &KeyName) -> Option<usize> {
        self.rows
            .iter()
            .position(|row| row.scope == *scope && row.key_pair.name == *name)
    }

    fn locate(&self, scope: &Scope, which: &Selector) -> Option<usize> {
        match which {
            Selector::Name(name) => self.by_name(scope, name),
            Selector::Id(id) => self
                .rows
                .iter()
                .position(|row| row.scope == *scope && row.ids.contains(id)),
        }
    }

    fn locate_all(&self, scope: &Scope, which: &[Selector]) -> Result<Vec<usize>, Refusal> {
        which
            .iter()
            .enumerate()
            .map(|(at, which)| self.locate(scope, which).ok_or(Refusal::NotFound(at)))
            .collect()
    }
}

fn same_tenant(a: &Scope, b: &Scope) -> bool {
    (&a.realm, &a.tenant) == (&b.realm, &b.tenant)
}
