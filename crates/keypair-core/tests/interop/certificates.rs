//! Certificates that keys sign for themselves, and files that hold both, are read by `openssl`.

use std::time::{Duration, SystemTime};

use keypair_core::encoding::{to_pkcs8_pem, to_pkcs12_der, to_spki_pem};
use keypair_core::material::MaterialError;
use keypair_core::{Certificate, CertificateSpec, KeySpec, PrivateKey, fingerprint};

use crate::tools::{Bench, RSA_1024, generate, one_of_each};

/// 2026-11-23 06:45:58.120 UTC.
const NOW: Duration = Duration::from_millis(1_795_416_358_120);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn spec(user: &str, days: u32) -> CertificateSpec {
    CertificateSpec {
        common_name: user.to_owned(),
        user_principal_name: format!("{user}@localhost"),
        valid_for: DAY * days,
    }
}

fn certify(key: &PrivateKey, user: &str) -> Certificate {
    let now = SystemTime::UNIX_EPOCH + NOW;
    key.certify(&spec(user, 3650), now).unwrap()
}

/// What `openssl x509` prints of a certificate, without indentation.
fn printed(bench: &Bench, arguments: &[&str]) -> Vec<String> {
    let text = bench.run("openssl", &[&["x509", "-in", "c"], arguments].concat());
    text.lines().map(|line| line.trim().to_owned()).collect()
}

#[test]
fn openssl_reads_what_the_certificate_says() {
    let key = generate(KeySpec::Rsa { bits: 2048 });
    let certificate = certify(&key, "d0d0d0d0");
    let bench = Bench::new();
    bench.write("c", certificate.as_str());
    let lines = printed(&bench, &["-noout", "-text"]);
    for line in [
        "Version: 3 (0x2)",
        "Signature Algorithm: sha256WithRSAEncryption",
        "Issuer: CN = d0d0d0d0",
        "Subject: CN = d0d0d0d0",
        "Not Before: Nov 23 06:45:58 2026 GMT",
        "Not After : Nov 20 06:45:58 2036 GMT",
        "Public-Key: (2048 bit)",
        "TLS Web Client Authentication",
        "othername: UPN::d0d0d0d0@localhost",
    ] {
        assert!(lines.iter().any(|it| it == line), "{line}: {lines:#?}");
    }
    let extensions: Vec<_> = lines
        .iter()
        .filter(|it| it.starts_with("X509v3 "))
        .collect();
    assert_eq!(
        extensions,
        [
            "X509v3 extensions:",
            "X509v3 Extended Key Usage:",
            "X509v3 Subject Alternative Name:",
            "X509v3 Subject Key Identifier:"
        ]
    );
    assert_eq!(
        printed(&bench, &["-noout", "-fingerprint", "-sha1"])[0]
            .replace("sha1 Fingerprint=", "")
            .to_lowercase(),
        fingerprint::certificate_sha1(&certificate)
    );
}

#[test]
fn openssl_finds_the_signature_right() {
    for key in one_of_each() {
        let KeySpec::Rsa { .. } = key.spec() else {
            continue;
        };
        let bench = Bench::new();
        bench.write("c", certify(key, "somebody").as_str());
        let purpose = ["-purpose", "sslclient", "-attime", "1800000000"];
        let verified = bench.run(
            "openssl",
            &[&["verify"], &purpose[..], &["-CAfile", "c", "c"]].concat(),
        );
        assert_eq!(verified.trim(), "c: OK");
        let key_of_certificate = printed(&bench, &["-noout", "-pubkey"]).join("\n");
        let own = to_spki_pem(&key.public_key("").unwrap()).unwrap();
        assert_eq!(key_of_certificate, own.trim_end());
    }
}

#[test]
fn the_text_is_pem_in_64_columns_that_reads_back() {
    let key = generate(RSA_1024);
    let certificate = certify(&key, "somebody");
    let text = certificate.as_str();
    let bench = Bench::new();
    bench.write("c", text);
    assert_eq!(bench.run("openssl", &["x509", "-in", "c"]), text);
    assert_eq!(Certificate::parse(text).unwrap(), certificate);
}

#[test]
fn serial_numbers_differ_and_are_of_one_length() {
    let serials = [generate(RSA_1024), generate(RSA_1024)].map(|key| {
        let bench = Bench::new();
        bench.write("c", certify(&key, "somebody").as_str());
        let serial = printed(&bench, &["-noout", "-serial"]).remove(0);
        assert_eq!(serial.len(), "serial=".len() + 40, "{serial}");
        serial
    });
    assert_ne!(serials[0], serials[1]);
}

