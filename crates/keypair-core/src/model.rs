//! The nouns of the domain: who owns a key pair, what it is called, what it holds.

mod note;
mod request;

pub use note::{Note, Receipt};
pub use request::{CertifyKeyPair, CreateKeyPair, CreatedKeyPair, ImportKeyPair};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::error::NameProblem;
use crate::public_key::PublicMaterial;

/// Defines a cheap-to-clone text type: shared text with a name of its own.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// Whose namespace a key pair lives in. By default each dialect has a realm of its own, so that
    /// the emulated clouds do not see each other's key pairs.
    Realm
}
text_type! {
    /// Whoever owns key pairs and pays for them; quota is counted per (realm, tenant).
    TenantId
}
text_type! {
    /// The folder inside a tenant within which names are unique. May be empty.
    Partition
}
text_type! {
    /// An identifier of a key pair in the shape that one dialect gives it; unique per (realm, tenant).
    KeyPairId
}
text_type! {
    /// Something outside the domain that uses a key pair (a machine, say). A key pair with an
    /// attachment cannot be deleted.
    Attachment
}

/// The name of a key pair: 1 to 255 Unicode scalar values, none of them a control character.
///
/// Only what no cloud permits is refused here; each dialect applies its own rules before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(Arc<str>);

impl KeyName {
    /// The most Unicode scalar values that a name may have.
    pub const MAX_CHARS: usize = 255;

    /// Checks and wraps a name.
    ///
    /// # Errors
    /// [`NameProblem`] says which of the three rules is broken.
    pub fn parse(text: &str) -> Result<Self, NameProblem> {
        if text.is_empty() {
            return Err(NameProblem::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(NameProblem::ControlCharacter);
        }
        // Bytes first: counting characters is only needed for names that could be too long.
        if text.len() > Self::MAX_CHARS && text.chars().count() > Self::MAX_CHARS {
            return Err(NameProblem::TooLong {
                max_chars: Self::MAX_CHARS,
            });
        }
        Ok(Self(text.into()))
    }

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyName({:?})", &self.0)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a call acts: no call on key pairs exists without it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Whose namespace.
    pub realm: Realm,
    /// Whose key pairs.
    pub tenant: TenantId,
    /// Which folder of the tenant.
    pub partition: Partition,
}

/// 128 random bits drawn when a key pair is made. Every dialect derives the identifier that it
/// shows from them by a pure function, so a key pair has all dialects' identifiers from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyPairSeed(pub u128);

/// Derives one dialect's identifier from a seed. Must be pure.
pub type MintId = fn(KeyPairSeed) -> KeyPairId;

/// Names one key pair of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Selector {
    /// By its name within the scope's partition.
    Name(KeyName),
    /// By any dialect's identifier. The key pair must lie in the scope's partition.
    Id(KeyPairId),
}

/// What is kept beside a key pair for its owner; the domain gives none of it a meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Free text; `None` when the caller gave none, which some clouds tell apart from an empty one.
    pub description: Option<String>,
    /// Labels; `None` when the caller gave none, which some clouds tell apart from an empty set.
    pub tags: Option<BTreeMap<String, String>>,
    /// Who made or last changed the key pair, as the dialect calls its callers.
    pub last_changed_by: Option<String>,
    /// Facts that one dialect keeps for itself, by a name of its choice.
    pub properties: BTreeMap<String, String>,
}

/// A stored private key, encrypted and authenticated under the server's key, and under a
/// passphrase besides when `passphrase_protected` says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPrivateKey {
    /// The sealed bytes, in the format of the [`crate::ports::Sealer`] that made them.
    pub bytes: Vec<u8>,
    /// Whether a passphrase is needed to open it.
    pub passphrase_protected: bool,
}

/// One key pair as it is stored and shown. It never holds a private key in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The name, unique in its partition.
    pub name: KeyName,
    /// The partition it lies in.
    pub partition: Partition,
    /// What every dialect's identifier is derived from.
    pub seed: KeyPairSeed,
    /// Number of this key pair among all that its tenant ever made: 1 and up, growing.
    /// 0 before the store has taken it.
    pub sequence: u64,
    /// The public half.
    pub public: PublicMaterial,
    /// Whether the private half was made here (as opposed to an import).
    pub generated: bool,
    /// When it was made.
    pub created_at: SystemTime,
    /// When it was last changed; equals `created_at` at first.
    pub changed_at: SystemTime,
    /// What is kept beside it.
    pub attributes: Attributes,
    /// The kept private half, if the caller asked to keep it.
    pub private_key: Option<SealedPrivateKey>,
    /// What uses it.
    pub attachments: BTreeSet<Attachment>,
}

