//! The binary form of a key: what each type holds, and which values such a key can have.

use super::line::{KeyType, key_type};
use super::wire::{Reader, bit_length};
use crate::error::PublicKeyProblem;
use crate::material::Algorithm;

/// A curve of the ECDSA types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

/// The numbers of a key, as they lie in its blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyParts<'a> {
    /// Exponent and modulus, big-endian without leading zeros.
    Rsa {
        /// The public exponent.
        e: &'a [u8],
        /// The modulus.
        n: &'a [u8],
    },
    /// The compressed point.
    Ed25519 {
        /// Its 32 bytes.
        point: &'a [u8; 32],
    },
    /// A point on a curve.
    Ecdsa {
        /// The curve.
        curve: Curve,
        /// The point in SEC 1 form.
        point: &'a [u8],
    },
    /// The domain and the public value, big-endian without leading zeros.
    Dsa {
        /// The field's prime.
        p: &'a [u8],
        /// The group's order.
        q: &'a [u8],
        /// The generator.
        g: &'a [u8],
        /// The public value.
        y: &'a [u8],
    },
    /// Any 32 bytes and the token's application.
    SkEd25519,
    /// A point on P-256 and the token's application.
    SkEcdsa {
        /// The point in SEC 1 form.
        point: &'a [u8],
    },
}

/// Reads a blob completely as the type that its line names.
pub(crate) fn parse(key_type: KeyType, blob: &[u8]) -> Result<KeyParts<'_>, PublicKeyProblem> {
    let mut reader = Reader::new(blob);
    if reader.string()? != key_type.word.as_bytes() {
        return Err(PublicKeyProblem::Malformed);
    }
    if key_type.certificate {
        let _nonce = reader.string()?;
    }
    let parts = read_parts(key_type.algorithm, &mut reader)?;
    if key_type.certificate {
        read_certification(&mut reader)?;
    }
    reader.finish()?;
    Ok(parts)
}

fn read_parts<'a>(
    algorithm: Algorithm,
    reader: &mut Reader<'a>,
) -> Result<KeyParts<'a>, PublicKeyProblem> {
    Ok(match algorithm {
        Algorithm::Rsa => KeyParts::Rsa {
            e: reader.positive()?,
            n: reader.positive()?,
        },
        Algorithm::Ed25519 => KeyParts::Ed25519 {
            point: reader.string_of()?,
        },
        Algorithm::EcdsaP256 => read_point(Curve::P256, reader)?,
        Algorithm::EcdsaP384 => read_point(Curve::P384, reader)?,
        Algorithm::EcdsaP521 => read_point(Curve::P521, reader)?,
        Algorithm::Dsa => KeyParts::Dsa {
            p: reader.positive()?,
            q: reader.positive()?,
            g: reader.positive()?,
            y: reader.positive()?,
        },
        Algorithm::SkEd25519 => {
            reader.string_of::<32>()?;
            let _application = reader.string()?;
            KeyParts::SkEd25519
        }
        Algorithm::SkEcdsaP256 => {
            let point = read_curve_and_point(Curve::P256, reader)?;
            let _application = reader.string()?;
            KeyParts::SkEcdsa { point }
        }
    })
}

fn read_point<'a>(curve: Curve, reader: &mut Reader<'a>) -> Result<KeyParts<'a>, PublicKeyProblem> {
    let point = read_curve_and_point(curve, reader)?;
    Ok(KeyParts::Ecdsa { curve, point })
}

fn read_curve_and_point<'a>(
    curve: Curve,
    reader: &mut Reader<'a>,
) -> Result<&'a [u8], PublicKeyProblem> {
    if reader.string()? != curve.ssh_name() {
        return Err(PublicKeyProblem::Malformed);
    }
    reader.string()
}

/// Reads what follows the key in a certificate: who may use it, how long, and the signature. The
/// signature is not verified: nobody has said whose signatures to trust.
///
/// Source: OpenSSH `PROTOCOL.certkeys`.
fn read_certification(reader: &mut Reader<'_>) -> Result<(), PublicKeyProblem> {
    const USER: u32 = 1;
    const HOST: u32 = 2;

    let _serial = reader.u64()?;
    if !matches!(reader.u32()?, USER | HOST) {
        return Err(PublicKeyProblem::Malformed);
    }
    let _key_id = reader.string()?;
    read_strings(reader.string()?)?;
    let _valid_after = reader.u64()?;
    let _valid_before = reader.u64()?;
    let critical_options = reader.string()?;
    read_options(critical_options)?;
    let extensions = reader.string()?;
    read_options(extensions)?;
    let _reserved = reader.string()?;
    let authority = read_authority(reader.string()?)?;
    read_signature(authority, reader.string()?)
}

