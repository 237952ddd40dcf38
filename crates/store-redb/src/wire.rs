//! Reading the bytes that records are made of: numbers, texts, maps, times.

use std::collections::BTreeMap;
use std::time::SystemTime;

use keypair_core::ports::join_time;

use crate::record::RecordError;

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
    use keypair_core::ports::RecordBytes;

    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX] {
            let mut output = RecordBytes::default();
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
