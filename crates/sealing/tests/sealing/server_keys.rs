//! How operators write the server's keys.

use sealing::{KeyRing, ServerKey, ServerKeyError, ServerKeySealer};
use zeroize::Zeroizing;

/// A key that differs from others in its first byte.
pub(crate) fn server_key(first: u8) -> ServerKey {
    let mut bytes = Zeroizing::new([7; 32]);
    bytes[0] = first;
    ServerKey::from_bytes(bytes).unwrap()
}

/// A sealer with a current key and older ones.
pub(crate) fn ring_sealer(current: ServerKey, older: Vec<ServerKey>) -> ServerKeySealer {
    ServerKeySealer::new(KeyRing::new(current, older))
}

#[test]
fn server_keys_are_written_in_hex_or_base64() {
    let id = server_key(0xfb).id();
    let hex = "fb07070707070707070707070707070707070707070707070707070707070707";
    let base64 = "+wcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let texts = [
        hex.to_owned(),
        hex.to_uppercase(),
        format!("{hex}\n"),
        base64.to_owned(),
        format!(" {base64}\r\n"),
        base64.trim_end_matches('=').to_owned(),
        base64.replace('+', "-"),
        base64.replace('+', "-").trim_end_matches('=').to_owned(),
    ];
    for text in texts {
        assert_eq!(ServerKey::parse(&text).unwrap().id(), id, "{text}");
    }
}

#[test]
fn what_is_no_server_key_is_refused_with_a_reason() {
    let refused = |text: &str| ServerKey::parse(text).unwrap_err();
    for (text, characters) in [
        ("", 0),
        ("secret", 6),
        ("AAECAwQFBgcICQoLDA0ODw==", 24),
        ("éééééé", 6),
    ] {
        assert_eq!(refused(text), ServerKeyError::Length { characters });
    }
    for text in [
        "x".repeat(64),
        "=".repeat(44),
        format!("{}=", "*".repeat(43)),
        "é".repeat(22),
        format!("{}_+", "A".repeat(41)),
    ] {
        assert_eq!(refused(&text), ServerKeyError::Encoding, "{text}");
    }
    for text in [
        "0".repeat(64),
        "ab".repeat(32),
        format!("{}=", "A".repeat(43)),
    ] {
        assert_eq!(refused(&text), ServerKeyError::NotRandom, "{text}");
    }
    let message = refused("hunter2").to_string();
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn nothing_prints_a_key() {
    let text = format!("{:?}", ring_sealer(server_key(1), vec![server_key(2)]));
    assert!(text.contains(&server_key(1).id().to_string()), "{text}");
    assert!(text.contains(&server_key(2).id().to_string()), "{text}");
    assert!(!text.contains("7, 7"), "{text}");
    assert!(!text.contains("0707"), "{text}");
}
