//! Whatever bytes come, parsing ends without a panic, and what parses is given back as it was.

use keypair_core::encoding::{parse_private_key, to_pkcs1_public_pem, to_spki_der};
use keypair_core::{Certificate, PublicKey, PublicMaterial, fingerprint};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::samples::{ed25519, every_type, line};

/// Uses all that a parsed key offers.
fn assert_holds_together(text: &str) {
    let Ok((key, rsa_bits)) = PublicKey::parse_sized(text) else {
        return;
    };
    assert_eq!(key.as_str(), text);
    assert!(text.starts_with(key.without_comment()));
    assert!(key.without_comment().starts_with(key.type_word()));
    assert!(text.contains(key.comment()));
    assert!(!key.blob().is_empty());
    assert_eq!(fingerprint::md5(&key).len(), 47);
    assert_eq!(fingerprint::sha256(&key).len(), 50);
    assert_eq!(key.rsa_bits(), rsa_bits);
    let _ = (to_spki_der(&key), to_pkcs1_public_pem(&key));
    let again = PublicKey::from_stored(text).unwrap();
    assert_eq!(again, key);
    let public = PublicMaterial::Ssh(key);
    assert_eq!(PublicMaterial::Ssh(again).digest(), public.digest());
    let recalled = PublicMaterial::recall(text, public.shape());
    assert_eq!(recalled.as_ref(), Some(&public));
}

/// One change to a text or a blob.
#[derive(Debug, Clone)]
enum Damage {
    Replace(Index, u8),
    Remove(Index),
    Insert(Index, u8),
    Truncate(Index),
    Repeat(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        any::<Index>().prop_map(Damage::Remove),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        any::<Index>().prop_map(Damage::Truncate),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeat(from, to)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Replace(at, byte) => bytes[at.index(length)] = *byte,
            Self::Remove(at) => drop(bytes.remove(at.index(length))),
            Self::Insert(at, byte) => bytes.insert(at.index(length + 1), *byte),
            Self::Truncate(at) => bytes.truncate(at.index(length)),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.extend_from_slice(&part);
            }
        }
    }
}

fn apply_all(damages: &[Damage], bytes: &mut Vec<u8>) {
    for damage in damages {
        damage.apply(bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        assert_holds_together(&text);
        assert!(Certificate::parse(&text).is_err());
        assert!(parse_private_key(&text).is_err());
    }

    #[test]
    fn any_blob(word in select(every_type()), blob in any::<Vec<u8>>()) {
        assert_holds_together(&line(&word.word, &blob));
    }

    #[test]
    fn damaged_line(sample in select(every_type()), damages in prop::collection::vec(damage(), 1..4)) {
        let mut text = format!("{} comment\r\n", sample.line()).into_bytes();
        apply_all(&damages, &mut text);
        assert_holds_together(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn damaged_blob(sample in select(every_type()), damages in prop::collection::vec(damage(), 1..4)) {
        let mut blob = sample.blob();
        apply_all(&damages, &mut blob);
        assert_holds_together(&line(&sample.word, &blob));
    }

    #[test]
    fn damaged_certificate(damages in prop::collection::vec(damage(), 1..4)) {
        let mut der = CERTIFICATE.to_vec();
        apply_all(&damages, &mut der);
        let ending = pem_rfc7468::LineEnding::LF;
        let pem = pem_rfc7468::encode_string("CERTIFICATE", ending, &der).unwrap();
        if let Ok(certificate) = Certificate::parse(&pem) {
            assert_eq!(certificate.as_str(), pem);
            assert_eq!(certificate.der(), der);
            let public = PublicMaterial::X509(certificate);
            let recalled = PublicMaterial::recall(&pem, public.shape());
            assert_eq!(recalled.as_ref(), Some(&public));
        }
    }

    #[test]
    fn comments_come_back(comment in "[^\\p{Cc}]{0,40}") {
        let text = format!("{} {comment}\n", ed25519().line());
        let key = PublicKey::parse(&text).unwrap();
        prop_assert_eq!(key.comment(), comment);
    }
}

/// The structure of a version 3 certificate with empty names and one empty extension.
const CERTIFICATE: &[u8] = &[
    0x30, 0x58, 0x30, 0x4b, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03,
    0x2b, 0x65, 0x70, 0x30, 0x00, 0x30, 0x1e, 0x17, 0x0d, b'2', b'4', b'0', b'1', b'0', b'1', b'0',
    b'0', b'0', b'0', b'0', b'0', b'Z', 0x17, 0x0d, b'3', b'4', b'0', b'1', b'0', b'1', b'0', b'0',
    b'0', b'0', b'0', b'0', b'Z', 0x30, 0x00, 0x30, 0x0b, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
    0x03, 0x02, 0x00, 0x07, 0xa3, 0x09, 0x30, 0x07, 0x30, 0x05, 0x06, 0x01, 0x2a, 0x04, 0x00, 0x30,
    0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x02, 0x00, 0x09,
];

#[test]
fn the_smallest_certificate_is_read() {
    let ending = pem_rfc7468::LineEnding::LF;
    let pem = pem_rfc7468::encode_string("CERTIFICATE", ending, CERTIFICATE).unwrap();
    assert_eq!(Certificate::parse(&pem).unwrap().der(), CERTIFICATE);
    for length in 0..CERTIFICATE.len() {
        let pem = pem_rfc7468::encode_string("CERTIFICATE", ending, &CERTIFICATE[..length]);
        assert!(Certificate::parse(&pem.unwrap()).is_err());
    }
}
