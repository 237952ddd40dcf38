//! The binary form of the key.

use keypair_core::{PublicKey, PublicKeyProblem};

use crate::samples::{
    Field, Sample, certificate, dsa, ecdsa, ed25519, every_type, join, line, number, odd,
    p256_point, rsa, sk_ecdsa, sk_ed25519, string,
};

fn refused(sample: &Sample) -> PublicKeyProblem {
    match PublicKey::parse(&sample.line()) {
        Err(problem) => problem,
        Ok(key) => panic!("was accepted: {}", key.as_str()),
    }
}

#[test]
fn every_truncation_and_every_extra_byte_is_refused() {
    for sample in every_type() {
        let blob = sample.blob();
        for length in 0..blob.len() {
            let text = line(&sample.word, &blob[..length]);
            assert!(
                PublicKey::parse(&text).is_err(),
                "{} cut to {length}",
                sample.word
            );
        }
        for extra in [0, 1, 0xff] {
            let text = line(&sample.word, &[&blob[..], &[extra]].concat());
            assert_eq!(PublicKey::parse(&text), Err(PublicKeyProblem::Malformed));
        }
    }
}

#[test]
fn a_length_beyond_the_blob_is_refused_at_once() {
    for sample in every_type() {
        let blob = sample.blob();
        for length in [u32::MAX, i32::MAX.unsigned_abs(), 1 << 24] {
            let mut changed = blob.clone();
            changed[..4].copy_from_slice(&length.to_be_bytes());
            let text = line(&sample.word, &changed);
            assert_eq!(PublicKey::parse(&text), Err(PublicKeyProblem::Malformed));
            let second = 4 + sample.word.len();
            let mut changed = blob.clone();
            changed[second..second + 4].copy_from_slice(&length.to_be_bytes());
            let text = line(&sample.word, &changed);
            assert_eq!(PublicKey::parse(&text), Err(PublicKeyProblem::Malformed));
        }
    }
}

#[test]
fn numbers_have_one_spelling() {
    use PublicKeyProblem::{Implausible, Malformed};
    let key = rsa(1024);
    let cases = [
        (string([]), Implausible),
        (string([0]), Malformed),
        (string([0, 3]), Malformed),
        (string([0, 0, 0x83]), Malformed),
        (string([0x80]), Malformed),
        (string([0xff, 0xfd]), Malformed),
    ];
    for (field, problem) in cases {
        for position in [0, 1] {
            assert_eq!(
                refused(&key.with(position, field.clone())),
                problem,
                "{field:?}"
            );
        }
    }
}

#[test]
fn rsa_exponents() {
    let key = rsa(1024);
    for exponent in [&[3][..], &[17], &[1, 0, 1], &[0x7f; 32], &odd(1023)] {
        assert!(PublicKey::parse(&key.with(0, number(exponent)).line()).is_ok());
    }
    for exponent in [&[1][..], &[2], &[4], &[1, 0, 0], &odd(1025), &odd(4096)] {
        assert_eq!(
            refused(&key.with(0, number(exponent))),
            PublicKeyProblem::Implausible
        );
    }
}

#[test]
fn rsa_moduli() {
    for bits in [512, 768, 1023, 1024, 1025, 2047, 2048, 16_383, 16_384] {
        let key = PublicKey::parse(&rsa(bits).line()).unwrap();
        assert_eq!(key.rsa_bits(), Some(u32::try_from(bits).unwrap()));
    }
    assert_eq!(refused(&rsa(16_385)), PublicKeyProblem::Implausible);
    assert_eq!(refused(&rsa(65_536)), PublicKeyProblem::Implausible);
    let mut even = odd(2048);
    *even.last_mut().unwrap() &= 0xfe;
    assert_eq!(
        refused(&rsa(2048).with(1, number(&even))),
        PublicKeyProblem::Implausible
    );
    let own_exponent = rsa(1024).with(1, number(&[1, 0, 1]));
    assert_eq!(refused(&own_exponent), PublicKeyProblem::Implausible);
}

#[test]
fn ed25519_is_any_32_bytes() {
    for point in [[0; 32], [0xff; 32], [2; 32]] {
        assert!(PublicKey::parse(&ed25519().with(0, string(point)).line()).is_ok());
        assert!(PublicKey::parse(&sk_ed25519().with(0, string(point)).line()).is_ok());
    }
    for length in [0, 31, 33, 64] {
        let point = || string(vec![7; length]);
        assert_eq!(
            refused(&ed25519().with(0, point())),
            PublicKeyProblem::Malformed
        );
        assert_eq!(
            refused(&sk_ed25519().with(0, point())),
            PublicKeyProblem::Malformed
        );
    }
}

