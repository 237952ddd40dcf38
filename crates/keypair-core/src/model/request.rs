//! What is asked for where a key pair is made, and what comes of it.

use super::{Attributes, KeyName, KeyPair, Precedence, QuotaRule, Receipt, Retention};
use crate::material::{CertificateSpec, KeySpec, PrivateKey};
use crate::public_key::PublicMaterial;

/// A request to generate a key pair.
#[derive(Debug, Clone)]
pub struct CreateKeyPair {
    /// Its name.
    pub name: KeyName,
    /// What to generate.
    pub spec: KeySpec,
    /// The comment of the public line; may be empty.
    pub comment: String,
    /// Which limit holds.
    pub quota: QuotaRule,
    /// What is reported first.
    pub precedence: Precedence,
    /// What becomes of the private half.
    pub retention: Retention,
    /// What is kept beside it.
    pub attributes: Attributes,
    /// A note that is left in the same step.
    pub receipt: Option<Receipt>,
}

/// A request to generate a key pair whose public half is a certificate that it signs itself. The
/// private half is handed out and forgotten.
#[derive(Debug, Clone)]
pub struct CertifyKeyPair {
    /// Its name.
    pub name: KeyName,
    /// What to generate; only RSA keys have certificates.
    pub spec: KeySpec,
    /// What the certificate says.
    pub certificate: CertificateSpec,
    /// Which limit holds.
    pub quota: QuotaRule,
    /// What is reported first.
    pub precedence: Precedence,
    /// What is kept beside it.
    pub attributes: Attributes,
    /// A note that is left in the same step.
    pub receipt: Option<Receipt>,
}

/// A request to store a public key of the caller's.
#[derive(Debug, Clone)]
pub struct ImportKeyPair {
    /// Its name.
    pub name: KeyName,
    /// The public half, as the caller's text was parsed.
    pub public: PublicMaterial,
    /// Refuse a public key that the tenant already has, under whatever name.
    pub unique_public_key: bool,
    /// Which limit holds.
    pub quota: QuotaRule,
    /// What is reported first.
    pub precedence: Precedence,
    /// What is kept beside it.
    pub attributes: Attributes,
    /// A note that is left in the same step.
    pub receipt: Option<Receipt>,
}

/// What a create gives: the only way by which a private key leaves the domain unasked.
#[derive(Debug)]
pub struct CreatedKeyPair {
    /// The stored key pair.
    pub key_pair: KeyPair,
    /// The private half, for the one answer.
    pub private_key: PrivateKey,
}
