use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use dialect_api::TokenClaims;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use zeroize::Zeroizing;

use super::{KNOWN_METHODS, issue, open, revocation_mark};
use crate::keyed::{KeyedHash, Purpose};

fn key(dialect: &str, byte: u8) -> KeyedHash {
    KeyedHash::new(dialect, &Zeroizing::new([byte; 32]))
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn claims() -> TokenClaims {
    TokenClaims {
        user_id: "u".repeat(32),
        project_id: Some("p".repeat(32)),
        system: false,
        methods: vec!["password".to_owned()],
        audit_ids: vec![[7; 16]],
        issued_at: at(1_795_416_358),
        expires_at: at(1_795_419_958),
    }
}

fn any_claims() -> impl Strategy<Value = TokenClaims> {
    let id = "[ -~]{0,64}";
    let method = prop_oneof![
        3 => select(KNOWN_METHODS.as_slice()).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
    ];
    (
        (id, option::of(id), any::<bool>()),
        vec(method, 0..4),
        vec(any::<[u8; 16]>(), 0..=2),
        (0..1_u64 << 35, 0..1_u64 << 28),
    )
        .prop_map(
            |((user_id, project_id, system), methods, audit_ids, (issued, life))| TokenClaims {
                user_id,
                project_id,
                system,
                methods,
                audit_ids,
                issued_at: at(issued),
                expires_at: at(issued + life),
            },
        )
}

#[test]
fn tokens_are_spelled_as_the_readme_says() {
    // Computed from the README by another program (Python's hmac), so that a change of the format,
    // which would end every session, is noticed.
    let token = issue(&key("first", 1), &claims());
    assert_eq!(
        token.expose(),
        concat!(
            "KQEBIHV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1IHBwcHBwcHBwcHBw",
            "cHBwcHBwcHBwcHBwcHBwcHBwcHBwpsKP2AaQHAcHBwcHBwcHBwcHBwcHBweR9lZ3",
            "ub_q19cllZgr6Pvx",
        )
    );
}

#[test]
fn equal_claims_give_equal_tokens() {
    let one = issue(&key("first", 1), &claims());
    assert_eq!(one.expose(), issue(&key("first", 1), &claims()).expose());
    let mut others = vec![claims(); 6];
    others[0].user_id.push('x');
    others[1].project_id = None;
    others[2].system = true;
    others[3].methods.push("token".to_owned());
    others[4].audit_ids[0][15] = 0;
    others[5].expires_at += Duration::from_secs(1);
    for other in others {
        assert_ne!(one.expose(), issue(&key("first", 1), &other).expose());
    }
}

#[test]
fn a_damaged_token_is_refused() {
    let key = key("first", 1);
    let token = issue(&key, &claims()).expose().to_owned();
    assert_eq!(open(&key, &token), Some(claims()));
    for position in 0..token.len() {
        for other in ["A", "b", "_", "-", "=", "+", " ", "\u{e9}"] {
            let mut damaged = token.clone();
            damaged.replace_range(position..=position, other);
            if damaged != token {
                assert_eq!(open(&key, &damaged), None, "{other} at {position}");
            }
        }
        assert_eq!(open(&key, &token[..position]), None, "cut at {position}");
    }
    assert_eq!(open(&key, &format!("{token}A")), None);
    assert_eq!(open(&key, &format!("{token}=")), None);
    assert_eq!(open(&key, &format!(" {token}")), None);
}

#[test]
fn every_flipped_bit_is_refused() {
    let key = key("first", 1);
    let token = issue(&key, &claims());
    let bytes = Base64UrlUnpadded::decode_vec(token.expose()).unwrap();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            let flipped = Base64UrlUnpadded::encode_string(&flipped);
            assert_eq!(open(&key, &flipped), None, "bit {bit} of byte {position}");
        }
    }
}

#[test]
fn another_dialect_and_another_key_open_nothing() {
    let token = issue(&key("first", 1), &claims());
    assert_eq!(open(&key("second", 1), token.expose()), None);
    assert_eq!(open(&key("first", 2), token.expose()), None);
}

