//! Private key material: what is generated, held for one answer, and wiped.

use std::fmt;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::public_key::{PublicKey, wire};

mod certificate;
pub(crate) mod rsa_key;

pub use certificate::CertificateSpec;
use rsa_key::RsaKey;

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
    Rsa(RsaKey),
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
    /// Generates a key. Takes a tenth of a second (RSA 2048) to seconds (RSA 4096) of CPU time;
    /// Ed25519 takes next to none.
    ///
    /// # Errors
    /// [`MaterialError::UnsupportedSize`], [`MaterialError::Generation`].
    pub fn generate<R: rand_core::CryptoRng + ?Sized>(
        spec: KeySpec,
        rng: &mut R,
    ) -> Result<Self, MaterialError> {
        match spec {
            KeySpec::Rsa { bits } => RsaKey::generate(bits, rng).map(|key| Self(Secret::Rsa(key))),
            KeySpec::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                rng.fill_bytes(seed.as_mut_slice());
                Ok(Self::from_ed25519_seed(seed))
            }
        }
    }

    /// Takes an RSA key of any size up to 16384 bits from its PKCS#1 DER and checks that its
    /// numbers belong together: all but that the primes are prime.
    ///
    /// # Errors
    /// [`MaterialError::Invalid`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the bytes are taken over, so that they are wiped here and not left with the caller"
    )]
    pub fn from_pkcs1_der(der: Zeroizing<Vec<u8>>) -> Result<Self, MaterialError> {
        RsaKey::from_pkcs1_der(&der).map(|key| Self(Secret::Rsa(key)))
    }

    /// Takes an Ed25519 key from its seed.
    pub fn from_ed25519_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        Self(Secret::Ed25519(seed))
    }

    /// What the key is.
    pub fn spec(&self) -> KeySpec {
        match &self.0 {
            Secret::Rsa(key) => KeySpec::Rsa { bits: key.bits() },
            Secret::Ed25519(_) => KeySpec::Ed25519,
        }
    }

    /// The public half, as an OpenSSH line with the comment (none if it is empty).
    ///
    /// # Errors
    /// [`MaterialError::Invalid`] if the comment holds a control character or makes the line
    /// longer than [`PublicKey::MAX_TEXT_BYTES`].
    pub fn public_key(&self, comment: &str) -> Result<PublicKey, MaterialError> {
        check_comment(comment)?;
        let (algorithm, blob) = match &self.0 {
            Secret::Rsa(key) => {
                let numbers = key.numbers()?;
                let parts = [
                    wire::Field::Text("ssh-rsa"),
                    wire::Field::Number(numbers.public_exponent.as_bytes()),
                    wire::Field::Number(numbers.modulus.as_bytes()),
                ];
                ("ssh-rsa", wire::write(&parts))
            }
            Secret::Ed25519(seed) => {
                let point = SigningKey::from_bytes(seed).verifying_key().to_bytes();
                let parts = [wire::Field::Text("ssh-ed25519"), wire::Field::Bytes(&point)];
                ("ssh-ed25519", wire::write(&parts))
            }
        };
        PublicKey::from_own_parts(algorithm, &blob, comment).map_err(|_| MaterialError::Invalid)
    }
}

/// Refuses a comment that would break out of the line or file that it is written into.
pub(crate) fn check_comment(comment: &str) -> Result<(), MaterialError> {
    if comment.chars().any(char::is_control) {
        return Err(MaterialError::Invalid);
    }
    Ok(())
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}