/// A limit on the number of key pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// No limit.
    Unlimited,
    /// At most this many.
    AtMost(u32),
}

impl Limit {
    /// Whether one more fits beside `used`; if not, the limit.
    ///
    /// # Errors
    /// The limit that is reached.
    pub fn admit_one_more(self, used: u64) -> Result<(), u32> {
        match self {
            Self::AtMost(limit) if used >= u64::from(limit) => Err(limit),
            Self::AtMost(_) | Self::Unlimited => Ok(()),
        }
    }
}

/// Which limit holds for an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRule {
    /// Whose stored limit counts before that of the holder: a cloud may let one user of a project
    /// have a limit of its own there.
    pub exception: Option<TenantId>,
    /// Whose stored limit counts. Usually the scope's tenant; a cloud may count the key pairs of
    /// one (a user) against the limit of another (the user's project).
    pub holder: TenantId,
    /// The limit when none is stored for either.
    pub default: Limit,
}

impl QuotaRule {
    /// Whose stored limits count: the first that is there.
    pub fn holders(&self) -> impl Iterator<Item = &TenantId> {
        self.exception.iter().chain([&self.holder])
    }
}

/// Which obstacle is reported when a name is taken and a quota is reached at once. Clouds differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// The taken name (or public key) first.
    NameFirst,
    /// The reached quota first.
    QuotaFirst,
}

/// What a cheap look found in the way of a create. Only the insert decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Obstacles {
    /// The name is taken.
    pub name_taken: bool,
    /// The quota is reached; the limit.
    pub quota_reached: Option<u32>,
}

/// A secret text chosen by a caller; wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Wraps a passphrase.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The passphrase's UTF-8 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(redacted)")
    }
}

/// What becomes of the private half after it was handed to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Retention {
    /// It is forgotten.
    #[default]
    Discard,
    /// It is kept, sealed.
    Keep {
        /// Needed to open it again, besides the server's key.
        passphrase: Option<Passphrase>,
    },
}

/// Which part of a listing is wanted. Listings are sorted by the name's bytes, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// Everything in the scope's partition.
    All,
    /// What follows a named key pair.
    After {
        /// The key pair after which to start; `None` starts at the beginning.
        marker: Option<KeyName>,
        /// The most to give.
        limit: u32,
    },
    /// A slice by position.
    Offset {
        /// How many to pass over.
        offset: u64,
        /// The most to give.
        limit: u32,
    },
}

/// A part of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The key pairs of the window, sorted by the name's bytes.
    pub key_pairs: Vec<KeyPair>,
    /// How many the partition holds in all.
    pub total: u64,
}

/// A change to a stored key pair. What is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// A new name.
    pub name: Option<KeyName>,
    /// A new description.
    pub description: Option<String>,
    /// Labels to set, by name.
    pub set_tags: BTreeMap<String, String>,
    /// Labels to drop; ones that are absent are passed over.
    pub drop_tags: BTreeSet<String>,
    /// Who changes it.
    pub changed_by: Option<String>,
}

impl Change {
    /// Applies the change to a key pair; `at` becomes its `changed_at`. Labels are dropped before
    /// others are set, and labels that were never given stay `None` until one is set.
    ///
    /// Whether the new name is free is for the store to decide before.
    pub fn apply_to(&self, key_pair: &mut KeyPair, at: SystemTime) {
        if let Some(name) = &self.name {
            key_pair.name = name.clone();
        }
        let attributes = &mut key_pair.attributes;
        if let Some(description) = &self.description {
            attributes.description = Some(description.clone());
        }
        if let Some(tags) = &mut attributes.tags {
            tags.retain(|tag, _| !self.drop_tags.contains(tag));
        }
        if !self.set_tags.is_empty() {
            let tags = attributes.tags.get_or_insert_default();
            tags.extend(self.set_tags.clone());
        }
        if let Some(changed_by) = &self.changed_by {
            attributes.last_changed_by = Some(changed_by.clone());
        }
        key_pair.changed_at = at;
    }
}
