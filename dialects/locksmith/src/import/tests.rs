//! What the cloud's own program has stored is read, and whatever is wrong with it is named.

use std::fmt::Write as _;

use dialect_api::{DataFolder, Entry, Findings, Passphrases};
use keypair_core::{Passphrase, encoding};
use zeroize::Zeroizing;

use super::legacy::tests::seal;
use super::{PRIVATE_FILE, PUBLIC_FILE, read};

const KEY: &str = include_str!("../../tests/fixtures/short.pem");
const OTHER_KEY: &str = include_str!("../../tests/fixtures/openvpn-server.pem");

fn private_pem(key: &str) -> String {
    let key = encoding::parse_private_key(key).unwrap();
    encoding::to_pkcs1_pem(&key).unwrap().as_str().to_owned()
}

fn public_pem(key: &str) -> String {
    let key = encoding::parse_private_key(key).unwrap();
    encoding::to_pkcs1_public_pem(&key.public_key("").unwrap()).unwrap()
}

/// A data folder; the folders around each file come by themselves.
fn folder(files: &[(&str, &str)]) -> DataFolder {
    let mut folder = DataFolder::default();
    for (path, text) in files {
        let place: Vec<String> = path.split('/').map(str::to_owned).collect();
        for depth in 1..place.len() {
            folder.insert(place[..depth].to_vec(), Entry::Folder);
        }
        let entry = match *text {
            FOLDER => Entry::Folder,
            text => Entry::File(Zeroizing::new(text.as_bytes().to_vec())),
        };
        folder.insert(place, entry);
    }
    folder
}

const FOLDER: &str = "<a folder>";

fn passphrases(of: &[(&str, &str)]) -> Passphrases {
    let pairs = of.iter();
    let pairs = pairs.map(|(place, text)| {
        let passphrase = Passphrase::new((*text).to_owned());
        ((*place).to_owned(), passphrase)
    });
    pairs.collect()
}

/// What was found, a line each.
fn told(findings: &Findings) -> String {
    let mut text = String::new();
    for partition in &findings.partitions {
        writeln!(text, "store {partition}").unwrap();
    }
    for found in &findings.key_pairs {
        let private = match &found.private {
            None => "public",
            Some(private) if private.passphrase.is_some() => "protected",
            Some(_) => "private",
        };
        writeln!(
            text,
            "{private} {}/{}",
            found.partition,
            found.name.as_str()
        )
        .unwrap();
    }
    for refused in &findings.refused {
        writeln!(text, "{}: {}", refused.place.join("/"), refused.reason).unwrap();
    }
    text
}

