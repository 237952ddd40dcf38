//! The data types of the SSH protocol (RFC 4251 section 5): read off a slice without copying, and
//! written.

use crate::error::PublicKeyProblem;

/// The most bits that a number of a key may have. OpenSSH takes no larger ones.
pub(crate) const MAX_BITS: u32 = 16_384;

/// What is left to read.
#[derive(Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], PublicKeyProblem> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(PublicKeyProblem::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], PublicKeyProblem> {
        self.take(N)?
            .try_into()
            .map_err(|_| PublicKeyProblem::Malformed)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, PublicKeyProblem> {
        self.array().map(|&[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, PublicKeyProblem> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, PublicKeyProblem> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }

    /// Bytes behind their length.
    pub(crate) fn string(&mut self) -> Result<&'a [u8], PublicKeyProblem> {
        let length = self.u32()?;
        self.take(usize::try_from(length).map_err(|_| PublicKeyProblem::Malformed)?)
    }

    /// Bytes behind their length, of which there must be exactly `N`.
    pub(crate) fn string_of<const N: usize>(&mut self) -> Result<&'a [u8; N], PublicKeyProblem> {
        self.string()?
            .try_into()
            .map_err(|_| PublicKeyProblem::Malformed)
    }

    /// A positive number of at most [`MAX_BITS`] in its only spelling; gives its big-endian bytes,
    /// the first of which is not zero.
    pub(crate) fn positive(&mut self) -> Result<&'a [u8], PublicKeyProblem> {
        let magnitude = match self.string()? {
            [] => return Err(PublicKeyProblem::Implausible),
            // The zero byte is there for the sign alone; elsewhere it is a second spelling.
            [0, magnitude @ ..] if magnitude.first().is_some_and(|first| *first >= 0x80) => {
                magnitude
            }
            [0 | 0x80..=0xff, ..] => return Err(PublicKeyProblem::Malformed),
            magnitude => magnitude,
        };
        if bit_length(magnitude) > MAX_BITS {
            return Err(PublicKeyProblem::Implausible);
        }
        Ok(magnitude)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses bytes that are left over.
    pub(crate) fn finish(self) -> Result<(), PublicKeyProblem> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(PublicKeyProblem::Malformed)
        }
    }
}

/// How many bits a big-endian number without leading zero bytes has.
pub(crate) fn bit_length(magnitude: &[u8]) -> u32 {
    let bits = magnitude.len().saturating_mul(8);
    let unused = magnitude.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(bits)
        .unwrap_or(u32::MAX)
        .saturating_sub(unused)
}

/// One value to write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field<'a> {
    /// A string of text.
    Text(&'a str),
    /// A string of bytes.
    Bytes(&'a [u8]),
    /// A positive number, big-endian without leading zeros.
    Number(&'a [u8]),
}

/// Writes public values one after the other.
pub(crate) fn write(fields: &[Field<'_>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(fields.iter().map(|field| 5 + field.bytes().len()).sum());
    for field in fields {
        let content = field.bytes();
        // A number whose first bit is set would read as negative without a zero byte before it.
        let sign: &[u8] = match (field, content) {
            (Field::Number(_), [0x80..=0xff, ..]) => &[0],
            (Field::Number(_) | Field::Text(_) | Field::Bytes(_), _) => &[],
        };
        // Keys are thousands of bytes, not billions.
        let length = u32::try_from(sign.len() + content.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(sign);
        bytes.extend_from_slice(content);
    }
    bytes
}

impl<'a> Field<'a> {
    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) | Self::Number(bytes) => bytes,
        }
    }
}