#[test]
fn any_text_may_name_the_owner() {
    let key = generate(RSA_1024);
    for user in ["", "a/b,c=d+\"e\\", "ключ", &"x".repeat(300)] {
        let bench = Bench::new();
        let certificate = certify(&key, user);
        bench.write("c", certificate.as_str());
        let subject = bench.run(
            "openssl",
            &["x509", "-in", "c", "-noout", "-subject", "-nameopt", "utf8"],
        );
        assert_eq!(subject, format!("subject=CN={user}\n"));
    }
}

#[test]
fn late_and_early_times_are_kept_or_refused() {
    let key = generate(RSA_1024);
    let at = |since: Duration, days: u32| {
        key.certify(&spec("somebody", days), SystemTime::UNIX_EPOCH + since)
    };
    // From 2050 on times are spelled another way.
    let bench = Bench::new();
    bench.write("c", at(DAY * 365 * 85, 10).unwrap().as_str());
    let dates = printed(&bench, &["-noout", "-dates"]);
    assert_eq!(dates[0], "notBefore=Dec 11 00:00:00 2054 GMT");
    assert!(at(DAY * 365 * 8000, 365 * 1000).is_err());
    let before = SystemTime::UNIX_EPOCH - DAY;
    assert!(key.certify(&spec("somebody", 1), before).is_err());
}

#[test]
fn openssl_opens_the_file_with_an_empty_password() {
    let key = generate(KeySpec::Rsa { bits: 2048 });
    let certificate = certify(&key, "somebody");
    let bench = Bench::new();
    bench.write("p12", &*to_pkcs12_der(&key, &certificate).unwrap());
    let open = |arguments: &[&str]| {
        let first = ["pkcs12", "-in", "p12", "-passin", "pass:"];
        bench.run("openssl", &[&first, arguments].concat())
    };
    let private = open(&["-nocerts", "-nodes"]);
    assert!(
        private.ends_with(&**to_pkcs8_pem(&key).unwrap()),
        "{private}"
    );
    let public = open(&["-nokeys"]);
    assert!(public.ends_with(certificate.as_str()), "{public}");
    let mark = |text: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains("localKeyID"));
        lines.next().unwrap().to_owned()
    };
    assert_eq!(mark(&private), mark(&public));
    let wrong = bench.attempt(
        "openssl",
        &["pkcs12", "-in", "p12", "-passin", "pass:wrong", "-noout"],
    );
    assert!(!wrong.status.success());
}

/// OpenSSL's own file of the same key and certificate has the same parts under the same algorithms.
#[test]
fn openssl_writes_the_same_kind_of_file() {
    let key = generate(KeySpec::Rsa { bits: 2048 });
    let certificate = certify(&key, "somebody");
    let bench = Bench::new();
    bench.write("ours", &*to_pkcs12_der(&key, &certificate).unwrap());
    bench.write(
        "both",
        format!("{}{}", *to_pkcs8_pem(&key).unwrap(), certificate.as_str()),
    );
    bench.run(
        "openssl",
        &[
            "pkcs12",
            "-export",
            "-in",
            "both",
            "-password",
            "pass:",
            "-out",
            "theirs",
        ],
    );
    let described = |file: &str| {
        let arguments = ["pkcs12", "-in", file, "-passin", "pass:", "-info", "-noout"];
        let output = bench.attempt("openssl", &arguments);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    // How long a salt is differs between versions of OpenSSL.
    let without_salt = |text: String| text.split(", salt length").next().unwrap().to_owned();
    assert_eq!(
        without_salt(described("ours")),
        without_salt(described("theirs"))
    );
    let safes = |text: String| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(safes(described("ours")), safes(described("theirs")));
}

#[test]
fn the_same_key_and_certificate_give_the_same_file() {
    let key = generate(RSA_1024);
    let certificate = certify(&key, "somebody");
    assert_eq!(certificate, certify(&key, "somebody"));
    let file = || to_pkcs12_der(&key, &certificate).unwrap();
    assert_eq!(file(), file());
    let other = certify(&key, "somebody else");
    assert_ne!(file(), to_pkcs12_der(&key, &other).unwrap());
}

#[test]
fn ed25519_has_neither() {
    let key = generate(KeySpec::Ed25519);
    let now = SystemTime::UNIX_EPOCH + NOW;
    assert!(matches!(
        key.certify(&spec("somebody", 1), now),
        Err(MaterialError::NoSuchEncoding)
    ));
    let certificate = certify(&generate(RSA_1024), "somebody");
    assert!(matches!(
        to_pkcs12_der(&key, &certificate),
        Err(MaterialError::NoSuchEncoding)
    ));
}
