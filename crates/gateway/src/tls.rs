//! TLS of the dialects' listeners: the certificate and its key, checked.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::config::{ConfigError, Tls};

/// What is shown to clients.
#[derive(Debug, Clone)]
pub(crate) struct ServerIdentity {
    /// How connections are secured.
    pub(crate) config: Arc<ServerConfig>,
    /// When the certificate ends.
    pub(crate) expires_at: SystemTime,
}

impl ServerIdentity {
    /// Reads the certificates and the key, and checks that they belong together.
    ///
    /// # Errors
    /// The first setting that cannot be.
    pub(crate) fn new(settings: &Tls, origin: &str) -> Result<Self, ConfigError> {
        let bad = |key: &str, problem: String| ConfigError::BadValue {
            origin: origin.to_owned(),
            key: format!("tls.{key}"),
            problem,
        };
        let chain =
            certificates(&settings.certificate).map_err(|error| bad("certificate", error))?;
        let expires_at = expiry(&chain).map_err(|error| bad("certificate", error))?;
        let key = PrivateKeyDer::from_pem_slice(settings.key.expose().as_bytes())
            .map_err(|_| bad("key", "holds no private key in PEM".to_owned()))?;
        let provider = Arc::new(ring::default_provider());
        let certified = certified(chain, key, &provider).map_err(|(key, error)| bad(key, error))?;
        let config = server_config(certified, provider)
            .map_err(|error| bad("certificate", error.to_string()))?;
        Ok(Self {
            config: Arc::new(config),
            expires_at,
        })
    }
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err("holds no certificate in PEM".to_owned()),
        Ok(chain) => Ok(chain),
        Err(error) => Err(format!("is not PEM: {error}")),
    }
}

/// When the server's own certificate ends. Every one of the chain is read.
fn expiry(chain: &[CertificateDer<'_>]) -> Result<SystemTime, String> {
    let mut expiry = None;
    for (at, der) in (1..).zip(chain) {
        let certificate = Certificate::from_der(der)
            .map_err(|error| format!("certificate {at} of the chain cannot be read: {error}"))?;
        let ends = certificate.tbs_certificate().validity().not_after;
        expiry.get_or_insert(SystemTime::UNIX_EPOCH + ends.to_unix_duration());
    }
    expiry.ok_or_else(|| "holds no certificate in PEM".to_owned())
}

/// The key with its chain; else which setting is wrong, and why.
fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, (&'static str, String)> {
    let signing = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| ("key", format!("cannot be used: {error}")))?;
    let of_chain = |certificate: &CertificateDer<'static>| {
        CertifiedKey::new(vec![certificate.clone()], Arc::clone(&signing)).keys_match()
    };
    let matching = chain.iter().position(|one| of_chain(one).is_ok());
    match matching {
        Some(0) => Ok(CertifiedKey::new(chain, signing)),
        Some(at) => Err((
            "certificate",
            format!(
                "certificate {} of the chain is the one that `tls.key` belongs to: it must come \
                 first",
                at + 1
            ),
        )),
        None => match chain.first().map(of_chain) {
            Some(Err(rustls::Error::InvalidCertificate(error))) => {
                Err(("certificate", format!("cannot be used: {error}")))
            }
            _ => Err(("key", "does not belong to `tls.certificate`".to_owned())),
        },
    }
}

fn server_config(
    certified: CertifiedKey,
    provider: Arc<CryptoProvider>,
) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
