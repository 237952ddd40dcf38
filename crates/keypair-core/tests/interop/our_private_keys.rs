//! What we generate is read by the tools, in every encoding.

use base64ct::{Base64, Encoding as _};
use keypair_core::encoding::{
    parse_pkcs1_public_pem, to_openssh_private, to_pkcs1_der, to_pkcs1_pem, to_pkcs1_public_pem,
    to_pkcs8_der, to_pkcs8_pem, to_spki_pem,
};
use keypair_core::material::MaterialError;
use keypair_core::{KeySpec, PrivateKey, fingerprint};

use crate::tools::{Bench, RSA_1024, SPECS, generate, one_of_each};

#[test]
fn ssh_keygen_derives_the_same_public_line_from_every_private_file() {
    for key in one_of_each() {
        let bench = Bench::new();
        let spec = key.spec();
        let line = key.public_key("").unwrap();
        bench.write("openssh", &*to_openssh_private(key, "").unwrap());
        let mut files = vec!["openssh"];
        if matches!(spec, KeySpec::Rsa { .. }) {
            bench.write("pkcs1", &*to_pkcs1_pem(key).unwrap());
            bench.write("pkcs8", &*to_pkcs8_pem(key).unwrap());
            files.extend(["pkcs1", "pkcs8"]);
        }
        for file in files {
            let printed = bench.run("ssh-keygen", &["-y", "-f", file]);
            assert_eq!(printed.trim_end(), line.as_str(), "{spec:?} as {file}");
        }
    }
}

#[test]
fn ssh_keygen_reads_the_comment_of_a_private_file() {
    let bench = Bench::new();
    for spec in [RSA_1024, KeySpec::Ed25519] {
        let key = generate(spec);
        bench.write(
            "k",
            &*to_openssh_private(&key, "Generated-by-Nova ü").unwrap(),
        );
        let printed = bench.run("ssh-keygen", &["-y", "-f", "k"]);
        let line = key.public_key("Generated-by-Nova ü").unwrap();
        assert_eq!(printed, format!("{}\n", line.as_str()));
    }
}

#[test]
fn ssh_keygen_computes_the_same_fingerprints() {
    let bench = Bench::new();
    for key in one_of_each() {
        let line = key.public_key("a comment").unwrap();
        bench.write("k.pub", line.as_str());
        let fingerprint = |hash: &str| {
            let printed = bench.run("ssh-keygen", &["-l", "-E", hash, "-f", "k.pub"]);
            printed.split(' ').nth(1).unwrap().to_owned()
        };
        assert_eq!(
            fingerprint("md5"),
            format!("MD5:{}", fingerprint::md5(&line))
        );
        assert_eq!(fingerprint("sha256"), fingerprint::sha256(&line));
    }
}

#[test]
fn openssl_finds_every_rsa_key_consistent() {
    let bench = Bench::new();
    for key in one_of_each() {
        let KeySpec::Rsa { bits } = key.spec() else {
            continue;
        };
        bench.write("pkcs1", &*to_pkcs1_pem(key).unwrap());
        bench.write("pkcs8", &*to_pkcs8_pem(key).unwrap());
        bench.write("der", &*to_pkcs8_der(key).unwrap());
        for input in [
            ["-in", "pkcs1", "-inform", "PEM"],
            ["-in", "pkcs8", "-inform", "PEM"],
            ["-in", "der", "-inform", "DER"],
        ] {
            let checked = bench.run(
                "openssl",
                &[&["rsa", "-check", "-text"], &input[..]].concat(),
            );
            assert!(checked.contains("RSA key ok"), "{checked}");
            assert!(
                checked.contains(&format!("Private-Key: ({bits} bit, 2 primes)")),
                "{checked}"
            );
            assert!(checked.contains("publicExponent: 65537"), "{checked}");
        }
    }
}

#[test]
fn openssl_writes_the_same_bytes_as_we_do() {
    let bench = Bench::new();
    let key = generate(KeySpec::Rsa { bits: 2048 });
    bench.write("in", to_pkcs1_der(&key).unwrap());
    let convert = |arguments: &str| {
        let arguments: Vec<_> = arguments.split(' ').collect();
        bench.run("openssl", &arguments);
        bench.read_bytes("out")
    };
    let pem = |pem: &str| pem.as_bytes().to_vec();
    let private = "rsa -inform DER -in in -out out";
    assert_eq!(convert(private), pem(&to_pkcs8_pem(&key).unwrap()));
    assert_eq!(
        convert(&format!("{private} -traditional")),
        pem(&to_pkcs1_pem(&key).unwrap())
    );
    assert_eq!(
        convert("pkcs8 -topk8 -nocrypt -inform DER -in in -outform DER -out out"),
        *to_pkcs8_der(&key).unwrap()
    );
    let public = key.public_key("").unwrap();
    assert_eq!(
        convert(&format!("{private} -pubout")),
        pem(&to_spki_pem(&public).unwrap())
    );
    assert_eq!(
        convert(&format!("{private} -RSAPublicKey_out")),
        pem(&to_pkcs1_public_pem(&public).unwrap())
    );
}

#[test]
fn openssl_reads_ed25519_in_pkcs8() {
    let bench = Bench::new();
    let key = generate(KeySpec::Ed25519);
    assert_eq!(to_pkcs8_der(&key).unwrap().len(), 48);
    bench.write("k", &*to_pkcs8_pem(&key).unwrap());
    let spki = bench.run("openssl", &["pkey", "-in", "k", "-pubout"]);
    assert_eq!(spki, to_spki_pem(&key.public_key("").unwrap()).unwrap());
}

