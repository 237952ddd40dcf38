//! Private keys are sealed and opened, and nothing but what was sealed opens.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use keypair_core::encoding::to_pkcs8_der;
use keypair_core::ports::{SealError, Sealer as _};
use keypair_core::{KeySpec, Passphrase, PrivateKey, SealedPrivateKey};
use sealing::{Damage, KeyId, KeyRing, ServerKeySealer};
use zeroize::Zeroizing;

use crate::server_keys::{ring_sealer, server_key};

const CONTEXT: &[u8] = b"realm/tenant/partition/name";

fn sealer(first: u8) -> ServerKeySealer {
    ring_sealer(server_key(first), Vec::new())
}

fn ed25519() -> PrivateKey {
    PrivateKey::from_ed25519_seed(Zeroizing::new(*b"0123456789abcdefghijklmnopqrstuv"))
}

fn rsa() -> PrivateKey {
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    PrivateKey::generate(KeySpec::Rsa { bits: 1024 }, &mut rng).unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

async fn seal(
    sealer: &ServerKeySealer,
    key: &PrivateKey,
    passphrase: Option<&Passphrase>,
) -> SealedPrivateKey {
    sealer.seal(key, passphrase, CONTEXT).await.unwrap()
}

fn same(one: &PrivateKey, other: &PrivateKey) -> bool {
    to_pkcs8_der(one).unwrap() == to_pkcs8_der(other).unwrap()
}

/// Why it was damaged; fails if it was not.
fn damage(opened: Result<PrivateKey, SealError>) -> Damage {
    match opened {
        Err(SealError::Damaged(source)) => *source.downcast::<Damage>().unwrap(),
        other => panic!("expected damage, got {other:?}"),
    }
}

#[tokio::test]
async fn what_is_sealed_opens() {
    let sealer = ServerKeySealer::new(KeyRing::generate().unwrap());
    for key in [ed25519(), rsa()] {
        for secret in [None, Some(passphrase("ünlock")), Some(passphrase(""))] {
            let kept = seal(&sealer, &key, secret.as_ref()).await;
            assert_eq!(kept.passphrase_protected, secret.is_some());
            let opened = sealer.open(&kept, secret.as_ref(), CONTEXT).await.unwrap();
            assert!(same(&opened, &key));
        }
    }
}

#[tokio::test]
async fn a_passphrase_is_not_looked_at_where_none_was_used() {
    let sealer = sealer(1);
    let kept = seal(&sealer, &ed25519(), None).await;
    let opened = sealer
        .open(&kept, Some(passphrase("any")).as_ref(), CONTEXT)
        .await;
    assert!(same(&opened.unwrap(), &ed25519()));
}

#[tokio::test]
async fn a_wrong_or_missing_passphrase_is_told_apart_from_damage() {
    let sealer = sealer(1);
    let mut kept = seal(&sealer, &ed25519(), Some(passphrase("right")).as_ref()).await;
    for wrong in [
        Some(passphrase("wrong")),
        Some(passphrase("right ")),
        Some(passphrase("")),
        None,
    ] {
        let opened = sealer.open(&kept, wrong.as_ref(), CONTEXT).await;
        assert!(
            matches!(opened, Err(SealError::WrongPassphrase)),
            "{wrong:?}"
        );
    }
    *kept.bytes.last_mut().unwrap() ^= 1;
    for any in [Some(passphrase("right")), Some(passphrase("wrong")), None] {
        let opened = sealer.open(&kept, any.as_ref(), CONTEXT).await;
        assert_eq!(damage(opened), Damage::NotAuthentic);
    }
}

#[tokio::test]
async fn every_changed_byte_is_damage() {
    let sealer = sealer(1);
    for (key, secret) in [(rsa(), None), (ed25519(), Some(passphrase("p")))] {
        let kept = seal(&sealer, &key, secret.as_ref()).await;
        for position in 0..kept.bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = kept.clone();
                changed.bytes[position] ^= flip;
                let found = damage(sealer.open(&changed, secret.as_ref(), CONTEXT).await);
                let as_expected = match position {
                    0 => found == Damage::UnknownVersion(1 ^ flip),
                    1..=KeyId::BYTES => matches!(found, Damage::UnknownServerKey(_)),
                    _ => found == Damage::NotAuthentic,
                };
                assert!(as_expected, "byte {position}: {found:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_truncation_and_addition_is_damage() {
    let sealer = sealer(1);
    for secret in [None, Some(passphrase("p"))] {
        let kept = seal(&sealer, &ed25519(), secret.as_ref()).await;
        for length in 0..kept.bytes.len() {
            let mut shorter = kept.clone();
            shorter.bytes.truncate(length);
            damage(sealer.open(&shorter, secret.as_ref(), CONTEXT).await);
        }
        let mut longer = kept.clone();
        longer.bytes.push(0);
        let opened = sealer.open(&longer, secret.as_ref(), CONTEXT).await;
        assert_eq!(damage(opened), Damage::NotAuthentic);
    }
}

#[tokio::test]
async fn it_opens_only_where_it_was_sealed_for() {
    let sealer = sealer(1);
    let kept = seal(&sealer, &ed25519(), None).await;
    for other in [
        &b""[..],
        b"realm/tenant/partition/nam",
        b"realm/tenant/partition/name2",
    ] {
        let opened = sealer.open(&kept, None, other).await;
        assert_eq!(damage(opened), Damage::NotAuthentic);
    }
}

#[tokio::test]
async fn the_note_about_a_passphrase_cannot_be_changed() {
    let sealer = sealer(1);
    for secret in [None, Some(passphrase("p"))] {
        let mut kept = seal(&sealer, &ed25519(), secret.as_ref()).await;
        kept.passphrase_protected = !kept.passphrase_protected;
        let opened = sealer.open(&kept, secret.as_ref(), CONTEXT).await;
        assert_eq!(damage(opened), Damage::PassphraseNote);
    }
}

#[tokio::test]
async fn older_server_keys_still_open_and_only_the_current_one_seals() {
    let old = sealer(1);
    let kept = seal(&old, &ed25519(), None).await;
    let rotated = ring_sealer(server_key(2), vec![server_key(0), server_key(1)]);
    let opened = rotated.open(&kept, None, CONTEXT).await.unwrap();
    assert!(same(&opened, &ed25519()));

    let anew = seal(&rotated, &opened, None).await;
    let unknown = Damage::UnknownServerKey(server_key(2).id());
    assert_eq!(damage(old.open(&anew, None, CONTEXT).await), unknown);
    assert!(sealer(2).open(&anew, None, CONTEXT).await.is_ok());

    let forgotten = sealer(2).open(&kept, None, CONTEXT).await;
    assert_eq!(
        damage(forgotten),
        Damage::UnknownServerKey(server_key(1).id())
    );
}

#[tokio::test]
async fn a_ring_is_exchanged_while_the_sealer_is_at_work() {
    let sealer = sealer(1);
    let secret = passphrase("p");
    let kept = seal(&sealer, &ed25519(), Some(&secret)).await;
    sealer.exchange(KeyRing::new(server_key(2), vec![server_key(1)]));
    let opened = sealer.open(&kept, Some(&secret), CONTEXT).await;
    assert!(same(&opened.unwrap(), &ed25519()));

    let anew = seal(&sealer, &ed25519(), None).await;
    sealer.exchange(KeyRing::new(server_key(2), Vec::new()));
    assert!(sealer.open(&anew, None, CONTEXT).await.is_ok());
    let unknown = Damage::UnknownServerKey(server_key(1).id());
    let forgotten = sealer.open(&kept, Some(&secret), CONTEXT).await;
    assert_eq!(damage(forgotten), unknown);

    sealer.exchange(KeyRing::empty());
    assert!(!sealer.can_seal());
    let refused = sealer.open(&anew, None, CONTEXT).await;
    assert!(matches!(refused, Err(SealError::NoServerKey)));
}

#[tokio::test]
async fn a_call_on_its_way_ends_with_the_ring_it_began_with() {
    let sealer = sealer(1);
    let secret = passphrase("p");
    let kept = seal(&sealer, &ed25519(), Some(&secret)).await;
    let mut opening = pin!(sealer.open(&kept, Some(&secret), CONTEXT));
    // The first poll takes the ring and hands the passphrase to a thread.
    let first = poll_fn(|cx| Poll::Ready(opening.as_mut().poll(cx))).await;
    assert!(first.is_pending());
    sealer.exchange(KeyRing::empty());
    assert!(same(&opening.await.unwrap(), &ed25519()));
}

#[tokio::test]
async fn keys_drawn_at_start_are_different() {
    let kept = seal(
        &ServerKeySealer::new(KeyRing::generate().unwrap()),
        &ed25519(),
        None,
    )
    .await;
    let other = ServerKeySealer::new(KeyRing::generate().unwrap());
    let opened = other.open(&kept, None, CONTEXT).await;
    assert!(matches!(damage(opened), Damage::UnknownServerKey(_)));
}

#[tokio::test]
async fn without_a_server_key_nothing_is_kept() {
    let kept = seal(&sealer(1), &ed25519(), None).await;
    let without = ServerKeySealer::new(KeyRing::empty());
    assert!(!without.can_seal());
    assert!(sealer(1).can_seal());
    for secret in [None, Some(passphrase("p"))] {
        let refused = without.seal(&ed25519(), secret.as_ref(), CONTEXT).await;
        assert!(matches!(refused, Err(SealError::NoServerKey)));
        let refused = without.open(&kept, secret.as_ref(), CONTEXT).await;
        assert!(matches!(refused, Err(SealError::NoServerKey)));
    }
}

#[tokio::test]
async fn sealed_bytes_show_nothing_of_the_private_key() {
    let sealer = sealer(1);
    let key = rsa();
    let der = to_pkcs8_der(&key).unwrap();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for secret in [None, None, Some(passphrase("p")), Some(passphrase("p"))] {
        let kept = seal(&sealer, &key, secret.as_ref()).await.bytes;
        for run in der.windows(6) {
            assert!(!kept.windows(run.len()).any(|window| window == run));
        }
        // Nor whether it is the same key.
        for other in &seen {
            let common = kept.iter().zip(other).take_while(|(a, b)| a == b).count();
            assert!(common < 1 + KeyId::BYTES + 8);
        }
        seen.push(kept);
    }
}

#[tokio::test]
async fn passphrases_are_worked_on_beside_each_other_and_all_come_out() {
    let sealer = sealer(1);
    let (key, secret) = (ed25519(), Some(passphrase("p")));
    let work = || seal(&sealer, &key, secret.as_ref());
    let (a, b, c, d) = tokio::join!(work(), work(), work(), work());
    for kept in [a, b, c, d] {
        assert!(sealer.open(&kept, secret.as_ref(), CONTEXT).await.is_ok());
    }
}
