//! The bytes that records are made of: numbers, texts, maps, times.

use std::collections::BTreeMap;
use std::time::SystemTime;

use keypair_core::ports::{join_time, split_time};

use crate::record::RecordError;

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

    pub(crate) fn time(&mut self, time: SystemTime) {
        let (seconds, nanos) = split_time(time);
        self.fixed(&seconds.to_le_bytes());
        self.fixed(&nanos.to_le_bytes());
    }
}

/// Reads a record.
#[derive(Debug)]
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(RecordError::Short)?;
        self.0 = tail;
        Ok(*head)
    }

    pub(crate) fn number(&mut self) -> Result<u64, RecordError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.fixed()?;
            let low = u64::from(byte & 0x7f);
            if low.leading_zeros() < shift {
                return Err(RecordError::Number);
            }
            number |= low << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(RecordError::Number)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], RecordError> {
        let length = usize::try_from(self.number()?).map_err(|_| RecordError::Short)?;
        let (head, tail) = self.0.split_at_checked(length).ok_or(RecordError::Short)?;
        self.0 = tail;
        Ok(head)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, RecordError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| RecordError::Text)
    }

    pub(crate) fn map(&mut self) -> Result<BTreeMap<String, String>, RecordError> {
        let pairs = self.number()?;
        (0..pairs)
            .map(|_| Ok((self.text()?.to_owned(), self.text()?.to_owned())))
            .collect()
    }

    pub(crate) fn time(&mut self) -> Result<SystemTime, RecordError> {
        let seconds = i64::from_le_bytes(self.fixed()?);
        let nanos = u32::from_le_bytes(self.fixed()?);
        join_time(seconds, nanos).ok_or(RecordError::Time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX] {
            let mut output = Output::default();
            output.number(number);
            let mut input = Input(&output.0);
            assert_eq!(input.number().ok(), Some(number));
            assert_eq!(input.0, b"");
        }
    }

    #[test]
    fn a_number_beyond_64_bits_is_refused() {
        let mut bytes = [0xff; 11];
        assert!(Input(&bytes).number().is_err());
        bytes[9] = 0x02;
        assert!(Input(&bytes).number().is_err());
        bytes[9] = 0x01;
        assert_eq!(Input(&bytes).number().ok(), Some(u64::MAX));
    }
}