#[test]
fn key_stores_and_key_pairs_of_all_kinds_are_read() {
    let (public, private) = (public_pem(KEY), private_pem(KEY));
    let protected = seal(private.as_bytes(), "s3cr3t");
    let folder = folder(&[
        ("default", FOLDER),
        (&format!("labs/only-public/{PUBLIC_FILE}"), &public),
        (&format!("labs/plain/{PUBLIC_FILE}"), &public),
        (&format!("labs/plain/{PRIVATE_FILE}"), &private),
        (&format!("labs/vdi-terminal/{PUBLIC_FILE}"), &public),
        (&format!("labs/vdi-terminal/{PRIVATE_FILE}"), &protected),
    ]);
    let findings = read(&folder, &passphrases(&[("labs/vdi-terminal", "s3cr3t")]));
    assert_eq!(
        told(&findings),
        "store default\nstore labs\npublic labs/only-public\nprivate labs/plain\n\
         protected labs/vdi-terminal\n"
    );
    for found in &findings.key_pairs {
        let key = found.public.as_ssh().unwrap();
        assert_eq!(encoding::to_pkcs1_public_pem(key).unwrap(), public);
        if let Some(found) = &found.private {
            assert_eq!(*encoding::to_pkcs1_pem(&found.key).unwrap(), private);
        }
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let (public, private) = (public_pem(KEY), private_pem(KEY));
    let other = private_pem(OTHER_KEY);
    let protected = seal(private.as_bytes(), "s3cr3t");
    let no_key = seal(b"no key", "s3cr3t");
    let with = |file: &str| {
        vec![
            ("s/k/rsa.pub.pem", public.clone()),
            ("s/k/rsa.priv.pem", file.to_owned()),
        ]
    };
    let given = passphrases(&[("s/k", "wrong")]);
    let right = passphrases(&[("s/k", "s3cr3t")]);
    let none = passphrases(&[]);
    for (files, passphrases, refused) in [
        (
            vec![("s/k/rsa.pub.pem", "x".to_owned())],
            &none,
            "s/k/rsa.pub.pem: this is no PEM of an RSA public key",
        ),
        (
            vec![("s/k/rsa.pub.pem", private.clone())],
            &none,
            "s/k/rsa.pub.pem: this is no PEM of an RSA public key",
        ),
        (
            vec![("s/k/rsa.priv.pem", private.clone())],
            &none,
            "s/k: there is no rsa.pub.pem in it",
        ),
        (
            vec![("s/k", FOLDER.to_owned())],
            &none,
            "s/k: there is no rsa.pub.pem in it",
        ),
        (
            with(""),
            &none,
            "s/k/rsa.priv.pem: this is empty: its private key was never written",
        ),
        (
            with(&other),
            &none,
            "s/k/rsa.priv.pem: this does not belong to rsa.pub.pem",
        ),
        (
            with("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
            &none,
            "s/k/rsa.priv.pem: this is no PEM of an RSA private key",
        ),
        (
            with("\u{1}raw bytes"),
            &right,
            "s/k/rsa.priv.pem: this is neither PEM nor base64 of an encrypted key; what early \
          releases wrote under a passphrase cannot be opened, by them neither",
        ),
        (
            with(&protected),
            &none,
            "s/k/rsa.priv.pem: this needs a passphrase, and none is given for it",
        ),
        (
            with(&protected),
            &given,
            "s/k/rsa.priv.pem: the passphrase given does not open this",
        ),
        (
            with(&no_key),
            &right,
            "s/k/rsa.priv.pem: what is encrypted here is no RSA private key",
        ),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let findings = read(&folder(&files), passphrases);
        assert_eq!(told(&findings), format!("store s\n{refused}\n"));
    }
}

#[test]
fn names_that_are_no_ids_and_stray_files_are_named() {
    let public = public_pem(KEY);
    let long = "a".repeat(256);
    let in_folder = |place: &str| format!("{place}/{PUBLIC_FILE}");
    for (path, refused) in [
        (in_folder("Labs/k"), "Labs: this is no id of a key store"),
        (in_folder("a b/k"), "a b: this is no id of a key store"),
        (
            in_folder("s/My Key"),
            "s/My Key: this is no id of a key pair",
        ),
        (in_folder("s/-k"), "s/-k: this is no id of a key pair"),
        (
            in_folder(&format!("s/{long}")),
            &format!("s/{long}: this is no id of a key pair"),
        ),
        (
            in_folder("s"),
            "s/rsa.pub.pem: this belongs to a key pair without an id, which nobody could ever read",
        ),
        (
            "notes.txt".to_owned(),
            "notes.txt: this is no part of a key pair",
        ),
        (
            "s/notes.txt".to_owned(),
            "s/notes.txt: this is no part of a key pair",
        ),
    ] {
        let findings = read(&folder(&[(&path, &public)]), &passphrases(&[]));
        assert!(findings.key_pairs.is_empty(), "{path}");
        assert_eq!(told(&findings).lines().last(), Some(refused), "{path}");
        assert_eq!(findings.refused.len(), 1, "{path}");
    }
    let findings = read(
        &folder(&[(&in_folder("s/k"), &public), ("s/k/more/x", &public)]),
        &passphrases(&[]),
    );
    assert_eq!(
        told(&findings),
        "store s\npublic s/k\ns/k/more: this is no part of a key pair\n\
         s/k/more/x: this is no part of a key pair\n"
    );
}
