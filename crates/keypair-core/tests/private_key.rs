//! Whatever comes as a private key, reading it ends without a panic, and only keys whose numbers
//! belong together are taken.

use std::array;

use der::Encode as _;
use keypair_core::encoding::{from_pkcs8_der, parse_private_key, to_pkcs1_der, to_pkcs8_der};
use keypair_core::material::MaterialError;
use keypair_core::{KeySpec, PrivateKey};
use pkcs1::{RsaPrivateKeyRef, UintRef};
use proptest::prelude::*;
use proptest::sample::Index;
use zeroize::Zeroizing;

#[cfg(test)]
mod helpers {
    use super::*;

    pub(super) fn pkcs1(numbers: &[Vec<u8>; 8]) -> Zeroizing<Vec<u8>> {
        let number = |position: usize| UintRef::new(&numbers[position]).unwrap();
        let key = RsaPrivateKeyRef {
            modulus: number(0),
            public_exponent: number(1),
            private_exponent: number(2),
            prime1: number(3),
            prime2: number(4),
            exponent1: number(5),
            exponent2: number(6),
            coefficient: number(7),
            other_prime_infos: None,
        };
        Zeroizing::new(key.to_der().unwrap())
    }

    /// A key of tiny numbers, prime or not, with the CRT numbers worked out as if they were.
    pub(super) fn tiny(p: u64, q: u64, e: u64, d: u64) -> Zeroizing<Vec<u8>> {
        let inverse = (1..p).find(|inverse| inverse * q % p == 1).unwrap_or(1);
        let numbers = [p * q, e, d, p, q, d % (p - 1), d % (q - 1), inverse];
        pkcs1(&numbers.map(|number| number.to_be_bytes().to_vec()))
    }

    pub(super) fn generate(spec: KeySpec) -> PrivateKey {
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        PrivateKey::generate(spec, &mut rng).unwrap()
    }
}

use helpers::{generate, pkcs1, tiny};

const RSA_1024: KeySpec = KeySpec::Rsa { bits: 1024 };

#[test]
fn numbers_of_absurd_size_are_refused_before_any_arithmetic() {
    let huge = vec![0xff; 1 << 20];
    for position in 0..8 {
        let mut numbers = array::from_fn(|_| vec![3]);
        numbers[position].clone_from(&huge);
        let refused = PrivateKey::from_pkcs1_der(pkcs1(&numbers));
        assert!(matches!(refused, Err(MaterialError::Invalid)));
    }
    let all = array::from_fn(|_| huge.clone());
    assert!(PrivateKey::from_pkcs1_der(pkcs1(&all)).is_err());
}

#[test]
fn numbers_of_two_keys_do_not_make_one() {
    let (one, other) = (generate(RSA_1024), generate(RSA_1024));
    let numbers = |key: &PrivateKey| {
        let key = RsaPrivateKeyRef::try_from(to_pkcs1_der(key).unwrap()).unwrap();
        [
            key.modulus,
            key.public_exponent,
            key.private_exponent,
            key.prime1,
            key.prime2,
            key.exponent1,
            key.exponent2,
            key.coefficient,
        ]
        .map(|number| number.as_bytes().to_vec())
    };
    let whole = numbers(&one);
    assert!(PrivateKey::from_pkcs1_der(pkcs1(&whole)).is_ok());
    for position in [0, 2, 3, 4, 5, 6, 7] {
        let mut mixed = whole.clone();
        mixed[position].clone_from(&numbers(&other)[position]);
        assert!(
            PrivateKey::from_pkcs1_der(pkcs1(&mixed)).is_err(),
            "{position}"
        );
    }
    // The same primes the other way round need another coefficient.
    let mut swapped = whole;
    swapped.swap(3, 4);
    swapped.swap(5, 6);
    assert!(PrivateKey::from_pkcs1_der(pkcs1(&swapped)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_numbers(p in 2_u64..64, q in 2_u64..64, e in 0_u64..64, d in 0_u64..64) {
        if let Ok(key) = PrivateKey::from_pkcs1_der(tiny(p, q, e, d)) {
            prop_assert_eq!(e * d % (p - 1), 1 % (p - 1));
            prop_assert_eq!(e * d % (q - 1), 1 % (q - 1));
            let bits = u16::try_from((p * q).ilog2() + 1).unwrap();
            prop_assert_eq!(key.spec(), KeySpec::Rsa { bits });
            prop_assert!(key.public_key("").is_ok());
            prop_assert!(to_pkcs8_der(&key).is_ok());
        }
    }

    #[test]
    fn any_bytes(der in any::<Vec<u8>>()) {
        prop_assert!(from_pkcs8_der(&der).is_err());
        prop_assert!(PrivateKey::from_pkcs1_der(Zeroizing::new(der)).is_err());
    }

    #[test]
    fn damaged_openssh_files(at in any::<Index>(), byte in any::<u8>(), cut in any::<Index>()) {
        let key = PrivateKey::from_ed25519_seed(Zeroizing::new([7; 32]));
        let file = keypair_core::encoding::to_openssh_private(&key, "c").unwrap();
        let mut changed = file.as_bytes().to_vec();
        let at = at.index(changed.len());
        changed[at] = byte;
        if let Ok(read) = parse_private_key(&String::from_utf8_lossy(&changed)) {
            // A changed comment, or nothing changed: the key itself is checked against its half.
            prop_assert_eq!(to_pkcs8_der(&read).unwrap(), to_pkcs8_der(&key).unwrap());
        }
        let shorter = &file[..cut.index(file.len() - 1)];
        prop_assert!(parse_private_key(shorter).is_err());
    }
}
