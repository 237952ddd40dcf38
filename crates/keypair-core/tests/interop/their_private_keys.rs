//! Private keys that the tools made are read by us, and only whole ones.

use std::process::Command;

use keypair_core::encoding::{
    from_pkcs8_der, parse_private_key, to_openssh_private, to_pkcs1_der, to_pkcs1_pem,
    to_pkcs8_der, to_pkcs8_pem,
};
use keypair_core::material::MaterialError;
use keypair_core::{KeySpec, PrivateKey, PublicKey};
use zeroize::Zeroizing;

use crate::tools::{Bench, RSA_1024, generate};

fn assert_reads(bench: &Bench, file: &str, public: &str) {
    let key = parse_private_key(&bench.read(file)).unwrap();
    let public = PublicKey::parse(&bench.read(public)).unwrap();
    assert_eq!(
        key.public_key(public.comment()).unwrap().as_str(),
        public.as_str().trim_end()
    );
}

#[test]
fn reads_what_ssh_keygen_writes() {
    let bench = Bench::new();
    bench.ssh_keygen("ed25519", "ed25519", "", &[]);
    assert_reads(&bench, "ed25519", "ed25519.pub");
    for (bits, format) in [
        ("1024", "PEM"),
        ("1024", "PKCS8"),
        ("1024", "RFC4716"),
        ("2048", "PEM"),
        ("3072", "RFC4716"),
        ("4096", "PKCS8"),
    ] {
        let name = format!("rsa-{bits}-{format}");
        bench.ssh_keygen(&name, "rsa", bits, &["-m", format]);
        assert_reads(&bench, &name, &format!("{name}.pub"));
    }
}

#[test]
fn reads_what_openssl_writes() {
    let bench = Bench::new();
    bench.run(
        "openssl",
        &["genpkey", "-algorithm", "ed25519", "-out", "k"],
    );
    let key = parse_private_key(&bench.read("k")).unwrap();
    assert_eq!(*to_pkcs8_pem(&key).unwrap(), bench.read("k"));

    bench.run("openssl", &["genrsa", "-out", "pkcs8", "2048"]);
    bench.run(
        "openssl",
        &["rsa", "-in", "pkcs8", "-traditional", "-out", "pkcs1"],
    );
    let key = parse_private_key(&bench.read("pkcs8")).unwrap();
    assert_eq!(*to_pkcs8_pem(&key).unwrap(), bench.read("pkcs8"));
    assert_eq!(*to_pkcs1_pem(&key).unwrap(), bench.read("pkcs1"));
    let key = parse_private_key(&bench.read("pkcs1")).unwrap();
    assert_eq!(*to_pkcs8_pem(&key).unwrap(), bench.read("pkcs8"));
}

#[test]
fn refuses_what_is_encrypted_or_of_another_algorithm() {
    let bench = Bench::new();
    for (name, kind, format) in [
        ("a", "ecdsa", "RFC4716"),
        ("b", "ecdsa", "PKCS8"),
        ("c", "ecdsa", "PEM"),
    ] {
        bench.ssh_keygen(name, kind, "256", &["-m", format]);
    }
    for (name, kind, format) in [
        ("d", "ed25519", "RFC4716"),
        ("e", "rsa", "PKCS8"),
        ("f", "rsa", "PEM"),
    ] {
        let arguments = ["-q", "-t", kind, "-N", "secret", "-m", format, "-f", name];
        bench.run("ssh-keygen", &arguments);
    }
    for name in ["a", "b", "c", "d", "e", "f"] {
        let refused = parse_private_key(&bench.read(name));
        assert!(matches!(refused, Err(MaterialError::Invalid)), "{name}");
    }
    for text in ["", "ssh-rsa AAAA", "-----BEGIN PRIVATE KEY-----"] {
        assert!(parse_private_key(text).is_err());
    }
}

#[test]
fn every_encoding_reads_back_to_the_same_key() {
    for spec in [RSA_1024, KeySpec::Rsa { bits: 2048 }, KeySpec::Ed25519] {
        let key = generate(spec);
        let der = to_pkcs8_der(&key).unwrap();
        let mut back = vec![
            parse_private_key(&to_openssh_private(&key, "c").unwrap()).unwrap(),
            parse_private_key(&to_pkcs8_pem(&key).unwrap()).unwrap(),
            from_pkcs8_der(&der).unwrap(),
        ];
        if spec != KeySpec::Ed25519 {
            back.push(parse_private_key(&to_pkcs1_pem(&key).unwrap()).unwrap());
        }
        for key in back {
            assert_eq!(to_pkcs8_der(&key).unwrap(), der);
            assert_eq!(key.spec(), spec);
        }
    }
}

/// Every single number of the file matters, the redundant ones too.
#[test]
fn refuses_an_rsa_key_with_any_changed_byte() {
    let key = generate(RSA_1024);
    let der = to_pkcs1_der(&key).unwrap().to_vec();
    for position in 0..der.len() {
        for flip in [0x01, 0x80] {
            let mut changed = der.clone();
            changed[position] ^= flip;
            let refused = PrivateKey::from_pkcs1_der(Zeroizing::new(changed));
            assert!(
                matches!(refused, Err(MaterialError::Invalid)),
                "byte {position}"
            );
        }
    }
    for length in 0..der.len() {
        assert!(PrivateKey::from_pkcs1_der(Zeroizing::new(der[..length].to_vec())).is_err());
    }
    let longer = [&der[..], &[0]].concat();
    assert!(PrivateKey::from_pkcs1_der(Zeroizing::new(longer)).is_err());
    assert!(PrivateKey::from_pkcs1_der(Zeroizing::new(der)).is_ok());
}

#[test]
fn refuses_a_changed_pkcs8_file() {
    let rsa = to_pkcs8_der(&generate(RSA_1024)).unwrap();
    let ed25519 = to_pkcs8_der(&generate(KeySpec::Ed25519)).unwrap();
    for (der, header) in [(&rsa, 30), (&ed25519, 16)] {
        for position in 0..header {
            let mut changed = der.to_vec();
            changed[position] ^= 0x01;
            assert!(from_pkcs8_der(&changed).is_err(), "byte {position}");
        }
        assert!(from_pkcs8_der(&der[..der.len() - 1]).is_err());
        assert!(from_pkcs8_der(&[&der[..], &[0]].concat()).is_err());
    }
}

/// Version 2 of PKCS#8 carries the public key; it must be the seed's.
#[test]
fn reads_version_2_of_pkcs8_if_both_halves_fit() {
    let v1 = to_pkcs8_der(&generate(KeySpec::Ed25519)).unwrap();
    let key = from_pkcs8_der(&v1).unwrap();
    let point: [u8; 32] = key.public_key("").unwrap().blob()[19..].try_into().unwrap();
    let v2 = |point: [u8; 32]| {
        let mut der = vec![0x30, 0x51, 0x02, 0x01, 0x01];
        der.extend_from_slice(&v1[5..]);
        der.extend_from_slice(&[0x81, 0x21, 0x00]);
        der.extend_from_slice(&point);
        der
    };
    assert_eq!(
        *to_pkcs8_der(&from_pkcs8_der(&v2(point)).unwrap()).unwrap(),
        **v1
    );
    let mut other = point;
    other[0] ^= 1;
    assert!(from_pkcs8_der(&v2(other)).is_err());
}

#[test]
fn the_tools_are_there() {
    for (tool, argument) in [("ssh-keygen", "-?"), ("openssl", "version")] {
        let found = Command::new(tool).arg(argument).output().is_ok();
        assert!(found, "these tests need `{tool}` on the PATH");
    }
}
