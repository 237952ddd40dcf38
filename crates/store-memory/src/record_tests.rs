use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use keypair_core::KeyPairId;
use proptest::option;
use proptest::prelude::*;
use store_contract::{CERTIFICATE, ED25519_A, RSA, name, ssh, x509};

use super::*;

fn times() -> impl Strategy<Value = SystemTime> {
    let near = any::<u64>().prop_map(Duration::from_nanos);
    let far = (0..1_u64 << 62, 0..1_000_000_000_u32).prop_map(|(s, n)| Duration::new(s, n));
    (prop_oneof![4 => near, 1 => far], any::<bool>()).prop_map(|(distance, before)| {
        if before {
            UNIX_EPOCH - distance
        } else {
            UNIX_EPOCH + distance
        }
    })
}

fn publics() -> impl Strategy<Value = PublicMaterial> {
    let two_spaces = ED25519_A.replacen(' ', "  ", 1);
    prop_oneof![
        Just(ssh(ED25519_A)),
        Just(ssh(&two_spaces)),
        Just(ssh(RSA)),
        "[^\\p{Cc}]{0,200}".prop_map(|comment| ssh(&format!("{RSA} {comment}\r\n"))),
        Just(x509(CERTIFICATE)),
    ]
}

fn maps() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map(".{0,10}", ".{0,300}", 0..4)
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let description = option::of(".{0,20}");
    (
        description,
        option::of(maps()),
        option::of(".{0,9}"),
        maps(),
    )
        .prop_map(
            |(description, tags, last_changed_by, properties)| Attributes {
                description,
                tags,
                last_changed_by,
                properties,
            },
        )
}

fn private_keys() -> impl Strategy<Value = SealedPrivateKey> {
    let bytes = prop::collection::vec(any::<u8>(), 0..300);
    (bytes, any::<bool>()).prop_map(|(bytes, passphrase_protected)| SealedPrivateKey {
        bytes,
        passphrase_protected,
    })
}

fn key_pairs() -> impl Strategy<Value = KeyPair> {
    let attachments = prop::collection::btree_set("\\PC{0,9}".prop_map(Attachment::new), 0..4);
    let plain = (
        "[^\\p{Cc}]{1,255}",
        any::<u128>(),
        publics(),
        any::<bool>(),
        times(),
        option::of(times()),
    );
    let extras = option::of((attributes(), option::of(private_keys()), attachments));
    (plain, extras).prop_map(
        |((text, seed, public, generated, created_at, changed), extras)| {
            let (attributes, private_key, attachments) = extras.unwrap_or_default();
            KeyPair {
                name: name(&text),
                partition: Partition::new("partition"),
                seed: KeyPairSeed(seed),
                sequence: 0,
                public,
                generated,
                created_at,
                changed_at: changed.unwrap_or(created_at),
                attributes,
                private_key,
                attachments,
            }
        },
    )
}

fn ids() -> impl Strategy<Value = Vec<KeyPairId>> {
    prop::collection::vec(".{0,200}".prop_map(KeyPairId::new), 0..5)
}

proptest! {
    #[test]
    fn a_packed_key_pair_comes_back(
        key_pair in key_pairs(),
        other in key_pairs(),
        ids in ids(),
        folder in any::<u32>(),
        sequence in any::<u64>(),
    ) {
        let partition = key_pair.partition.clone();
        let new = NewRecord { key_pair, ids, unique_public_key: false, receipt: None };
        let first = Draft::new(&new).finish(folder, sequence);
        for (record, key_pair) in [(first.with(&other), other), (first, new.key_pair)] {
            let expected = KeyPair { sequence, ..key_pair };
            prop_assert_eq!(record.name(), expected.name.as_str().as_bytes());
            prop_assert_eq!(record.is_in_use(), !expected.attachments.is_empty());
            let public = record.public();
            prop_assert_eq!(public.as_ref(), Some(&expected.public));
            prop_assert_eq!(record.folder(), Some(folder.into()));
            prop_assert!(record.ids().eq(new.ids.iter().map(|id| id.as_str().as_bytes())));
            prop_assert_eq!(record.to_key_pair(&partition).unwrap(), expected);
        }
    }
}

#[test]
fn a_plain_key_pair_takes_little_more_than_it_must_hold() {
    let created_at = UNIX_EPOCH + Duration::from_nanos(1_795_000_000_123_456_789);
    let key_pair = KeyPair {
        name: name("k0000000001"),
        partition: Partition::new("user"),
        seed: KeyPairSeed(1 << 127),
        sequence: 0,
        public: ssh(ED25519_A),
        generated: false,
        created_at,
        changed_at: created_at,
        attributes: Attributes::default(),
        private_key: None,
        attachments: BTreeSet::new(),
    };
    let new = NewRecord {
        key_pair,
        ids: vec![
            KeyPairId::new("x".repeat(36)),
            KeyPairId::new("y".repeat(13)),
        ],
        unique_public_key: false,
        receipt: None,
    };
    // With the two counters before it one run of 192 bytes.
    assert_eq!(Draft::new(&new).finish(0, 1_000_000).0.len(), 176);
}

#[test]
fn a_record_that_does_not_fit_together_is_corrupt() {
    let new = store_contract::draft("a");
    let whole = Draft::new(&new).finish(0, 1);
    for length in 0..whole.0.len() {
        let cut = Record(whole.0[..length].into());
        let read = cut.to_key_pair(&Partition::new(""));
        assert!(matches!(read, Err(StoreError::Corrupt(_))), "{length}");
    }
}
