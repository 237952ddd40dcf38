//! Certificates that a key signs for itself.

use std::time::{Duration, SystemTime};

use der::asn1::{Any, ObjectIdentifier, Utf8StringRef};
use der::{DateTime, Decode as _, Encode as _};
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::signature::Keypair as _;
use sha2::{Digest as _, Sha256};
use x509_cert::TbsCertificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder, Result as BuildResult};
use x509_cert::ext::pkix::name::{GeneralName, OtherName};
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension as _};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::time::{Time, Validity};

use super::{MaterialError, PrivateKey, Secret};
use crate::public_key::Certificate;

/// Source: RFC 5280, appendix A.1.
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// Proof of being the client of a connection. Source: RFC 5280, 4.2.1.12.
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// A user principal name, by which Windows knows its users. Source: MS-WCCE, 2.2.2.7.7.4.
const USER_PRINCIPAL_NAME: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");

/// What a certificate says of its owner: a user who logs in with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSpec {
    /// The common name; the whole subject and issuer.
    pub common_name: String,
    /// The user principal name, the one alternative name of the subject.
    pub user_principal_name: String,
    /// How long it is good for from the moment at which it is made.
    pub valid_for: Duration,
}

impl PrivateKey {
    /// Makes a certificate for client authentication that the key signs itself (SHA-256), good from
    /// `now` on. Its serial number is derived from the key.
    ///
    /// Takes a few milliseconds of CPU time with RSA 2048. The signature is the one operation with a
    /// private key in this crate: its timing might tell something of the key (RUSTSEC-2023-0071),
    /// but it is done once with a key that is just made, for the one who gets the key itself with
    /// the answer.
    ///
    /// # Errors
    /// [`MaterialError::NoSuchEncoding`] for keys other than RSA; [`MaterialError::Invalid`] for times
    /// that no certificate can hold (before 1970, after 9999).
    pub fn certify(
        &self,
        spec: &CertificateSpec,
        now: SystemTime,
    ) -> Result<Certificate, MaterialError> {
        let Secret::Rsa(key) = &self.0 else {
            return Err(MaterialError::NoSuchEncoding);
        };
        let signer = SigningKey::<Sha256>::new(key.arithmetic()?);
        let der = sign(&signer, spec, now).map_err(|_| MaterialError::Invalid)?;
        Certificate::from_own_der(&der).map_err(|_| MaterialError::Invalid)
    }
}

fn sign(
    signer: &SigningKey<Sha256>,
    spec: &CertificateSpec,
    now: SystemTime,
) -> BuildResult<Vec<u8>> {
    let key = SubjectPublicKeyInfoOwned::from_key(&signer.verifying_key())?;
    let since = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_err(|_| der::ErrorKind::DateTime.to_error())?;
    let until = since.saturating_add(spec.valid_for);
    let validity = Validity::new(time(since)?, time(until)?);
    let serial_number = serial_number(&key.to_der()?)?;
    let builder = CertificateBuilder::new(ClientProfile(spec), serial_number, validity, key)?;
    Ok(builder.build::<_, Signature>(signer)?.to_der()?)
}

/// A moment by its distance from the epoch, in whole seconds.
fn time(since: Duration) -> der::Result<Time> {
    DateTime::from_unix_duration(since).map(Time::from)
}

/// 20 bytes, the most that there may be; positive, and with the same length every time.
fn serial_number(key: &[u8]) -> der::Result<SerialNumber> {
    let mut bytes = Sha256::digest(key);
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x3f) | 0x40;
    }
    SerialNumber::new(bytes.get(..20).unwrap_or_default())
}

/// The names and extensions of a certificate, in the order in which OpenSSL writes them.
struct ClientProfile<'s>(&'s CertificateSpec);

impl BuilderProfile for ClientProfile<'_> {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        // A text that is too long for DER leaves the name empty; it would have to be of 256 MiB.
        common_name(&self.0.common_name).unwrap_or_default()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        _issuer: SubjectPublicKeyInfoRef<'_>,
        to_be_signed: &TbsCertificate,
    ) -> BuildResult<Vec<Extension>> {
        let principal = Utf8StringRef::new(&self.0.user_principal_name)?;
        let alternative = SubjectAltName(vec![GeneralName::OtherName(OtherName {
            type_id: USER_PRINCIPAL_NAME,
            value: Any::from(principal),
        })]);
        let subject = to_be_signed.subject();
        Ok(vec![
            (&ExtendedKeyUsage(vec![CLIENT_AUTHENTICATION])).to_extension(subject, &[])?,
            (&alternative).to_extension(subject, &[])?,
            (&SubjectKeyIdentifier::try_from(key)?).to_extension(subject, &[])?,
        ])
    }
}

fn common_name(text: &str) -> der::Result<Name> {
    let attribute = AttributeTypeAndValue {
        oid: COMMON_NAME,
        value: Any::from(Utf8StringRef::new(text)?),
    };
    let mut names = RdnSequence::default();
    names.push(RelativeDistinguishedName::try_from(vec![attribute])?);
    Name::from_der(&names.to_der()?)
}