fn read_strings(bytes: &[u8]) -> Result<(), PublicKeyProblem> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        reader.string()?;
    }
    Ok(())
}

fn read_options(bytes: &[u8]) -> Result<(), PublicKeyProblem> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let _name = reader.string()?;
        let _value = reader.string()?;
    }
    Ok(())
}

/// The signing key: a plain key of any accepted type, never itself a certificate.
fn read_authority(blob: &[u8]) -> Result<Algorithm, PublicKeyProblem> {
    let word = Reader::new(blob).string()?;
    let authority = std::str::from_utf8(word)
        .ok()
        .and_then(key_type)
        .filter(|authority| !authority.certificate)
        .ok_or(PublicKeyProblem::Malformed)?;
    parse(authority, blob)?.check()?;
    Ok(authority.algorithm)
}

fn read_signature(authority: Algorithm, bytes: &[u8]) -> Result<(), PublicKeyProblem> {
    let mut reader = Reader::new(bytes);
    let _scheme = reader.string()?;
    let _signature = reader.string()?;
    if matches!(authority, Algorithm::SkEd25519 | Algorithm::SkEcdsaP256) {
        let _flags = reader.u8()?;
        let _counter = reader.u32()?;
    }
    reader.finish()
}

impl KeyParts<'_> {
    /// Size of an RSA modulus in bits; `None` for other keys.
    pub(crate) fn rsa_bits(&self) -> Option<u32> {
        match *self {
            Self::Rsa { n, .. } => Some(bit_length(n)),
            Self::Ed25519 { .. }
            | Self::Ecdsa { .. }
            | Self::Dsa { .. }
            | Self::SkEd25519
            | Self::SkEcdsa { .. } => None,
        }
    }

    /// Refuses values that no such key can have.
    pub(crate) fn check(&self) -> Result<(), PublicKeyProblem> {
        let plausible = match *self {
            Self::Rsa { e, n } => is_rsa(e, n),
            Self::Ed25519 { .. } | Self::SkEd25519 => true,
            Self::Ecdsa { curve, point } => curve.contains(point),
            Self::SkEcdsa { point } => Curve::P256.contains(point),
            Self::Dsa { p, q, g, y } => is_dsa(p, q, g, y),
        };
        if plausible {
            Ok(())
        } else {
            Err(PublicKeyProblem::Implausible)
        }
    }
}

/// An odd exponent of at least 3, below an odd modulus. Any size goes.
fn is_rsa(e: &[u8], n: &[u8]) -> bool {
    is_odd(e) && is_odd(n) && is_above_one(e) && is_less(e, n)
}

/// A field of 512 to 3072 bits and a group of 160 to 256 (FIPS 186-2 to 186-4), with a generator
/// and a public value inside the field.
fn is_dsa(p: &[u8], q: &[u8], g: &[u8], y: &[u8]) -> bool {
    (512..=3072).contains(&bit_length(p))
        && (160..=256).contains(&bit_length(q))
        && is_odd(p)
        && is_odd(q)
        && [g, y]
            .iter()
            .all(|value| is_above_one(value) && is_less(value, p))
}

fn is_odd(magnitude: &[u8]) -> bool {
    magnitude.last().is_some_and(|last| last % 2 == 1)
}

fn is_above_one(magnitude: &[u8]) -> bool {
    !matches!(magnitude, [] | [0 | 1])
}

/// Compares big-endian numbers without leading zeros.
fn is_less(a: &[u8], b: &[u8]) -> bool {
    (a.len(), a) < (b.len(), b)
}

impl Curve {
    fn ssh_name(self) -> &'static [u8] {
        match self {
            Self::P256 => b"nistp256",
            Self::P384 => b"nistp384",
            Self::P521 => b"nistp521",
        }
    }

    /// Whether an uncompressed point lies on the curve. OpenSSH knows no other form of a point.
    fn contains(self, point: &[u8]) -> bool {
        if point.first() != Some(&0x04) {
            return false;
        }
        match self {
            Self::P256 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
            Self::P384 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
            Self::P521 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
        }
    }
}