#[test]
fn pkcs1_public_keys_are_read_back() {
    for key in one_of_each() {
        let public = key.public_key("").unwrap();
        if let Ok(pem) = to_pkcs1_public_pem(&public) {
            assert_eq!(parse_pkcs1_public_pem(&pem).unwrap(), public);
        }
    }
    let bench = Bench::new();
    bench.write("k", &*to_pkcs8_pem(&generate(RSA_1024)).unwrap());
    let theirs = bench.run("openssl", &["rsa", "-in", "k", "-RSAPublicKey_out"]);
    assert_eq!(
        parse_pkcs1_public_pem(&theirs).unwrap().rsa_bits(),
        Some(1024)
    );
    let spki = bench.run("openssl", &["rsa", "-in", "k", "-pubout"]);
    for text in [
        "",
        "no PEM",
        &spki,
        &theirs.replace("RSA PUBLIC KEY", "PUBLIC KEY"),
        &theirs.replacen("MIG", "MIH", 1),
        // The numbers 0 and 0.
        "-----BEGIN RSA PUBLIC KEY-----\nMAYCAQACAQA=\n-----END RSA PUBLIC KEY-----\n",
    ] {
        assert!(parse_pkcs1_public_pem(text).is_err(), "{text}");
    }
}

#[test]
fn ed25519_has_no_pkcs1_form() {
    let key = generate(KeySpec::Ed25519);
    assert!(matches!(
        to_pkcs1_pem(&key),
        Err(MaterialError::NoSuchEncoding)
    ));
    assert!(matches!(
        to_pkcs1_der(&key),
        Err(MaterialError::NoSuchEncoding)
    ));
    let public = key.public_key("").unwrap();
    assert!(matches!(
        to_pkcs1_public_pem(&public),
        Err(MaterialError::NoSuchEncoding)
    ));
}

/// The lengths and beginnings that the clouds' own answers show.
#[test]
fn generated_keys_have_the_lengths_that_clients_know() {
    let keys = one_of_each();
    assert_eq!(keys.each_ref().map(PrivateKey::spec), SPECS);
    let lengths = keys
        .each_ref()
        .map(|key| key.public_key("").unwrap().as_str().len());
    assert_eq!(lengths, [212, 380, 552, 724, 80]);

    let [_, _, _, key, _] = keys;
    let line = key.public_key("").unwrap();
    assert!(
        line.as_str()
            .starts_with("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQ")
    );
    assert_eq!(line.rsa_bits(), Some(4096));

    let pkcs8 = Base64::encode_string(&to_pkcs8_der(key).unwrap());
    assert!((3164..=3172).contains(&pkcs8.len()), "{}", pkcs8.len());
    assert!(pkcs8.starts_with("MIIJ"), "{pkcs8}");
    assert_eq!(&pkcs8[6..33], "IBADANBgkqhkiG9w0BAQEFAASCC");

    let public = to_pkcs1_public_pem(&line).unwrap();
    assert_eq!(public.len(), 775);
    let wrapped = Base64::encode_string(public.as_bytes());
    assert_eq!(wrapped.len(), 1036);
    assert!(wrapped.starts_with("LS0tLS1CRUdJTiBSU0EgUFVCTElDIEtFWS0tLS0tCk1JSUNDZ0tDQWdFQ"));
}

#[test]
fn encodings_of_one_key_are_the_same_every_time() {
    for spec in [RSA_1024, KeySpec::Ed25519] {
        let key = generate(spec);
        let file = |comment| to_openssh_private(&key, comment).unwrap();
        assert_eq!(file("a"), file("a"));
        assert_ne!(file("a"), file("b"));
        assert_eq!(to_pkcs8_pem(&key).unwrap(), to_pkcs8_pem(&key).unwrap());
    }
}

#[test]
fn two_keys_are_never_the_same() {
    for spec in [RSA_1024, KeySpec::Ed25519] {
        let line = || generate(spec).public_key("").unwrap();
        assert_ne!(line(), line());
    }
}

#[test]
fn sizes_that_no_cloud_offers_are_refused() {
    for bits in [0, 512, 1023, 1025, 2047, 4097, 8192, u16::MAX] {
        let made = PrivateKey::generate(
            KeySpec::Rsa { bits },
            &mut rand_core::UnwrapErr(getrandom::SysRng),
        );
        assert!(
            matches!(made, Err(MaterialError::UnsupportedSize { bits: refused }) if refused == bits)
        );
    }
}

#[test]
fn a_comment_cannot_break_out_of_its_line() {
    let key = generate(KeySpec::Ed25519);
    for comment in ["a\nssh-rsa AAAA", "a\rb", "a\0b", "\u{7f}", "\u{85}"] {
        assert!(matches!(
            key.public_key(comment),
            Err(MaterialError::Invalid)
        ));
        assert!(matches!(
            to_openssh_private(&key, comment),
            Err(MaterialError::Invalid)
        ));
    }
    assert!(key.public_key(&"x".repeat(64 * 1024)).is_err());
}

#[test]
fn a_private_key_does_not_print_itself() {
    for spec in [RSA_1024, KeySpec::Ed25519] {
        assert_eq!(format!("{:?}", generate(spec)), "PrivateKey(redacted)");
    }
}
