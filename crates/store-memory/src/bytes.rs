//! Reading the bytes that records are made of: numbers, texts, maps, times.
//!
//! A record never leaves the process, so what does not fit together is a mistake of ours and has no
//! reason of its own: it reads as `None`.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::join_time;

/// A time between 1970 and 2554 as one number.
pub(crate) fn near_time(time: SystemTime) -> Option<u64> {
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_nanos()).ok()
}

/// Reads a record.
#[derive(Debug)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk()?;
        self.0 = tail;
        Some(*head)
    }

    /// Most numbers are lengths of one byte: the loop is left to the others, so that this is
    /// inlined where records are compared.
    #[inline]
    pub(crate) fn number(&mut self) -> Option<u64> {
        match self.0 {
            [small @ 0..0x80, tail @ ..] => {
                self.0 = tail;
                Some((*small).into())
            }
            [..] => self.large_number(),
        }
    }

    fn large_number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.fixed()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(length)?;
        self.0 = tail;
        Some(head)
    }

    #[inline]
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(crate) fn map(&mut self) -> Option<BTreeMap<String, String>> {
        let pairs = self.number()?;
        (0..pairs)
            .map(|_| Some((self.text()?.to_owned(), self.text()?.to_owned())))
            .collect()
    }

    pub(crate) fn wide_time(&mut self) -> Option<SystemTime> {
        let seconds = i64::from_le_bytes(self.fixed()?);
        join_time(seconds, u32::from_le_bytes(self.fixed()?))
    }

    pub(crate) fn near_time(&mut self) -> Option<SystemTime> {
        let nanos = u64::from_le_bytes(self.fixed()?);
        UNIX_EPOCH.checked_add(Duration::from_nanos(nanos))
    }
}
