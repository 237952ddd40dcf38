//! A certificate for this machine that is its own root, made by OpenSSL.

use std::process::Command;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// A certificate and its key, in files.
pub(crate) struct Certificate(tempfile::TempDir);

impl Certificate {
    /// One of that name.
    pub(crate) fn new(name: &str) -> Self {
        let this = Self(tempfile::tempdir().expect("a folder"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args(["-nodes", "-days", "10", "-subj", &format!("/CN={name}")])
            .args(["-addext", "subjectAltName=IP:127.0.0.1"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args([
                "-out",
                &this.path("certificate"),
                "-keyout",
                &this.key_path(),
            ])
            .output()
            .expect("openssl runs");
        assert!(made.status.success(), "{made:?}");
        this
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Where its key is.
    pub(crate) fn key_path(&self) -> String {
        self.path("key")
    }

    /// The section that names its files.
    pub(crate) fn config(&self) -> String {
        let (certificate, key) = (self.path("certificate"), self.key_path());
        format!("[tls]\ncertificate_file = {certificate:?}\nkey_file = {key:?}\n")
    }

    /// The certificate for whoever is to trust it.
    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.path("certificate")).expect("a certificate")
    }

    /// Puts another one into its files.
    pub(crate) fn becomes(&self, other: &Self) {
        for name in ["certificate", "key"] {
            std::fs::copy(other.path(name), self.path(name)).expect("a copy");
        }
    }
}
