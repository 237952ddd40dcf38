//! Private key material: what is generated, held for one answer, and wiped.

use std::fmt;

use zeroize::Zeroizing;

use crate::public_key::PublicKey;

/// The algorithm of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA.
    Rsa,
    /// Ed25519.
    Ed25519,
    /// ECDSA on NIST P-256.
    EcdsaP256,
    /// ECDSA on NIST P-384.
    EcdsaP384,
    /// ECDSA on NIST P-521.
    EcdsaP521,
    /// DSA.
    Dsa,
    /// Ed25519 in a hardware token.
    SkEd25519,
    /// ECDSA on NIST P-256 in a hardware token.
    SkEcdsaP256,
}

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySpec {
    /// RSA with the public exponent 65537.
    Rsa {
        /// Size of the modulus in bits: 1024, 2048, 3072 or 4096.
        bits: u16,
    },
    /// Ed25519.
    Ed25519,
}

/// A private key. It is wiped when dropped, prints as `PrivateKey(redacted)`, and leaves only
/// through the functions of [`crate::encoding`].
pub struct PrivateKey(pub(crate) Secret);

/// The stored forms: one encoding each, made once, from which all others are sliced.
pub(crate) enum Secret {
    /// PKCS#1 `RSAPrivateKey`, DER.
    Rsa(Zeroizing<Vec<u8>>),
    /// The 32-byte seed.
    Ed25519(Zeroizing<[u8; 32]>),
}

/// Why bytes are no private key, or a key could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// The size of the modulus is none that is offered.
    #[error("unsupported RSA size of {bits} bits")]
    UnsupportedSize {
        /// The size asked for.
        bits: u16,
    },
    /// The bytes are not such a key.
    #[error("not a valid private key")]
    Invalid,
    /// The generator failed.
    #[error("key generation failed")]
    Generation,
    /// The key's algorithm has no such encoding.
    #[error("no such encoding for the key's algorithm")]
    NoSuchEncoding,
}

impl PrivateKey {
    /// Generates a key. Takes 40 ms (RSA 2048) to seconds (RSA 4096) of CPU time.
    ///
    /// # Errors
    /// [`MaterialError::UnsupportedSize`], [`MaterialError::Generation`].
    pub fn generate<R: rand_core::CryptoRng + ?Sized>(
        spec: KeySpec,
        rng: &mut R,
    ) -> Result<Self, MaterialError> {
        let _ = (spec, rng);
        todo!()
    }

    /// Takes an RSA key from its PKCS#1 DER and checks that its numbers belong together.
    ///
    /// # Errors
    /// [`MaterialError::Invalid`].
    pub fn from_pkcs1_der(der: Zeroizing<Vec<u8>>) -> Result<Self, MaterialError> {
        let _ = der;
        todo!()
    }

    /// Takes an Ed25519 key from its seed.
    pub fn from_ed25519_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(Secret::Ed25519(seed))
    }

    /// What the key is.
    pub fn spec(&self) -> KeySpec {
        todo!()
    }

    /// The public half, as an OpenSSH line with the comment (none if it is empty).
    ///
    /// # Errors
    /// [`MaterialError::Invalid`] if the comment holds a control character.
    pub fn public_key(&self, comment: &str) -> Result<PublicKey, MaterialError> {
        let _ = comment;
        todo!()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}
