//! The way to the gateway: one HTTP/1.1 connection a call, in the clear or with TLS. No proxy is
//! asked and no redirection followed: what is tried out is what the address names.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dialect_api::Response;
use dialect_api::selftest::{NoAnswer, Wire};
use http::Uri;
use http::header::{HOST, HeaderValue, USER_AGENT};
use http::uri::Scheme;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use keypair_core::BoxFuture;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::assemble::StartError;
use crate::observe::chain;

/// The longest answer that is read, in bytes: a list of some thousand key pairs.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Where a gateway is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    secure: bool,
    host: String,
    port: u16,
    /// `host[:port]`, without the scheme's own port.
    authority: String,
    /// What comes before every path, without a slash at its end.
    base: String,
}

impl FromStr for Address {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| "is no URL")?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(_) | None => return Err("must begin with http:// or https://"),
        };
        let authority = uri.authority().ok_or("names no host")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a user or password: accounts come from the configuration");
        }
        if uri.query().is_some() {
            return Err("must not have a query");
        }
        let own_port = if secure { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(own_port);
        let host = authority.host();
        let shown = if port == own_port {
            host.to_owned()
        } else {
            format!("{host}:{port}")
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        Ok(Self {
            secure,
            host: bare.unwrap_or(host).to_owned(),
            port,
            authority: shown,
            base: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

/// A way to the gateway.
pub(super) struct Connection {
    address: Address,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
}

impl Connection {
    /// Reads the certificates that vouch for the gateway, if it is reached with TLS.
    ///
    /// # Errors
    /// There are none, or they cannot be read.
    pub(super) fn new(
        address: Address,
        ca_file: Option<&Path>,
        timeout: Duration,
    ) -> Result<Self, StartError> {
        let tls = if address.secure {
            let name = ServerName::try_from(address.host.clone())
                .map_err(|error| StartError::failed("--url", &error))?;
            Some((connector(ca_file)?, name))
        } else {
            None
        };
        Ok(Self {
            address,
            tls,
            timeout,
        })
    }

    async fn exchange(
        &self,
        request: http::Request<Bytes>,
        was_sent: &mut bool,
    ) -> Result<Response, String> {
        let Address { host, port, .. } = &self.address;
        let request = self.complete(request)?;
        let stream = TcpStream::connect((host.as_str(), *port))
            .await
            .map_err(|error| format!("no connection to {host}:{port}: {error}"))?;
        match &self.tls {
            None => exchange(stream, request, was_sent).await,
            Some((connector, name)) => {
                let connecting = connector.connect(name.clone(), stream).await;
                let stream = connecting
                    .map_err(|error| format!("no TLS connection to {host}:{port}: {error}"))?;
                exchange(stream, request, was_sent).await
            }
        }
    }

    /// With what every request has.
    fn complete(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Request<Full<Bytes>>, String> {
        let mut request = request.map(Full::new);
        let path = format!("{}{}", self.address.base, request.uri());
        let unusable = |_| "the address cannot stand in a request".to_owned();
        *request.uri_mut() = path.parse().map_err(|_| "the path is no path".to_owned())?;
        let host = HeaderValue::from_str(&self.address.authority).map_err(unusable)?;
        let agent =
            HeaderValue::from_static(concat!("keyglot-selftest/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(HOST, host);
        request.headers_mut().insert(USER_AGENT, agent);
        Ok(request)
    }
}

/// Sends a request on a fresh connection and reads the whole answer.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: http::Request<Full<Bytes>>,
    was_sent: &mut bool,
) -> Result<Response, String> {
    let broken = |error: hyper::Error| format!("no answer: {}", chain(&error));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    // It ends with the sender; what goes wrong on it is told to the sender as well.
    let driver = tokio::spawn(connection);
    *was_sent = true;
    let answer = sender.send_request(request).await.map_err(broken)?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
    let body = body.map_err(|error| format!("the answer is cut off: {}", chain(&*error)))?;
    drop(sender);
    driver.abort();
    Ok(Response::from_parts(head, body.to_bytes()))
}

impl Wire for Connection {
    fn authority(&self) -> &str {
        &self.address.authority
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Response, NoAnswer>> {
        Box::pin(async move {
            let mut was_sent = false;
            let exchange = self.exchange(request, &mut was_sent);
            let outcome = match tokio::time::timeout(self.timeout, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no answer in {} s", self.timeout.as_secs())),
            };
            outcome.map_err(|problem| NoAnswer { was_sent, problem })
        })
    }
}

/// TLS as a client, with the certificates of a file or of the system.
fn connector(ca_file: Option<&Path>) -> Result<TlsConnector, StartError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::failed("TLS", &error))?
        .with_root_certificates(roots(ca_file)?)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, StartError> {
    let mut roots = RootCertStore::empty();
    let none = |what: String| StartError::Failed {
        what,
        cause: "no certificate is there".to_owned(),
    };
    let Some(file) = ca_file else {
        // Of the system's, those that cannot be read are none that vouch.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return if roots.is_empty() {
            Err(none("the system's certificates (see --ca-file)".to_owned()))
        } else {
            Ok(roots)
        };
    };
    let shown = file.display().to_string();
    let failed = |error: &dyn std::error::Error| StartError::failed(shown.clone(), error);
    let pem = std::fs::read(file).map_err(|error| failed(&error))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| failed(&error))?;
        roots.add(certificate).map_err(|error| failed(&error))?;
    }
    if roots.is_empty() {
        return Err(none(shown));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_taken_apart_as_clients_do() {
        for (url, authority, host, port, base) in [
            (
                "http://127.0.0.1:8080",
                "127.0.0.1:8080",
                "127.0.0.1",
                8080,
                "",
            ),
            ("http://keys.test:80/", "keys.test", "keys.test", 80, ""),
            ("https://keys.test", "keys.test", "keys.test", 443, ""),
            (
                "https://keys.test/a/b/",
                "keys.test",
                "keys.test",
                443,
                "/a/b",
            ),
            ("http://[::1]:81", "[::1]:81", "::1", 81, ""),
        ] {
            let address: Address = url.parse().unwrap();
            assert_eq!(address.authority, authority);
            assert_eq!(address.host, host);
            assert_eq!(address.port, port);
            assert_eq!(address.base, base);
            assert_eq!(address.secure, url.starts_with("https"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "keys.test",
            "127.0.0.1:8080",
            "ftp://keys.test",
            "http://user:s3cr3t@keys.test",
            "http://keys.test/?a=b",
        ] {
            let problem = text.parse::<Address>().unwrap_err();
            assert!(!problem.contains("s3cr3t"), "{problem}");
        }
    }
}
