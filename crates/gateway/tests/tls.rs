//! TLS on a real socket: what is negotiated, what a link says, and who is let in.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

#[path = "support/certificate.rs"]
mod certificate;
#[path = "support/gateway.rs"]
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};

use certificate::Certificate;
use support::{Gateway, connect, run};

type Secured = StreamOwned<ClientConnection, TcpStream>;

/// A connection on which the handshake has been done.
fn secured(
    gateway: &Gateway,
    trusted: &Certificate,
    version: &'static SupportedProtocolVersion,
    protocols: &[&[u8]],
) -> std::io::Result<Secured> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der()).expect("a root");
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .expect("a version")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, connect(&gateway.address));
    stream.flush()?;
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

#[test]
fn both_versions_and_both_protocols_are_spoken() {
    let certificate = Certificate::new("tls");
    let gateway = Gateway::start(&certificate.config());
    assert!(gateway.lines[1].starts_with("http  https://127.0.0.1:"));
    let both: [&[u8]; 2] = [b"h2", b"http/1.1"];
    for version in [&TLS12, &TLS13] {
        for (offered, agreed) in [(&both[..], both[0]), (&both[1..], both[1])] {
            let stream = secured(&gateway, &certificate, version, offered).expect("a handshake");
            assert_eq!(stream.conn.alpn_protocol(), Some(agreed));
        }
    }
}

#[test]
fn links_say_https_and_the_admin_listener_stays_plain() {
    let certificate = Certificate::new("links");
    let gateway = Gateway::start(&certificate.config());
    let mut stream = secured(&gateway, &certificate, &TLS13, &[]).expect("a handshake");
    let head = "GET /compute/ HTTP/1.1\r\nhost: cloud.example\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("the request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("https://cloud.example/"), "{answer}");
    assert!(!answer.contains("http://"), "{answer}");
    let health = support::exchange(&gateway.admin, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(health.status, 200);
}

#[test]
fn plain_http_is_not_answered() {
    let certificate = Certificate::new("plain");
    let gateway = Gateway::start(&certificate.config());
    let mut stream = connect(&gateway.address);
    let head = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("the request");
    let mut said = Vec::new();
    // A reset is as good an end as any.
    let _ = stream.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP/"), "{said:?}");
}

#[test]
fn a_key_that_is_not_the_certificates_is_refused_at_the_start() {
    let (one, other) = (Certificate::new("one"), Certificate::new("other"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyglot.toml");
    let text = one.config().replace(&one.key_path(), &other.key_path());
    std::fs::write(&file, text).expect("the config file");
    let path = file.to_str().expect("a text");
    let output = run(&["serve", "--admin-listen", "127.0.0.1:0", "--config", path]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("tls.key: does not belong to `tls.certificate`"),
        "{said}"
    );
}

#[test]
fn a_renewed_certificate_serves_new_connections_and_an_old_one_goes_on() {
    let (certificate, next) = (Certificate::new("before"), Certificate::new("after"));
    let config = format!("watch_interval = 1\n{}", certificate.config());
    let gateway = Gateway::start(&config);
    let mut old = secured(&gateway, &certificate, &TLS13, &[]).expect("a handshake");
    certificate.becomes(&next);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while secured(&gateway, &next, &TLS13, &[]).is_err() {
        assert!(
            std::time::Instant::now() < until,
            "the new one is never shown"
        );
        std::thread::yield_now();
    }
    let head = "GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    old.write_all(head.as_bytes()).expect("the request");
    let mut answer = String::new();
    old.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
}
