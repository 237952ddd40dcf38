//! What can be wrong with a field of the body of a create, and how this cloud says so.

use std::borrow::Cow;

/// Why a field of the body is refused. Never holds a part of the field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldProblem {
    /// `name` is no string.
    NameType,
    /// `name` is empty or too long.
    NameLength,
    /// `name` holds a character that it may not.
    NameCharacters,
    /// `description` is no string.
    DescriptionType,
    /// `description` is too long.
    DescriptionLength,
    /// `tags` is no object of strings.
    TagsType,
    /// `tags` has too many entries, or one of them is too long.
    TagsSize,
    /// `publicKey` is no string.
    PublicKeyType,
    /// `publicKey` is too short or too long.
    PublicKeyLength {
        /// How many characters it has.
        length: usize,
        /// The fewest it may have.
        min: usize,
        /// The most it may have.
        max: usize,
    },
    /// `publicKey` is no OpenSSH public key.
    PublicKeyMalformed,
    /// `publicKey` is an RSA key that is too weak.
    PublicKeyWeak,
}

/// The cloud's own minimum, to which the hint about usual kinds of keys belongs.
const VENDOR_MIN_LENGTH: usize = 512;

impl FieldProblem {
    /// The literal description. Source: section 7 of the wire specification, code 24.
    pub(super) fn description(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NameType => "Field \"name\" must be a string.",
            Self::NameLength => "Field \"name\" must have 1 to 40 characters.",
            Self::NameCharacters => "Field \"name\" may only contain letters, digits and \"-\".",
            Self::DescriptionType => "Field \"description\" must be a string.",
            Self::DescriptionLength => "Field \"description\" must have at most 1024 characters.",
            Self::TagsType => "Field \"tags\" must be an object whose values are strings.",
            Self::TagsSize => "Field \"tags\" is too large.",
            Self::PublicKeyType => "Field \"publicKey\" must be a string.",
            Self::PublicKeyLength { length, min, max } => {
                return Cow::Owned(length_description(length, min, max));
            }
            Self::PublicKeyMalformed => "Field \"publicKey\" is not a valid OpenSSH public key.",
            Self::PublicKeyWeak => "Field \"publicKey\" must be an RSA key of at least 2048 bits.",
        })
    }
}

fn length_description(length: usize, min: usize, max: usize) -> String {
    let hint = if min == VENDOR_MIN_LENGTH && length < min {
        " RSA keys of 3072 and 4096 bits fit; ed25519, ECDSA and RSA 2048 do not."
    } else {
        ""
    };
    format!("Field \"publicKey\" must have {min} to {max} characters, it has {length}.{hint}")
}
