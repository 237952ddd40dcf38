//! Marks: remembered until a time, forgotten in passing once it is over.

use redb::ReadableTable as _;

use crate::keys::{self, Key};
use crate::tables::{Failure, Tables, get};

/// How many expired marks one new mark clears away at most: more than come in, so that they
/// dwindle, and few enough that nobody waits.
const FORGOTTEN_AT_ONCE: usize = 16;

impl Tables<'_> {
    /// Remembers a mark (of two times the later holds), and forgets some that have expired at
    /// `now`.
    pub(crate) fn remember(
        &mut self,
        mark: &str,
        until: &[u8; 12],
        now: &[u8; 12],
    ) -> Result<(), Failure> {
        self.forget_expired(now)?;
        let mark = mark.as_bytes();
        if let Some(known) = get(&self.marks, mark)? {
            if known.as_slice() >= until.as_slice() {
                return Ok(());
            }
            if let Ok(known) = <[u8; 12]>::try_from(known) {
                self.mark_times.remove(&*keys::mark_time(&known, mark))?;
            }
        }
        self.written = true;
        self.marks.insert(mark, until.as_slice())?;
        self.mark_times
            .insert(&*keys::mark_time(until, mark), [].as_slice())?;
        Ok(())
    }

    fn forget_expired(&mut self, now: &[u8; 12]) -> Result<(), Failure> {
        let expired: Vec<Key> = self
            .mark_times
            .range(..now.as_slice())?
            .take(FORGOTTEN_AT_ONCE)
            .map(|row| Ok(row?.0.value().to_vec()))
            .collect::<Result<_, Failure>>()?;
        for key in expired {
            self.written = true;
            self.mark_times.remove(&*key)?;
            if let Some(mark) = key.get(now.len()..) {
                self.marks.remove(mark)?;
            }
        }
        Ok(())
    }
}
