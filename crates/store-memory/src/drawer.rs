//! A tenant's notes, in drawers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use keypair_core::{Note, Receipt};

/// Drawers by their names.
#[derive(Debug, Default)]
pub(crate) struct Drawers(BTreeMap<&'static str, Drawer>);

impl Drawers {
    /// Puts a note in its drawer, unless one of its name is there; whether it was put.
    pub(crate) fn add(&mut self, receipt: &Receipt) -> bool {
        let note = &receipt.note;
        let drawer = self.get(receipt.drawer);
        let free = drawer.is_none_or(|drawer| drawer.get(&note.name, note.written_at).is_none());
        if free {
            self.put(receipt);
        }
        free
    }

    /// Puts a note in its drawer, over one of its name.
    pub(crate) fn put(&mut self, receipt: &Receipt) {
        self.0.entry(receipt.drawer).or_default().put(receipt);
    }

    /// A drawer, if anything was ever put into it.
    pub(crate) fn get(&self, name: &str) -> Option<&Drawer> {
        self.0.get(name)
    }

    /// Takes a note out of its drawer; whether there was one.
    pub(crate) fn remove(&mut self, drawer: &str, name: &str) -> bool {
        let drawer = self.0.get_mut(drawer);
        drawer.is_some_and(|drawer| drawer.remove(name))
    }
}

/// Notes by their names.
#[derive(Debug, Default)]
pub(crate) struct Drawer {
    by_name: BTreeMap<Arc<str>, Note>,
    by_end: BTreeSet<(SystemTime, Arc<str>)>,
}

impl Drawer {
    /// Puts a note there, over one of its name, and makes room.
    fn put(&mut self, receipt: &Receipt) {
        let note = &receipt.note;
        self.remove(&note.name);
        let name: Arc<str> = note.name.as_str().into();
        self.by_end.insert((note.until, Arc::clone(&name)));
        self.by_name.insert(name, note.clone());
        let capacity = usize::try_from(receipt.capacity).unwrap_or(usize::MAX);
        while self.first_has_ended(note.written_at) || self.by_end.len() > capacity {
            let Some((_, name)) = self.by_end.pop_first() else {
                break;
            };
            self.by_name.remove(&name);
        }
    }

    fn first_has_ended(&self, now: SystemTime) -> bool {
        let first = self.by_end.first();
        first.is_some_and(|(until, _)| *until <= now)
    }

    /// The note of a name.
    pub(crate) fn get(&self, name: &str, now: SystemTime) -> Option<&Note> {
        self.by_name.get(name).filter(|note| now < note.until)
    }

    /// All notes, sorted by the bytes of their names.
    pub(crate) fn all(&self, now: SystemTime) -> impl Iterator<Item = &Note> {
        self.by_name.values().filter(move |note| now < note.until)
    }

    /// Takes a note away; whether there was one.
    fn remove(&mut self, name: &str) -> bool {
        let Some((name, note)) = self.by_name.remove_entry(name) else {
            return false;
        };
        self.by_end.remove(&(note.until, name))
    }
}
