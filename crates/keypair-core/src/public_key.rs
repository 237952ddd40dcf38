//! Public key material: OpenSSH public key lines and X.509 certificates, kept as they were sent.

use std::borrow::Cow;
use std::sync::Arc;

use base64ct::{Base64, Encoding as _};
use sha2::{Digest as _, Sha256};

use crate::error::PublicKeyProblem;
use crate::material::Algorithm;

mod base64;
pub(crate) mod blob;
mod line;
pub(crate) mod wire;
mod x509;

use blob::KeyParts;
use line::Layout;

/// An OpenSSH public key line, kept exactly as it was given: comment, trailing line feed and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: Arc<str>,
    layout: Layout,
}

impl PublicKey {
    /// The longest text that is looked at, in bytes.
    pub const MAX_TEXT_BYTES: usize = 64 * 1024;

    /// Parses a line `type SP base64 [SP anything]`, strictly in the key and leniently behind it.
    ///
    /// Accepted types are `ssh-rsa`, `ssh-ed25519`, `ecdsa-sha2-nistp256`, `-nistp384` and
    /// `-nistp521`, `ssh-dss`, their OpenSSH certificates (`…-cert-v01@openssh.com`), and the two
    /// `sk-…@openssh.com` keys of hardware tokens. What follows the base64 may be nothing, a line
    /// feed (with or without a carriage return before it) or a space, and then anything: only the
    /// first key of the text counts.
    ///
    /// An Ed25519 key is any 32 bytes: OpenSSH does not look at the point either before it is used.
    ///
    /// # Errors
    /// The [`PublicKeyProblem`] that was found first.
    pub fn parse(text: &str) -> Result<Self, PublicKeyProblem> {
        Self::parse_sized(text).map(|(key, _)| key)
    }

    /// As [`PublicKey::parse`], and gives what [`PublicKey::rsa_bits`] would have to decode the key
    /// once more for.
    ///
    /// # Errors
    /// The [`PublicKeyProblem`] that was found first.
    pub fn parse_sized(text: &str) -> Result<(Self, Option<u32>), PublicKeyProblem> {
        let (layout, key_type) = line::split(text)?;
        let blob = base64::decode(layout.base64(text)).ok_or(PublicKeyProblem::BadBase64)?;
        let parts = blob::parse(key_type, &blob)?;
        parts.check()?;
        let text = text.into();
        Ok((Self { text, layout }, parts.rsa_bits()))
    }

    /// Takes a line that was parsed before, as a store gives it back. The line's shape is looked
    /// at again, the numbers of the key are not.
    ///
    /// # Errors
    /// [`PublicKeyProblem::TooLong`], [`PublicKeyProblem::NotALine`],
    /// [`PublicKeyProblem::UnknownType`], [`PublicKeyProblem::BadBase64`].
    pub fn from_stored(text: &str) -> Result<Self, PublicKeyProblem> {
        let (layout, _) = line::split(text)?;
        // So that `blob` has nothing left to fail on.
        if !base64::is_valid(layout.base64(text)) {
            return Err(PublicKeyProblem::BadBase64);
        }
        Ok(Self {
            text: text.into(),
            layout,
        })
    }

    /// Writes the line of a key that was made here: nothing in it needs checking but its length.
    pub(crate) fn from_own_parts(
        type_word: &str,
        blob: &[u8],
        comment: &str,
    ) -> Result<Self, PublicKeyProblem> {
        let base64 = Base64::encode_string(blob);
        let text = if comment.is_empty() {
            format!("{type_word} {base64}")
        } else {
            format!("{type_word} {base64} {comment}")
        };
        let (layout, _) = line::split(&text)?;
        Ok(Self {
            text: text.into(),
            layout,
        })
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The algorithm; for an OpenSSH certificate that of the certified key.
    pub fn algorithm(&self) -> Algorithm {
        self.layout.algorithm()
    }

    /// Whether it is an OpenSSH certificate (`…-cert-v01@openssh.com`) rather than a bare key.
    pub fn is_certificate(&self) -> bool {
        self.type_word().ends_with(line::CERTIFICATE_SUFFIX)
    }

    /// The type as the line spells it: `ssh-rsa`, …
    pub fn type_word(&self) -> &str {
        self.layout.type_word(&self.text)
    }

    /// The key's binary form: the decoded second field.
    pub fn blob(&self) -> Vec<u8> {
        // Cannot fail: both constructors have looked at the base64.
        base64::decode(self.layout.base64(&self.text)).unwrap_or_default()
    }

    /// The comment: what follows the base64 and one space, up to the end of the line, without the
    /// line's end; empty if there is none.
    pub fn comment(&self) -> &str {
        self.layout.comment(&self.text)
    }

    /// `type SP base64`: the line without comment and line end.
    pub fn without_comment(&self) -> &str {
        self.layout.key(&self.text)
    }

    /// Size of an RSA modulus in bits; `None` for other algorithms.
    pub fn rsa_bits(&self) -> Option<u32> {
        if self.algorithm() != Algorithm::Rsa {
            return None;
        }
        self.parts(&self.blob())?.rsa_bits()
    }

    /// The numbers in a blob of this key.
    pub(crate) fn parts<'a>(&self, blob: &'a [u8]) -> Option<KeyParts<'a>> {
        blob::parse(line::key_type(self.type_word())?, blob).ok()
    }
}

