//! The line around a key: where the type word, the base64 and the comment lie in it.

use memchr::memchr3;

use super::PublicKey;
use crate::error::PublicKeyProblem;
use crate::material::Algorithm;

/// What the type word of an OpenSSH certificate ends with.
pub(super) const CERTIFICATE_SUFFIX: &str = "-cert-v01@openssh.com";

/// What a type word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyType {
    /// The word itself: the blob repeats it.
    pub(crate) word: &'static str,
    /// The algorithm of the key.
    pub(crate) algorithm: Algorithm,
    /// Whether the key comes in an OpenSSH certificate.
    pub(crate) certificate: bool,
}

/// Every accepted type.
///
/// Source: OpenSSH `PROTOCOL`, `PROTOCOL.u2f` and `PROTOCOL.certkeys`; RFC 4253 6.6, RFC 5656 3.1,
/// RFC 8709 4.
const KEY_TYPES: [KeyType; 14] = [
    plain("ssh-ed25519", Algorithm::Ed25519),
    plain("ssh-rsa", Algorithm::Rsa),
    plain("ecdsa-sha2-nistp256", Algorithm::EcdsaP256),
    plain("ecdsa-sha2-nistp384", Algorithm::EcdsaP384),
    plain("ecdsa-sha2-nistp521", Algorithm::EcdsaP521),
    plain("ssh-dss", Algorithm::Dsa),
    plain("sk-ssh-ed25519@openssh.com", Algorithm::SkEd25519),
    plain("sk-ecdsa-sha2-nistp256@openssh.com", Algorithm::SkEcdsaP256),
    certified("ssh-ed25519-cert-v01@openssh.com", Algorithm::Ed25519),
    certified("ssh-rsa-cert-v01@openssh.com", Algorithm::Rsa),
    certified(
        "ecdsa-sha2-nistp256-cert-v01@openssh.com",
        Algorithm::EcdsaP256,
    ),
    certified(
        "ecdsa-sha2-nistp384-cert-v01@openssh.com",
        Algorithm::EcdsaP384,
    ),
    certified(
        "ecdsa-sha2-nistp521-cert-v01@openssh.com",
        Algorithm::EcdsaP521,
    ),
    certified("ssh-dss-cert-v01@openssh.com", Algorithm::Dsa),
];

const fn plain(word: &'static str, algorithm: Algorithm) -> KeyType {
    KeyType {
        word,
        algorithm,
        certificate: false,
    }
}

const fn certified(word: &'static str, algorithm: Algorithm) -> KeyType {
    KeyType {
        word,
        algorithm,
        certificate: true,
    }
}

/// The type that a word names.
pub(crate) fn key_type(word: &str) -> Option<KeyType> {
    KEY_TYPES.into_iter().find(|known| known.word == word)
}

/// Where the parts of a line lie, and the algorithm that it names. Small, because there is one for
/// every stored key: the type word and its one or two spaces fit 8 bits, and a text 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    algorithm: Algorithm,
    type_end: u8,
    base64_start: u8,
    base64_end: u32,
}

impl Layout {
    pub(super) fn algorithm(self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn type_word(self, text: &str) -> &str {
        text.get(..usize::from(self.type_end)).unwrap_or_default()
    }

    pub(super) fn base64(self, text: &str) -> &str {
        text.get(usize::from(self.base64_start)..self.end())
            .unwrap_or_default()
    }

    pub(super) fn key(self, text: &str) -> &str {
        text.get(..self.end()).unwrap_or_default()
    }

    pub(super) fn comment(self, text: &str) -> &str {
        let Some(rest) = text
            .get(self.end()..)
            .and_then(|rest| rest.strip_prefix(' '))
        else {
            return "";
        };
        let first_line = rest.split('\n').next().unwrap_or_default();
        first_line.strip_suffix('\r').unwrap_or(first_line)
    }

    /// The layout as a number that is never 0: the type's place in the list from 1 up, whether
    /// there is a second space, where the base64 ends.
    pub(super) fn to_bits(self, text: &str) -> u32 {
        let word = self.type_word(text);
        let number = (1..).zip(&KEY_TYPES).find(|(_, known)| known.word == word);
        let second_space = u32::from(self.base64_start - self.type_end > 1);
        (self.base64_end << 5) | (second_space << 4) | number.map_or(0, |(number, _)| number)
    }

    /// The inverse of [`Layout::to_bits`].
    pub(super) fn from_bits(bits: u32) -> Option<Self> {
        let number = usize::try_from(bits & 0xf).ok()?.checked_sub(1)?;
        let key_type = KEY_TYPES.get(number)?;
        let type_end = u8::try_from(key_type.word.len()).ok()?;
        let spaces = if bits & 0x10 == 0 { 1 } else { 2 };
        Some(Self {
            algorithm: key_type.algorithm,
            type_end,
            base64_start: type_end.checked_add(spaces)?,
            base64_end: bits >> 5,
        })
    }

    fn end(self) -> usize {
        // Loses nothing: it was made from an index into a text of at most 64 KiB.
        self.base64_end as usize
    }
}

/// Finds the parts of a line and the type that it names; looks at nothing inside the base64.
pub(super) fn split(text: &str) -> Result<(Layout, KeyType), PublicKeyProblem> {
    const MAX_BYTES: usize = PublicKey::MAX_TEXT_BYTES;
    if text.len() > MAX_BYTES {
        return Err(PublicKeyProblem::TooLong {
            max_bytes: MAX_BYTES,
        });
    }
    let (word, rest) = text.split_once(' ').ok_or(PublicKeyProblem::NotALine)?;
    if word.is_empty() || word.contains(char::is_whitespace) {
        return Err(PublicKeyProblem::NotALine);
    }
    let key_type = key_type(word).ok_or(PublicKeyProblem::UnknownType)?;

    // A second space is let through: clients exist that send one, and clouds take it.
    let base64 = rest.strip_prefix(' ').unwrap_or(rest);
    let length = memchr3(b' ', b'\n', b'\r', base64.as_bytes()).unwrap_or(base64.len());
    let behind = base64.get(length..).unwrap_or_default();
    if length == 0 || (behind.starts_with('\r') && !behind.starts_with("\r\n")) {
        return Err(PublicKeyProblem::NotALine);
    }

    let start = text.len() - base64.len();
    let layout = Layout {
        algorithm: key_type.algorithm,
        type_end: u8::try_from(word.len()).map_err(|_| PublicKeyProblem::NotALine)?,
        base64_start: u8::try_from(start).map_err(|_| PublicKeyProblem::NotALine)?,
        base64_end: u32::try_from(start + length).map_err(|_| PublicKeyProblem::NotALine)?,
    };
    Ok((layout, key_type))
}