#[test]
fn points_are_uncompressed_and_on_their_curve() {
    for curve in ["nistp256", "nistp384", "nistp521"] {
        let key = ecdsa(curve);
        let Field::String(point) = &key.fields[1] else {
            panic!("the point is a string")
        };
        let half = (point.len() - 1) / 2;
        let mut off_curve = point.clone();
        *off_curve.last_mut().unwrap() ^= 1;
        let parity = 2 + (point.last().unwrap() & 1);
        let compressed = [&[parity], &point[1..=half]].concat();
        let hybrid = [&[4 + parity], &point[1..]].concat();
        let wrong = [
            off_curve,
            compressed,
            hybrid,
            vec![0],
            vec![],
            point[..point.len() - 1].to_vec(),
            [&point[..], &[0]].concat(),
            [&[4][..], &vec![0; 2 * half]].concat(),
            [&[4][..], &vec![0xff; 2 * half]].concat(),
        ];
        for point in wrong {
            let key = key.with(1, string(&point));
            assert_eq!(refused(&key), PublicKeyProblem::Implausible, "{point:?}");
        }
    }
}

#[test]
fn a_point_belongs_to_the_curve_that_the_type_names() {
    for (curve, other) in [
        ("nistp256", "nistp384"),
        ("nistp384", "nistp521"),
        ("nistp521", "nistp256"),
    ] {
        let key = ecdsa(curve);
        let misnamed = key.with(0, string(other));
        assert_eq!(refused(&misnamed), PublicKeyProblem::Malformed);
        let foreign = key.with(1, ecdsa(other).fields[1].clone());
        assert_eq!(refused(&foreign), PublicKeyProblem::Implausible);
    }
    let misnamed = sk_ecdsa().with(0, string("nistp384"));
    assert_eq!(refused(&misnamed), PublicKeyProblem::Malformed);
    let mut off_curve = p256_point();
    off_curve[1] ^= 1;
    let off_curve = sk_ecdsa().with(1, string(off_curve));
    assert_eq!(refused(&off_curve), PublicKeyProblem::Implausible);
}

#[test]
fn dsa_numbers_are_plausible() {
    let key = dsa();
    let even = |bits| {
        let mut number = odd(bits);
        *number.last_mut().unwrap() &= 0xfe;
        number
    };
    let wrong = [
        (0, odd(511)),
        (0, odd(3073)),
        (0, even(1024)),
        (1, odd(159)),
        (1, odd(257)),
        (1, even(160)),
        (2, vec![1]),
        (2, odd(1025)),
        (3, vec![1]),
        (3, odd(1025)),
        (2, odd(1024)),
        (3, odd(1024)),
    ];
    for (position, value) in wrong {
        let key = key.with(position, number(&value));
        assert_eq!(
            refused(&key),
            PublicKeyProblem::Implausible,
            "field {position}"
        );
    }
    for position in 0..4 {
        assert!(PublicKey::parse(&key.with(position, string([])).line()).is_err());
    }
}

#[test]
fn certificates_are_read_to_the_end() {
    // Behind the nonce and the one field of the key: serial, kind, key id, principals, two times,
    // critical options, extensions, reserved, authority, signature.
    let whole = certificate(&ed25519(), &rsa(2048));
    assert!(PublicKey::parse(&whole.line()).is_ok());
    let wrong = [
        (1, string([7; 31])),
        (3, Field::Raw(vec![0, 0, 0, 0])),
        (3, Field::Raw(vec![0, 0, 0, 3])),
        (5, string([0, 0, 0, 9, b'r'])),
        (8, string(join(&[string("name without value")]))),
        (9, string([0])),
        (11, string([])),
        (11, string(join(&[string("ssh-foo")]))),
        (11, string(whole.blob())),
        (11, string([rsa(2048).blob(), vec![0]].concat())),
        (12, string([])),
        (12, string(join(&[string("scheme")]))),
        (
            12,
            string(join(&[string("scheme"), string("x"), string("")])),
        ),
    ];
    for (position, field) in wrong {
        let key = whole.with(position, field.clone());
        assert_eq!(
            refused(&key),
            PublicKeyProblem::Malformed,
            "{position}: {field:?}"
        );
    }
    let weak_authority = rsa(2048).with(0, number(&[1]));
    let key = certificate(&ed25519(), &weak_authority);
    assert_eq!(refused(&key), PublicKeyProblem::Implausible);
    let host = whole.with(3, Field::Raw(vec![0, 0, 0, 2]));
    assert!(PublicKey::parse(&host.line()).is_ok());
    let for_anyone = whole.with(5, string([]));
    assert!(PublicKey::parse(&for_anyone.line()).is_ok());
}

#[test]
fn the_numbers_in_a_certificate_are_judged_too() {
    let key = certificate(&rsa(2048).with(0, number(&[2])), &ed25519());
    assert_eq!(refused(&key), PublicKeyProblem::Implausible);
    let bits = |key: &Sample| PublicKey::parse(&key.line()).unwrap().rsa_bits();
    assert_eq!(bits(&certificate(&rsa(3072), &ed25519())), Some(3072));
    assert_eq!(bits(&certificate(&ed25519(), &rsa(3072))), None);
}
