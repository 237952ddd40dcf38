use std::path::PathBuf;

use keypair_core::ports::{Entropy, GenerateError, KeyGenerator, SealError, Sealer};
use keypair_core::{KeySpec, Passphrase, PrivateKey, encoding};

use super::{CountingEntropy, FixtureKeys, TransparentSealer};
use crate::executor::block_on;

fn keys() -> FixtureKeys {
    let toy = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/toy/tests/fixtures");
    FixtureKeys::new(PathBuf::from(toy))
}

fn generate(keys: &FixtureKeys, spec: KeySpec) -> Result<PrivateKey, GenerateError> {
    block_on(keys.generate(spec)).expect("fixtures are there at once")
}

#[test]
fn there_is_a_fixture_of_every_kind() {
    let keys = keys();
    for spec in [1024, 2048, 3072, 4096]
        .map(|bits| KeySpec::Rsa { bits })
        .into_iter()
        .chain([KeySpec::Ed25519])
    {
        assert_eq!(generate(&keys, spec).unwrap().spec(), spec);
    }
    assert!(matches!(
        generate(&keys, KeySpec::Rsa { bits: 512 }),
        Err(GenerateError::Unsupported)
    ));
}

#[test]
fn a_chosen_key_is_handed_out_whatever_is_asked_for() {
    let keys = keys();
    let own = generate(&keys, KeySpec::Rsa { bits: 1024 }).unwrap();
    keys.choose("other").unwrap();
    let other = generate(&keys, KeySpec::Ed25519).unwrap();
    assert_eq!(other.spec(), KeySpec::Rsa { bits: 1024 });
    assert_ne!(
        encoding::to_pkcs8_der(&own).unwrap(),
        encoding::to_pkcs8_der(&other).unwrap()
    );
    assert!(keys.choose("nowhere").is_err());
}

#[test]
fn entropy_counts_unless_it_is_told() {
    let entropy = CountingEntropy::default();
    assert_eq!(entropy.bits128(), 1);
    entropy.tell(77);
    entropy.tell(78);
    let drawn = [(); 4].map(|()| entropy.bits128());
    assert_eq!(drawn, [77, 78, 2, 3]);
}

#[test]
fn kept_keys_open_with_their_passphrase_in_their_place_only() {
    let key = generate(&keys(), KeySpec::Ed25519).unwrap();
    let der = encoding::to_pkcs8_der(&key).unwrap();
    let right = Passphrase::new("right".to_owned());
    let wrong = Passphrase::new("wrong".to_owned());
    let open = |sealed: &_, passphrase: Option<&Passphrase>, context: &[u8]| {
        block_on(TransparentSealer.open(sealed, passphrase, context)).expect("at once")
    };
    for passphrase in [None, Some(&right)] {
        let seal = TransparentSealer.seal(&key, passphrase, b"here");
        let sealed = block_on(seal).expect("at once").unwrap();
        assert_eq!(sealed.passphrase_protected, passphrase.is_some());
        let opened = open(&sealed, passphrase, b"here").unwrap();
        assert_eq!(encoding::to_pkcs8_der(&opened).unwrap(), der);
        assert!(matches!(
            open(&sealed, passphrase, b"there"),
            Err(SealError::Damaged(_))
        ));
        let with_another = open(&sealed, Some(&wrong), b"here");
        match passphrase {
            Some(_) => assert!(matches!(with_another, Err(SealError::WrongPassphrase))),
            None => assert!(with_another.is_ok(), "the passphrase is not looked at"),
        }
    }
}
