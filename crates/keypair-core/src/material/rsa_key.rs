//! An RSA private key, held as its PKCS#1 DER.
//!
//! The arithmetic types of the `rsa` crate recompute the CRT numbers at each encoding, 56 µs for
//! 2048 bits and 182 µs for 4096. So a key passes through them once, when it is made or taken in,
//! and every encoding afterwards is sliced from the DER.
//!
//! The crate's operations with private keys leak through their timing (RUSTSEC-2023-0071). So there
//! is no decryption, and one signature only: the one of a key over its own certificate, when both are
//! made for the caller who gets the key.

use pkcs1::RsaPrivateKeyRef;
use rsa::BoxedUint;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::MaterialError;

/// A two-prime RSA private key whose numbers belong together.
pub(crate) struct RsaKey {
    der: Zeroizing<Vec<u8>>,
    bits: u16,
}

impl RsaKey {
    /// The largest number that is looked at, in bits.
    const MAX_BITS: u32 = 16_384;

    /// Generates a key with the public exponent 65537.
    pub(super) fn generate<R: rand_core::CryptoRng + ?Sized>(
        bits: u16,
        rng: &mut R,
    ) -> Result<Self, MaterialError> {
        if !matches!(bits, 1024 | 2048 | 3072 | 4096) {
            return Err(MaterialError::UnsupportedSize { bits });
        }
        let key =
            rsa::PrivateKey::new(rng, usize::from(bits)).map_err(|_| MaterialError::Generation)?;
        let key = Self::encode(&key).map_err(|_| MaterialError::Generation)?;
        // Clients refuse a 2047-bit key where they asked for 2048.
        if key.bits != bits {
            return Err(MaterialError::Generation);
        }
        Ok(key)
    }

    /// Takes a key from its PKCS#1 DER if that is the only encoding of numbers that belong
    /// together.
    pub(super) fn from_pkcs1_der(der: &[u8]) -> Result<Self, MaterialError> {
        let numbers = parse(der)?;
        let checked = Self::from_numbers(&Numbers {
            n: numbers.modulus.as_bytes(),
            e: numbers.public_exponent.as_bytes(),
            d: numbers.private_exponent.as_bytes(),
            p: numbers.prime1.as_bytes(),
            q: numbers.prime2.as_bytes(),
        })?;
        // `from_numbers` computed the CRT numbers anew, so this checks the given ones.
        if !bool::from(checked.der.as_slice().ct_eq(der)) {
            return Err(MaterialError::Invalid);
        }
        Ok(checked)
    }

    /// Takes a key from its numbers if they belong together; works out the others.
    pub(crate) fn from_numbers(numbers: &Numbers<'_>) -> Result<Self, MaterialError> {
        // Before any arithmetic: its cost grows with the square of the size.
        let read = |bytes: &[u8]| {
            let bits = u32::try_from(bytes.len().saturating_mul(8))
                .ok()
                .filter(|bits| (8..=Self::MAX_BITS).contains(bits))
                .ok_or(MaterialError::Invalid)?;
            BoxedUint::from_be_slice(bytes, bits).map_err(|_| MaterialError::Invalid)
        };
        let primes = vec![read(numbers.p)?, read(numbers.q)?];
        let key = rsa::PrivateKey::from_components(
            read(numbers.n)?,
            read(numbers.e)?,
            read(numbers.d)?,
            primes,
        )
        .map_err(|_| MaterialError::Invalid)?;
        Self::encode(&key)
    }

    fn encode(key: &rsa::PrivateKey) -> Result<Self, MaterialError> {
        let document = key.to_pkcs1_der().map_err(|_| MaterialError::Invalid)?;
        let bits =
            u16::try_from(key.n().bit_width_vartime()).map_err(|_| MaterialError::Invalid)?;
        Ok(Self {
            der: document.to_bytes(),
            bits,
        })
    }

    /// The key as the crate that computes with it holds it; wiped when dropped.
    ///
    /// # Errors
    /// None in truth: the DER was written by this type.
    pub(super) fn arithmetic(&self) -> Result<rsa::PrivateKey, MaterialError> {
        rsa::PrivateKey::from_pkcs1_der(&self.der).map_err(|_| MaterialError::Invalid)
    }

    /// The size of the modulus in bits.
    pub(crate) fn bits(&self) -> u16 {
        self.bits
    }

    /// PKCS#1 `RSAPrivateKey`.
    pub(crate) fn as_pkcs1_der(&self) -> &[u8] {
        &self.der
    }

    /// The numbers, sliced from the DER.
    ///
    /// # Errors
    /// None in truth: the DER was written by this type.
    pub(crate) fn numbers(&self) -> Result<RsaPrivateKeyRef<'_>, MaterialError> {
        parse(&self.der)
    }
}

/// The numbers that make a key, big-endian.
pub(crate) struct Numbers<'a> {
    pub(crate) n: &'a [u8],
    pub(crate) e: &'a [u8],
    pub(crate) d: &'a [u8],
    pub(crate) p: &'a [u8],
    pub(crate) q: &'a [u8],
}

fn parse(der: &[u8]) -> Result<RsaPrivateKeyRef<'_>, MaterialError> {
    RsaPrivateKeyRef::try_from(der)
        .ok()
        .filter(|key| key.other_prime_infos.is_none())
        .ok_or(MaterialError::Invalid)
}