/// An X.509 certificate in PEM, kept exactly as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    pem: Arc<str>,
}

impl Certificate {
    /// Parses one PEM certificate: a single `CERTIFICATE` block, nothing before it, at most a line
    /// end behind it, whose DER is completely an X.509 certificate in structure. Signature and
    /// dates are not judged.
    ///
    /// # Errors
    /// [`PublicKeyProblem::BadCertificate`].
    pub fn parse(pem: &str) -> Result<Self, PublicKeyProblem> {
        let der = x509::decode_pem(pem).ok_or(PublicKeyProblem::BadCertificate)?;
        x509::check(&der).map_err(|_| PublicKeyProblem::BadCertificate)?;
        Ok(Self { pem: pem.into() })
    }

    /// Writes the PEM of a certificate that was made here: 64 columns, a line feed at the end.
    pub(crate) fn from_own_der(der: &[u8]) -> Result<Self, PublicKeyProblem> {
        let pem = x509::encode_pem(der).ok_or(PublicKeyProblem::BadCertificate)?;
        Ok(Self { pem: pem.into() })
    }

    /// The PEM text as it was given.
    pub fn as_str(&self) -> &str {
        &self.pem
    }

    /// The certificate's DER bytes.
    pub fn der(&self) -> Vec<u8> {
        // Cannot fail: the constructor has decoded the same text.
        x509::decode_pem(&self.pem).unwrap_or_default()
    }
}

/// The shape of every certificate; no line has it.
const X509_SHAPE: u32 = 0;

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

    /// What was found out about the text when it was parsed, as a number to be kept beside it: for
    /// [`PublicMaterial::recall`].
    pub fn shape(&self) -> u32 {
        match self {
            Self::Ssh(key) => key.layout.to_bits(&key.text),
            Self::X509(_) => X509_SHAPE,
        }
    }

    /// Makes the same material again of its text and its shape.
    ///
    /// This is for a store that never lets the two out of the process: both are trusted, nothing
    /// is parsed a second time. With another text's shape the parts of the key are not what they
    /// should be, or empty; nothing worse comes of it. A store that reads what may have been
    /// changed by others uses [`PublicKey::from_stored`] and [`Certificate::parse`].
    ///
    /// `None` for a number that is no shape.
    pub fn recall(text: &str, shape: u32) -> Option<Self> {
        if shape == X509_SHAPE {
            return Some(Self::X509(Certificate { pem: text.into() }));
        }
        let layout = Layout::from_bits(shape)?;
        let text = text.into();
        Some(Self::Ssh(PublicKey { text, layout }))
    }

    /// Bytes that are equal for equal keys and differ for different ones, whatever the comments;
    /// cheaper to have than [`PublicMaterial::digest`], and as long as the key. A line's base64
    /// has one spelling only, so it needs no decoding; PEM can be wrapped in many ways.
    pub fn comparable(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Ssh(key) => Cow::Borrowed(key.layout.base64(&key.text).as_bytes()),
            Self::X509(certificate) => Cow::Owned(certificate.der()),
        }
    }

    /// Tells equal keys from different ones whatever their comments: SHA-256 of the key's or
    /// certificate's binary form.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            Self::Ssh(key) => Sha256::digest(key.blob()).into(),
            Self::X509(certificate) => Sha256::digest(certificate.der()).into(),
        }
    }
}
