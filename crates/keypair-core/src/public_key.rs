//! Public key material: OpenSSH public key lines and X.509 certificates, kept as they were sent.

use std::sync::Arc;

use crate::error::PublicKeyProblem;
use crate::material::Algorithm;

/// An OpenSSH public key line, kept exactly as it was given: comment, trailing line feed and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: Arc<str>,
    algorithm: Algorithm,
}

impl PublicKey {
    /// The longest text that is looked at, in bytes.
    pub const MAX_TEXT_BYTES: usize = 64 * 1024;

    /// Parses a line `type SP base64 [SP anything]`, strictly in the key and leniently behind it.
    ///
    /// # Errors
    /// The [`PublicKeyProblem`] that was found first.
    pub fn parse(text: &str) -> Result<Self, PublicKeyProblem> {
        let _ = text;
        todo!()
    }

    /// Takes a line that was parsed before, as a store gives it back.
    ///
    /// # Errors
    /// [`PublicKeyProblem::UnknownType`], [`PublicKeyProblem::NotALine`].
    pub fn from_stored(text: &str) -> Result<Self, PublicKeyProblem> {
        let _ = text;
        todo!()
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's binary form: the decoded second field.
    pub fn blob(&self) -> Vec<u8> {
        todo!()
    }

    /// The comment: what follows the base64 and one space, up to the end of the line, without the
    /// line's end; empty if there is none.
    pub fn comment(&self) -> &str {
        todo!()
    }

    /// `type SP base64`: the line without comment and line end.
    pub fn without_comment(&self) -> &str {
        todo!()
    }

    /// Size of an RSA modulus in bits; `None` for other algorithms.
    pub fn rsa_bits(&self) -> Option<u32> {
        todo!()
    }
}

/// An X.509 certificate in PEM, kept exactly as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pem: Arc<str>,
}

impl Certificate {
    /// Parses one PEM certificate.
    ///
    /// # Errors
    /// [`PublicKeyProblem::BadCertificate`].
    pub fn parse(pem: &str) -> Result<Self, PublicKeyProblem> {
        let _ = pem;
        todo!()
    }

    /// The PEM text as it was given.
    pub fn as_str(&self) -> &str {
        &self.pem
    }

    /// The certificate's DER bytes.
    pub fn der(&self) -> Vec<u8> {
        todo!()
    }
}

/// The public half of a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicMaterial {
    /// An OpenSSH public key.
    Ssh(PublicKey),
    /// An X.509 certificate.
    X509(Certificate),
}

impl PublicMaterial {
    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ssh(key) => key.as_str(),
            Self::X509(certificate) => certificate.as_str(),
        }
    }

    /// The OpenSSH public key, if it is one.
    pub fn as_ssh(&self) -> Option<&PublicKey> {
        match self {
            Self::Ssh(key) => Some(key),
            Self::X509(_) => None,
        }
    }

    /// Tells equal keys from different ones whatever their comments: SHA-256 of the key's or
    /// certificate's binary form.
    pub fn digest(&self) -> [u8; 32] {
        todo!()
    }
}
