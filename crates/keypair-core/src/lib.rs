//! The key-pair domain that every dialect shares.
//!
//! What is here: the [`model`] of a key pair, the [`ports`] through which a dialect asks for key
//! pairs and through which the domain reaches stores, generators, clocks and randomness, the one
//! [`service`] that keeps the rules, and the key material itself ([`material`], [`public_key`],
//! [`encoding`], [`fingerprint`]).
//!
//! What is deliberately absent: HTTP, serialisation, an async runtime, a clock, a source of
//! randomness, the file system, and every cloud's vocabulary.

pub mod encoding;
pub mod error;
pub mod fingerprint;
pub mod material;
pub mod model;
pub mod ports;
pub mod public_key;
pub mod service;

pub use error::{Error, NameProblem, PublicKeyProblem, Source};
pub use material::{Algorithm, KeySpec, PrivateKey};
pub use model::{
    Attachment, Attributes, Change, CreateKeyPair, CreatedKeyPair, ImportKeyPair, KeyName, KeyPair,
    KeyPairId, KeyPairSeed, Limit, Listing, Note, Obstacles, Partition, Passphrase, Precedence,
    QuotaRule, Realm, Receipt, Retention, Scope, SealedPrivateKey, Selector, TenantId, Window,
};
pub use ports::{BoxFuture, KeyPairs, Notes, Quotas};
pub use public_key::{Certificate, PublicKey, PublicMaterial};
