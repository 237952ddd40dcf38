//! Notes: in drawers of a tenant's, until they end.

use std::time::SystemTime;

use keypair_core::ports::join_time;
use keypair_core::{Note, Realm, Receipt, TenantId};
use redb::ReadableTable as _;

use crate::keys::{self, Key};
use crate::reads::Snapshot;
use crate::record::RecordError;
use crate::tables::{Bytes, Failure, NOTES, Tables, counters, counters_to_bytes, get};

/// How many notes that have ended one new note clears away at most: more than come in, so that
/// they dwindle, and few enough that nobody waits.
const CLEARED_AT_ONCE: usize = 16;

/// A receipt with all that does not need the transaction worked out.
pub(crate) struct PackedReceipt {
    drawer: Key,
    capacity: u64,
    name: String,
    until: [u8; 12],
    written_at: [u8; 12],
    value: Vec<u8>,
}

impl PackedReceipt {
    pub(crate) fn new(realm: &Realm, tenant: &TenantId, receipt: &Receipt) -> Self {
        let note = &receipt.note;
        let (until, written_at) = (keys::time(note.until), keys::time(note.written_at));
        Self {
            drawer: keys::drawer(realm, tenant, receipt.drawer),
            capacity: receipt.capacity.into(),
            name: note.name.clone(),
            until,
            written_at,
            value: [&until, &written_at, note.body.as_slice()].concat(),
        }
    }

    fn key(&self) -> Key {
        keys::note(&self.drawer, &self.name)
    }
}

impl Tables<'_> {
    /// Puts a note in its drawer, unless one of its name is there that has not ended.
    pub(crate) fn add_note(&mut self, receipt: &PackedReceipt) -> Result<bool, Failure> {
        let known = get(&self.notes, &receipt.key())?;
        if known.is_some_and(|value| receipt.written_at.as_slice() < until_of(&value)) {
            return Ok(false);
        }
        self.put_note(receipt)?;
        Ok(true)
    }

    /// Puts a note in its drawer, over one of its name, and makes room.
    pub(crate) fn put_note(&mut self, receipt: &PackedReceipt) -> Result<(), Failure> {
        self.take_note(&receipt.drawer, &receipt.name)?;
        self.written = true;
        self.notes.insert(&*receipt.key(), &*receipt.value)?;
        let end = keys::note_end(&receipt.drawer, &receipt.until, receipt.name.as_bytes());
        self.note_ends.insert(&*end, [].as_slice())?;
        let [count] = counters(&self.drawers, &receipt.drawer)?;
        let surplus = (count + 1).saturating_sub(receipt.capacity);
        self.count_notes(&receipt.drawer, count + 1)?;
        for name in self.first_to_go(receipt, surplus)? {
            self.take_note(&receipt.drawer, &name)?;
        }
        Ok(())
    }

    /// The names of some that have ended, and of so many more as are too many.
    fn first_to_go(&self, receipt: &PackedReceipt, surplus: u64) -> Result<Vec<String>, Failure> {
        let surplus = usize::try_from(surplus).unwrap_or(usize::MAX);
        let prefix = receipt.drawer.len();
        let range = self
            .note_ends
            .range(&*receipt.drawer..&*keys::end_of(&receipt.drawer))?;
        let mut names = Vec::new();
        for (position, row) in range.take(CLEARED_AT_ONCE.max(surplus)).enumerate() {
            let (key, _) = row?;
            let end = key.value().get(prefix..).unwrap_or_default();
            let (until, name) = end.split_at_checked(12).unwrap_or_default();
            if position >= surplus && until > receipt.written_at.as_slice() {
                break;
            }
            names.push(text(name)?);
        }
        Ok(names)
    }

    /// Takes a note out of its drawer; whether there was one.
    pub(crate) fn take_note(&mut self, drawer: &[u8], name: &str) -> Result<bool, Failure> {
        let Some(value) = take(&mut self.notes, &keys::note(drawer, name))? else {
            return Ok(false);
        };
        self.written = true;
        if let Some(until) = value.first_chunk::<12>() {
            let end = keys::note_end(drawer, until, name.as_bytes());
            self.note_ends.remove(&*end)?;
        }
        let [count] = counters(&self.drawers, drawer)?;
        self.count_notes(drawer, count.saturating_sub(1))?;
        Ok(true)
    }

    fn count_notes(&mut self, drawer: &[u8], count: u64) -> Result<(), Failure> {
        if count == 0 {
            self.drawers.remove(drawer)?;
        } else {
            self.drawers.insert(drawer, &*counters_to_bytes(&[count]))?;
        }
        Ok(())
    }
}

impl Snapshot {
    /// The note of a name.
    pub(crate) fn note(
        &self,
        drawer: &[u8],
        name: &str,
        now: SystemTime,
    ) -> Result<Option<Note>, Failure> {
        let notes = self.0.open_table(NOTES)?;
        let value = get(&notes, &keys::note(drawer, name))?;
        let note = value
            .map(|value| decode(name.as_bytes(), &value))
            .transpose()?;
        Ok(note.filter(|note| now < note.until))
    }

    /// The notes of a drawer.
    pub(crate) fn notes(&self, drawer: &[u8], now: SystemTime) -> Result<Vec<Note>, Failure> {
        let notes = self.0.open_table(NOTES)?;
        let mut found = Vec::new();
        for row in notes.range(drawer..&*keys::end_of(drawer))? {
            let (key, value) = row?;
            let name = key.value().get(drawer.len()..).unwrap_or_default();
            let note = decode(name, value.value())?;
            if now < note.until {
                found.push(note);
            }
        }
        Ok(found)
    }
}

fn take(table: &mut Bytes<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    Ok(table.remove(key)?.map(|value| value.value().to_vec()))
}

fn until_of(value: &[u8]) -> &[u8] {
    value.get(..12).unwrap_or_default()
}

fn decode(name: &[u8], value: &[u8]) -> Result<Note, Failure> {
    let short = Failure::Record(RecordError::Short);
    let Some((times, body)) = value.split_at_checked(24) else {
        return Err(short);
    };
    let (until, written_at) = times.split_at(12);
    Ok(Note {
        name: text(name)?,
        body: body.to_vec(),
        written_at: time(written_at)?,
        until: time(until)?,
    })
}

fn time(bytes: &[u8]) -> Result<SystemTime, Failure> {
    let whole = bytes.first_chunk::<8>().copied().unwrap_or_default();
    let part = bytes.last_chunk::<4>().copied().unwrap_or_default();
    // The key flips the sign bit, so that negative numbers sort before the others.
    let seconds = i64::from_be_bytes(whole) ^ i64::MIN;
    let time = join_time(seconds, u32::from_be_bytes(part));
    time.ok_or(Failure::Record(RecordError::Time))
}

fn text(bytes: &[u8]) -> Result<String, Failure> {
    let text = std::str::from_utf8(bytes).map(str::to_owned);
    text.map_err(|_| Failure::Record(RecordError::Text))
}
