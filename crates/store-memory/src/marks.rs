//! Marks that are remembered until a time, and forgotten once it has passed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

/// The remembered marks.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    until: HashMap<Arc<str>, SystemTime>,
    by_time: BTreeSet<(SystemTime, Arc<str>)>,
}

impl Marks {
    /// Remembers a mark; of two times the later holds.
    pub(crate) fn remember(&mut self, mark: &str, until: SystemTime) {
        let mark: Arc<str> = match self.until.get_key_value(mark) {
            Some((_, known)) if *known >= until => return,
            Some((mark, known)) => {
                let mark = Arc::clone(mark);
                self.by_time.remove(&(*known, Arc::clone(&mark)));
                mark
            }
            None => mark.into(),
        };
        self.until.insert(Arc::clone(&mark), until);
        self.by_time.insert((until, mark));
    }

    /// Whether a mark is remembered at `now`.
    pub(crate) fn is_remembered(&self, mark: &str, now: SystemTime) -> bool {
        self.until.get(mark).is_some_and(|until| now < *until)
    }

    /// Whether there is something to forget.
    pub(crate) fn has_expired(&self, now: SystemTime) -> bool {
        self.by_time.first().is_some_and(|(until, _)| *until <= now)
    }

    /// Forgets what no longer holds at `now`.
    pub(crate) fn forget_expired(&mut self, now: SystemTime) {
        while self.has_expired(now) {
            if let Some((_, mark)) = self.by_time.pop_first() {
                self.until.remove(&mark);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn expired_marks_leave_nothing_behind() {
        let mut marks = Marks::default();
        marks.remember("a", at(10));
        marks.remember("b", at(20));
        marks.remember("b", at(30));
        marks.remember("b", at(5));
        assert!(!marks.has_expired(at(9)));
        marks.forget_expired(at(10));
        assert_eq!((marks.until.len(), marks.by_time.len()), (1, 1));
        assert!(marks.is_remembered("b", at(29)));
        marks.forget_expired(at(30));
        assert_eq!((marks.until.len(), marks.by_time.len()), (0, 0));
    }
}