#[test]
fn the_longest_ids_leave_room_for_two_audit_ids() {
    let key = key("first", 1);
    let longest = TokenClaims {
        user_id: "u".repeat(64),
        project_id: Some("p".repeat(64)),
        system: true,
        methods: vec!["password".to_owned(), "totp".to_owned()],
        audit_ids: vec![[1; 16], [2; 16]],
        // The last second that has its five bytes, and a life of eight years.
        issued_at: at((1 << 35) - 1),
        expires_at: at((1 << 35) - 1 + (1 << 28) - 1),
    };
    let token = issue(&key, &longest);
    assert_eq!(token.expose().len(), 255);
    assert_eq!(open(&key, token.expose()), Some(longest));
}

#[test]
fn audit_ids_without_room_are_left_out_from_the_oldest() {
    let key = key("first", 1);
    let ids = |count: u8| (1..=count).map(|n| [n; 16]).collect::<Vec<_>>();
    for (id_bytes, given, kept) in [(32, 4, 4), (32, 9, 4), (64, 4, 2), (200, 2, 1), (32, 0, 0)] {
        let given = TokenClaims {
            user_id: "u".repeat(id_bytes),
            project_id: Some("p".repeat(id_bytes.min(64))),
            audit_ids: ids(given),
            ..claims()
        };
        let opened = open(&key, issue(&key, &given).expose()).unwrap();
        assert_eq!(opened.audit_ids, ids(kept), "ids of {id_bytes} bytes");
    }
}

#[test]
fn a_token_never_ends_before_it_begins() {
    let key = key("first", 1);
    let backwards = TokenClaims {
        expires_at: at(1_795_416_000),
        ..claims()
    };
    let opened = open(&key, issue(&key, &backwards).expose()).unwrap();
    assert_eq!(opened.expires_at, opened.issued_at);
}

#[test]
fn revocation_goes_by_the_newest_audit_id() {
    let key = key("first", 1);
    let mark = |claims: &TokenClaims| revocation_mark(&key, "first", claims);
    let parent = claims();
    let child = TokenClaims {
        audit_ids: vec![[9; 16], [7; 16]],
        ..claims()
    };
    assert_ne!(
        mark(&parent),
        mark(&child),
        "a parent does not take its child along"
    );
    let later = TokenClaims {
        expires_at: at(1_800_000_000),
        ..claims()
    };
    assert_eq!(mark(&parent), mark(&later));
    let without = |user: &str| TokenClaims {
        user_id: user.to_owned(),
        audit_ids: Vec::new(),
        ..claims()
    };
    assert_eq!(mark(&without("a")), mark(&without("a")));
    assert_ne!(mark(&without("a")), mark(&without("b")));
}

proptest! {
    #[test]
    fn claims_come_back_as_they_were(claims in any_claims()) {
        let key = key("first", 1);
        let token = issue(&key, &claims);
        let url_safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(token.expose().chars().all(url_safe), "{}", token.expose());
        let opened = open(&key, token.expose()).expect("a token of ours");
        let kept = opened.audit_ids.len();
        assert_eq!(opened.audit_ids, claims.audit_ids[..kept]);
        assert!(kept >= claims.audit_ids.len().min(1));
        let methods_known = claims
            .methods
            .iter()
            .all(|method| KNOWN_METHODS.contains(&method.as_str()));
        if methods_known && claims.methods.len() <= 2 {
            assert_eq!(kept, claims.audit_ids.len());
            assert!(token.expose().len() <= 255, "{}", token.expose().len());
        }
        assert_eq!(TokenClaims { audit_ids: claims.audit_ids.clone(), ..opened }, claims);
    }

    #[test]
    fn arbitrary_text_is_no_token(text in "\\PC{0,300}", safe in "[A-Za-z0-9_-]{0,300}") {
        assert_eq!(open(&key("first", 1), &text), None);
        assert_eq!(open(&key("first", 1), &safe), None);
    }

    #[test]
    fn arbitrary_claims_behind_a_right_tag_do_no_harm(mut bytes in vec(any::<u8>(), 0..200)) {
        // Only a signer with another idea of the format could make these; reading must not panic.
        let key = key("first", 1);
        let tag = key.digest(Purpose::Token, &bytes);
        bytes.extend(&tag[..16]);
        let _ = open(&key, &Base64UrlUnpadded::encode_string(&bytes));
    }
}
