//! Public keys that the tools made are read by us, kept as they are, and printed for `openssl`.

use base64ct::{Base64, Encoding as _};
use keypair_core::encoding::{to_pkcs1_public_pem, to_spki_der, to_spki_pem};
use keypair_core::material::MaterialError;
use keypair_core::{Algorithm, Certificate, PublicKey, PublicMaterial, fingerprint};

use crate::tools::Bench;

const KINDS: [(&str, &str, Algorithm, usize); 7] = [
    ("ed25519", "", Algorithm::Ed25519, 80),
    ("ecdsa", "256", Algorithm::EcdsaP256, 160),
    ("ecdsa", "384", Algorithm::EcdsaP384, 204),
    ("ecdsa", "521", Algorithm::EcdsaP521, 252),
    ("rsa", "1024", Algorithm::Rsa, 212),
    ("rsa", "3072", Algorithm::Rsa, 552),
    ("rsa", "4096", Algorithm::Rsa, 724),
];

fn fingerprint_of(bench: &Bench, hash: &str, file: &str) -> String {
    let printed = bench.run("ssh-keygen", &["-l", "-E", hash, "-f", file]);
    printed.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn reads_what_ssh_keygen_writes() {
    for (kind, bits, algorithm, length) in KINDS {
        let bench = Bench::new();
        bench.ssh_keygen("k", kind, bits, &[]);
        let text = bench.read("k.pub");
        let key = PublicKey::parse(&text).unwrap();
        assert_eq!(key.as_str(), text);
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.comment(), "who@where");
        assert_eq!(key.without_comment().len(), length);
        assert_eq!(
            key.rsa_bits(),
            (kind == "rsa").then(|| bits.parse().unwrap())
        );
        assert!(!key.is_certificate());
        assert_eq!(
            fingerprint_of(&bench, "sha256", "k.pub"),
            fingerprint::sha256(&key)
        );
        let md5 = fingerprint_of(&bench, "md5", "k.pub");
        assert_eq!(md5, format!("MD5:{}", fingerprint::md5(&key)));
        assert_eq!(PublicKey::from_stored(&text), Ok(key));
    }
}

#[test]
fn openssl_reads_the_asn1_forms() {
    for (kind, bits, algorithm, _) in KINDS {
        let bench = Bench::new();
        bench.ssh_keygen("k", kind, bits, &[]);
        let key = PublicKey::parse(&bench.read("k.pub")).unwrap();
        let spki = to_spki_pem(&key).unwrap();
        bench.write("spki", &spki);
        bench.write("der", to_spki_der(&key).unwrap());
        let from_pem = bench.run("openssl", &["pkey", "-pubin", "-in", "spki"]);
        assert_eq!(from_pem, spki);
        let from_der = ["pkey", "-pubin", "-inform", "DER", "-in", "der"];
        assert_eq!(bench.run("openssl", &from_der), spki);
        if algorithm == Algorithm::Rsa {
            bench.write("pkcs1", to_pkcs1_public_pem(&key).unwrap());
            let arguments = ["rsa", "-RSAPublicKey_in", "-in", "pkcs1", "-pubout"];
            assert_eq!(bench.run("openssl", &arguments), spki);
        } else {
            assert!(to_pkcs1_public_pem(&key).is_err());
        }
        // ssh-keygen's own conversion knows all but Ed25519.
        if algorithm != Algorithm::Ed25519 {
            let converted = bench.run("ssh-keygen", &["-e", "-m", "PKCS8", "-f", "k.pub"]);
            assert_eq!(converted, spki);
        }
    }
}

#[test]
fn reads_openssh_certificates() {
    let bench = Bench::new();
    let authorities = [("ed25519", ""), ("rsa", "2048"), ("ecdsa", "384")];
    for (index, (kind, bits)) in authorities.into_iter().enumerate() {
        bench.ssh_keygen(&format!("ca{index}"), kind, bits, &[]);
    }
    for (index, (kind, bits, algorithm, _)) in KINDS.into_iter().enumerate() {
        let name = format!("k{index}");
        bench.ssh_keygen(&name, kind, bits, &[]);
        let authority = format!("ca{}", index % authorities.len());
        let mut arguments = vec!["-q", "-s", &authority, "-I", "who", "-n", "root,admin"];
        arguments.extend(["-V", "+1d", "-z", "7", "-O", "force-command=/bin/true"]);
        if index % 2 == 1 {
            arguments = vec!["-q", "-s", &authority, "-I", "host", "-h"];
        }
        let file = format!("{name}.pub");
        arguments.push(&file);
        bench.run("ssh-keygen", &arguments);

        let text = bench.read(&format!("{name}-cert.pub"));
        let certificate = PublicKey::parse(&text).unwrap();
        assert_eq!(certificate.as_str(), text);
        assert_eq!(certificate.algorithm(), algorithm);
        assert!(certificate.is_certificate());
        assert!(certificate.type_word().ends_with("-cert-v01@openssh.com"));
        assert_eq!(
            certificate.rsa_bits(),
            (kind == "rsa").then(|| bits.parse().unwrap())
        );
        assert!(matches!(
            to_spki_der(&certificate),
            Err(MaterialError::NoSuchEncoding)
        ));

        let blob = certificate.blob();
        for length in (0..blob.len()).step_by(7).chain([blob.len() - 1]) {
            assert!(PublicKey::parse(&line_of(&certificate, &blob[..length])).is_err());
        }
        let longer = [&blob[..], &[0]].concat();
        assert!(PublicKey::parse(&line_of(&certificate, &longer)).is_err());
    }
}

