//! ASN.1 forms of public keys: PKCS#1 `RSAPublicKey` (RFC 8017) and `SubjectPublicKeyInfo`
//! (RFC 5280, RFC 5480, RFC 8410).

use base64ct::{Base64, Encoding as _};
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode as _, Encode as _, Result};
use pkcs1::RsaPublicKeyRef;
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::material::MaterialError;
use crate::public_key::PublicKey;
use crate::public_key::blob::{Curve, KeyParts};
use crate::public_key::wire;

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

pub(super) fn write_pkcs1(key: &PublicKey) -> std::result::Result<Vec<u8>, MaterialError> {
    let blob = key.blob();
    match bare_parts(key, &blob)? {
        KeyParts::Rsa { e, n } => rsa_public_key(e, n).map_err(|_| MaterialError::Invalid),
        KeyParts::Ed25519 { .. }
        | KeyParts::Ecdsa { .. }
        | KeyParts::Dsa { .. }
        | KeyParts::SkEd25519
        | KeyParts::SkEcdsa { .. } => Err(MaterialError::NoSuchEncoding),
    }
}

/// As strict with the numbers as with those of a line that a caller sends.
pub(super) fn read_pkcs1(der: &[u8]) -> std::result::Result<PublicKey, MaterialError> {
    let numbers = RsaPublicKeyRef::from_der(der).map_err(|_| MaterialError::Invalid)?;
    let blob = wire::write(&[
        wire::Field::Text("ssh-rsa"),
        wire::Field::Number(numbers.public_exponent.as_bytes()),
        wire::Field::Number(numbers.modulus.as_bytes()),
    ]);
    let line = format!("ssh-rsa {}", Base64::encode_string(&blob));
    PublicKey::parse(&line).map_err(|_| MaterialError::Invalid)
}

pub(super) fn write_spki(key: &PublicKey) -> std::result::Result<Vec<u8>, MaterialError> {
    let blob = key.blob();
    let der = match bare_parts(key, &blob)? {
        KeyParts::Rsa { e, n } => {
            rsa_public_key(e, n).and_then(|public| spki(pkcs1::ALGORITHM_ID, &public))
        }
        KeyParts::Ed25519 { point } => spki(algorithm(ED25519, None), point),
        KeyParts::Ecdsa { curve, point } => {
            let curve = curve.object_identifier();
            spki(algorithm(EC_PUBLIC_KEY, Some((&curve).into())), point)
        }
        KeyParts::Dsa { .. } | KeyParts::SkEd25519 | KeyParts::SkEcdsa { .. } => {
            return Err(MaterialError::NoSuchEncoding);
        }
    };
    der.map_err(|_| MaterialError::Invalid)
}

/// The numbers of a key that is no certificate: what a certificate says has no place in ASN.1.
fn bare_parts<'a>(
    key: &PublicKey,
    blob: &'a [u8],
) -> std::result::Result<KeyParts<'a>, MaterialError> {
    if key.is_certificate() {
        return Err(MaterialError::NoSuchEncoding);
    }
    key.parts(blob).ok_or(MaterialError::Invalid)
}

fn rsa_public_key(e: &[u8], n: &[u8]) -> Result<Vec<u8>> {
    RsaPublicKeyRef {
        modulus: UintRef::new(n)?,
        public_exponent: UintRef::new(e)?,
    }
    .to_der()
}

fn algorithm(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> AlgorithmIdentifierRef<'_> {
    AlgorithmIdentifierRef { oid, parameters }
}

fn spki(algorithm: AlgorithmIdentifierRef<'_>, key: &[u8]) -> Result<Vec<u8>> {
    SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key: BitStringRef::from_bytes(key)?,
    }
    .to_der()
}

impl Curve {
    fn object_identifier(self) -> ObjectIdentifier {
        match self {
            Self::P256 => P256,
            Self::P384 => P384,
            Self::P521 => P521,
        }
    }
}
