//! The bytes that records are made of: numbers, texts, maps, times.
//!
//! A record never leaves the process, so what does not fit together is a mistake of ours and has no
//! reason of its own: it reads as `None`.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::{join_time, split_time};

/// Writes a record.
#[derive(Debug, Default)]
pub(crate) struct Output(pub(crate) Vec<u8>);

impl Output {
    pub(crate) fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Seven bits a byte, the lowest first; the eighth bit says that more follow.
    pub(crate) fn number(&mut self, mut number: u64) {
        loop {
            let low = number.to_le_bytes()[0] & 0x7f;
            number >>= 7;
            if number == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.fixed(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn map(&mut self, map: &BTreeMap<String, String>) {
        self.number(map.len() as u64);
        for (key, value) in map {
            self.text(key);
            self.text(value);
        }
    }

    /// A time of any distance, in twelve bytes.
    pub(crate) fn wide_time(&mut self, time: SystemTime) {
        let (seconds, nanos) = split_time(time);
        self.fixed(&seconds.to_le_bytes());
        self.fixed(&nanos.to_le_bytes());
    }
}

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
