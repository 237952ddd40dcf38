//! What goes in comes out, field by field and byte by byte.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keypair_core::ports::NewRecord;
use keypair_core::{
    Attachment, Attributes, Change, KeyPairSeed, SealedPrivateKey, Selector, Window,
};

use crate::desk::{Desk, by_name};
use crate::samples::{CERTIFICATE, ED25519_A, RSA, draft, map, millis, ssh, x509};
use crate::subject::Subject;

/// Puts a record and looks at it by every way that there is.
async fn assert_comes_back(desk: &Desk, record: &NewRecord) {
    let put = desk.put_record(record).await;
    let by_name = Selector::Name(record.key_pair.name.clone());
    assert_eq!(desk.find(&by_name).await.as_ref(), Some(&put));
    for id in &record.ids {
        assert_eq!(
            desk.find(&Selector::Id(id.clone())).await.as_ref(),
            Some(&put)
        );
    }
    let listing = desk.list(Window::All).await.expect("no marker");
    assert!(listing.key_pairs.contains(&put));
}

/// A record that makes use of every field.
pub(crate) fn full(text: &str) -> NewRecord {
    let mut record = draft(text);
    let key_pair = &mut record.key_pair;
    key_pair.public = ssh(RSA);
    key_pair.generated = false;
    key_pair.created_at = millis(1) + Duration::from_nanos(123_456_789);
    key_pair.changed_at = millis(9) + Duration::from_nanos(1);
    key_pair.attributes = Attributes {
        description: Some("what it is for".to_owned()),
        tags: Some(map(&[("stage", "test"), ("owner", "somebody")])),
        last_changed_by: Some("somebody".to_owned()),
        properties: map(&[("project", "7"), ("type", "ssh")]),
    };
    key_pair.private_key = Some(SealedPrivateKey {
        bytes: (0..=255).collect(),
        passphrase_protected: true,
    });
    key_pair.attachments = ["m1", "m2"].map(Attachment::new).into();
    record
}

/// In one record together.
pub async fn every_field_comes_back(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    assert_comes_back(&desk, &full("k")).await;
    for seed in [0, 1, u128::MAX, u128::MAX << 64] {
        let mut record = full(&format!("{seed}"));
        record.key_pair.seed = KeyPairSeed(seed);
        assert_comes_back(&desk, &record).await;
    }
}

/// Some clouds show the difference.
pub async fn none_and_empty_are_told_apart(subject: Subject) {
    let desk = Desk::new(&subject);
    let texts = [None, Some(""), Some("x")];
    let maps = [None, Some(map(&[])), Some(map(&[("", "")]))];
    let keys = [None, Some(vec![]), Some(vec![0])];
    for (at, ((text, tags), bytes)) in texts.into_iter().zip(maps).zip(keys).enumerate() {
        let mut record = draft(&format!("k{at}"));
        record.key_pair.attributes = Attributes {
            description: text.map(str::to_owned),
            tags: tags.clone(),
            last_changed_by: text.map(str::to_owned),
            properties: tags.unwrap_or_default(),
        };
        record.key_pair.private_key = bytes.map(|bytes| SealedPrivateKey {
            bytes,
            passphrase_protected: false,
        });
        assert_comes_back(&desk, &record).await;
    }
}

/// Control characters, quotes, every plane of Unicode, and much of it.
pub async fn text_comes_back_whatever_it_holds(subject: Subject) {
    let desk = Desk::new(&subject);
    let every_ascii: String = (0..=127_u8).map(char::from).collect();
    let long = "\u{1f511}\n\"\\".repeat(5_000);
    let texts = [
        every_ascii.as_str(),
        "line\nfeed\r\n and \u{2028} and \u{0} and \u{7f}",
        "\u{fffe}\u{ffff}\u{10ffff}\u{feff}",
        "{\"json\":[1,null]} <a>&amp; \\u0000 %00 ${x} {{x}}",
        "[]",
        "null",
        &long,
    ];
    for (at, text) in texts.into_iter().enumerate() {
        let mut record = draft(&format!("k{at}"));
        let pairs = map(&[(text, text), ("plain", text)]);
        record.key_pair.attributes = Attributes {
            description: Some(text.to_owned()),
            tags: Some(pairs.clone()),
            last_changed_by: Some(text.to_owned()),
            properties: pairs,
        };
        record.key_pair.attachments = [text, "plain"].map(Attachment::new).into();
        assert_comes_back(&desk, &record).await;
    }
}

/// With comments and line ends as they were.
pub async fn public_material_comes_back_as_it_was_given(subject: Subject) {
    let desk = Desk::new(&subject);
    let materials = [
        ssh(ED25519_A),
        ssh(&format!("{ED25519_A}\n")),
        ssh(&format!("{ED25519_A} a comment with  two spaces \n")),
        ssh(&format!("{ED25519_A} k\u{f6}mment \u{1f511}")),
        ssh(RSA),
        x509(CERTIFICATE),
    ];
    for (at, public) in materials.into_iter().enumerate() {
        let mut record = draft(&format!("k{at}"));
        record.key_pair.public = public;
        assert_comes_back(&desk, &record).await;
    }
}

/// Of every length around what encodings pad, and a large one.
pub async fn sealed_private_keys_come_back_byte_for_byte(subject: Subject) {
    let desk = Desk::new(&subject);
    for length in [0, 1, 2, 3, 4, 5, 63, 64, 65, 16_384] {
        let mut record = draft(&format!("k{length}"));
        let bytes = (0_u8..=255).rev().cycle().take(length).collect();
        record.key_pair.private_key = Some(SealedPrivateKey {
            bytes,
            passphrase_protected: length % 2 == 0,
        });
        assert_comes_back(&desk, &record).await;
    }
}

/// Before the epoch and far ahead too.
pub async fn times_come_back_to_the_nanosecond(subject: Subject) {
    let desk = Desk::new(&subject);
    let nanos = Duration::from_nanos;
    let year_9999 = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let times: [SystemTime; 7] = [
        UNIX_EPOCH,
        UNIX_EPOCH + nanos(1),
        UNIX_EPOCH + nanos(999_999_999),
        UNIX_EPOCH - nanos(1),
        UNIX_EPOCH - nanos(1_500_000_000),
        millis(123) + nanos(456_789),
        year_9999 + nanos(999_999_999),
    ];
    for (at, time) in times.into_iter().enumerate() {
        let mut record = draft(&format!("k{at}"));
        record.key_pair.created_at = time;
        record.key_pair.changed_at = time + nanos(1);
        assert_comes_back(&desk, &record).await;
    }
}

/// The key pair that an update gives back is the stored one.
pub async fn a_change_keeps_every_other_field(subject: Subject) {
    let desk = Desk::new(&subject).in_partition("p");
    let mut expected = desk.put_record(&full("k")).await;
    let change = Change {
        description: Some(String::new()),
        ..Change::default()
    };
    let at = millis(3) + Duration::from_nanos(3);
    let after = desk.update(&by_name("k"), &change, at).await;
    expected.attributes.description = Some(String::new());
    expected.changed_at = at;
    assert_eq!(after.as_ref(), Ok(&expected));
    assert_eq!(desk.find(&by_name("k")).await, Some(expected));
}