fn line_of(key: &PublicKey, blob: &[u8]) -> String {
    format!("{} {}", key.type_word(), Base64::encode_string(blob))
}

/// Newer releases of OpenSSH have dropped DSA; `openssl` still makes such keys, and this builds
/// the SSH form of one from the numbers that it prints.
#[test]
fn reads_dsa_keys() {
    let bench = Bench::new();
    let made = ["-q", "-t", "dsa", "-N", "", "-C", "who@where", "-f", "k"];
    let line = if bench.attempt("ssh-keygen", &made).status.success() {
        bench.read("k.pub")
    } else {
        dsa_line_from_openssl(&bench)
    };
    let key = PublicKey::parse(&line).unwrap();
    assert_eq!(key.algorithm(), Algorithm::Dsa);
    assert_eq!(key.rsa_bits(), None);
    assert!(matches!(
        to_spki_pem(&key),
        Err(MaterialError::NoSuchEncoding)
    ));
}

#[test]
fn builds_dsa_keys_from_openssl() {
    let key = PublicKey::parse(&dsa_line_from_openssl(&Bench::new())).unwrap();
    assert_eq!(key.algorithm(), Algorithm::Dsa);
}

fn dsa_line_from_openssl(bench: &Bench) -> String {
    bench.run("openssl", &["dsaparam", "-out", "parameters", "1024"]);
    bench.run("openssl", &["gendsa", "-out", "private", "parameters"]);
    let text = bench.run("openssl", &["dsa", "-in", "private", "-noout", "-text"]);
    let number = |name: &str| -> Vec<u8> {
        let digits: String = text
            .split_once(&format!("{name}:"))
            .unwrap()
            .1
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with("    "))
            .flat_map(str::chars)
            .filter(char::is_ascii_hexdigit)
            .collect();
        let bytes = digits.as_bytes().chunks(2);
        bytes
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let mut blob = Vec::new();
    for field in [
        b"ssh-dss".to_vec(),
        number("P"),
        number("Q"),
        number("G"),
        number("pub"),
    ] {
        blob.extend_from_slice(&u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend_from_slice(&field);
    }
    format!("ssh-dss {}", Base64::encode_string(&blob))
}

#[test]
fn reads_x509_certificates() {
    let bench = Bench::new();
    let kinds: [(&str, &[&str]); 3] = [
        ("rsa", &["-newkey", "rsa:2048"]),
        ("ed25519", &["-newkey", "ed25519"]),
        (
            "ec",
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
        ),
    ];
    for (name, key) in kinds {
        let subject = "/C=FR/O=Exämple/OU=a+CN=who@where";
        let mut arguments = vec!["req", "-x509", "-nodes", "-utf8", "-subj", subject];
        arguments.extend([
            "-multivalue-rdn",
            "-days",
            "36500",
            "-keyout",
            "k",
            "-out",
            name,
        ]);
        arguments.extend(["-addext", "subjectAltName=DNS:example.org"]);
        arguments.extend(key);
        bench.run("openssl", &arguments);
        let pem = bench.read(name);
        let certificate = Certificate::parse(&pem).unwrap();
        assert_eq!(certificate.as_str(), pem);
        let printed = ["x509", "-in", name, "-noout", "-fingerprint", "-sha1"];
        let printed = bench.run("openssl", &printed).trim_end().to_lowercase();
        let expected = format!(
            "sha1 fingerprint={}",
            fingerprint::certificate_sha1(&certificate)
        );
        assert_eq!(printed, expected);
        bench.run(
            "openssl",
            &["x509", "-in", name, "-outform", "DER", "-out", "der"],
        );
        assert_eq!(certificate.der(), bench.read_bytes("der"));
        assert_only_whole_certificates_are_read(&pem, &certificate.der(), &bench.read("k"));
    }
}

fn assert_only_whole_certificates_are_read(pem: &str, der: &[u8], private_key: &str) {
    let wrap = |der: &[u8]| {
        pem_rfc7468::encode_string("CERTIFICATE", pem_rfc7468::LineEnding::LF, der).unwrap()
    };
    assert_eq!(wrap(der), pem);
    let trimmed = Certificate::parse(pem.trim_end()).unwrap();
    assert_eq!(trimmed.as_str(), pem.trim_end());
    let digest = |text: &str| PublicMaterial::X509(Certificate::parse(text).unwrap()).digest();
    assert_eq!(digest(pem), digest(pem.trim_end()));
    assert_eq!(digest(pem), digest(&pem.replace('\n', "\r\n")));

    for length in 0..der.len() {
        assert!(
            Certificate::parse(&wrap(&der[..length])).is_err(),
            "first {length} bytes"
        );
    }
    assert!(Certificate::parse(&wrap(&[der, &[0]].concat())).is_err());
    let refused = [
        String::new(),
        format!("{pem}{pem}"),
        format!("{private_key}{pem}"),
        format!("{pem}{private_key}"),
        format!("text\n{pem}"),
        pem.replace("CERTIFICATE", "PUBLIC KEY"),
        pem.replacen("-----BEGIN CERTIFICATE-----\n", "", 1),
        private_key.to_owned(),
    ];
    for text in refused {
        assert!(Certificate::parse(&text).is_err(), "{text}");
    }
}
