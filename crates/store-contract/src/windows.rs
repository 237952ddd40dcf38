//! Listings and their parts.

use futures_util::future::join_all;
use keypair_core::{KeyName, Window};

use crate::desk::Desk;
use crate::samples::{ODD_NAMES, draft, name};
use crate::subject::Subject;

fn after(marker: Option<&str>, limit: u32) -> Window {
    Window::After {
        marker: marker.map(name),
        limit,
    }
}

async fn odd_names(subject: &Subject) -> Desk {
    assert!(ODD_NAMES.map(str::as_bytes).is_sorted());
    let desk = Desk::new(subject);
    // In an order that is neither that of the bytes nor its reverse.
    for at in 0..ODD_NAMES.len() {
        desk.put(ODD_NAMES[at * 7 % ODD_NAMES.len()]).await;
    }
    desk
}

/// Not by an alphabet, not by insertion.
pub async fn a_listing_is_sorted_by_the_names_bytes(subject: Subject) {
    let desk = odd_names(&subject).await;
    assert_eq!(desk.names(Window::All).await, ODD_NAMES);
    let total = desk.list(Window::All).await.map(|listing| listing.total);
    assert_eq!(total, Some(ODD_NAMES.len() as u64));
}

/// With every page size.
pub async fn paging_by_marker_meets_every_key_pair_once(subject: Subject) {
    let desk = odd_names(&subject).await;
    for limit in 1..=21 {
        let mut met: Vec<String> = Vec::new();
        let mut marker: Option<KeyName> = None;
        loop {
            let listing = desk
                .list(Window::After { marker, limit })
                .await
                .expect("the marker exists");
            assert_eq!(listing.total, ODD_NAMES.len() as u64);
            marker = listing.key_pairs.last().map(|pair| pair.name.clone());
            if marker.is_none() {
                break;
            }
            let names = listing.key_pairs.iter();
            met.extend(names.map(|pair| pair.name.as_str().to_owned()));
            // A store that goes in circles fails instead of going on for ever.
            assert!(met.len() <= ODD_NAMES.len(), "{met:?}");
        }
        assert_eq!(met, ODD_NAMES, "pages of {limit}");
    }
}

/// With every page size; beyond the end is nothing.
pub async fn paging_by_offset_meets_every_key_pair_once(subject: Subject) {
    let desk = odd_names(&subject).await;
    for limit in 1..=21_u32 {
        let mut met = Vec::new();
        for page in 0.. {
            let offset = u64::from(limit) * page;
            let names = desk.names(Window::Offset { offset, limit }).await;
            if names.is_empty() {
                break;
            }
            met.extend(names);
            assert!(met.len() <= ODD_NAMES.len(), "{met:?}");
        }
        assert_eq!(met, ODD_NAMES, "pages of {limit}");
    }
    for offset in [20, 21, u64::from(u32::MAX) + 1, u64::MAX] {
        let limit = u32::MAX;
        let beyond = desk.list(Window::Offset { offset, limit }).await;
        let beyond = beyond.expect("no marker");
        assert_eq!((beyond.key_pairs.len(), beyond.total), (0, 20));
    }
    let all = Window::Offset {
        offset: 0,
        limit: u32::MAX,
    };
    assert_eq!(desk.names(all).await, ODD_NAMES);
}

/// Whether it never was, is gone, lies elsewhere, or only begins or ends like a name.
pub async fn an_unknown_marker_is_refused(subject: Subject) {
    let desk = odd_names(&subject).await;
    desk.in_partition("other").put("elsewhere").await;
    desk.put("gone").await;
    desk.remove(&[crate::desk::by_name("gone")])
        .await
        .expect("it exists");
    for marker in ["never", "gone", "elsewhere", "a:", "A B", "~"] {
        for limit in [0, 1, 100] {
            assert_eq!(desk.list(after(Some(marker), limit)).await, None);
        }
    }
    assert_eq!(desk.names(after(Some("\u{e9}"), 5)).await, [""; 0]);
    let nowhere = desk.at("realm", "nobody", "");
    assert_eq!(nowhere.list(after(Some("a"), 1)).await, None);
}

/// By marker and by offset.
pub async fn a_window_of_zero_is_empty_and_knows_the_total(subject: Subject) {
    let desk = odd_names(&subject).await;
    let by_offset = Window::Offset {
        offset: 3,
        limit: 0,
    };
    for window in [after(None, 0), after(Some("a"), 0), by_offset] {
        let listing = desk.list(window).await.expect("the marker exists");
        assert_eq!((listing.key_pairs.len(), listing.total), (0, 20));
    }
}

/// An empty listing is no error.
pub async fn an_empty_or_unknown_partition_lists_nothing(subject: Subject) {
    let desk = Desk::new(&subject);
    let made = desk.in_partition("made");
    made.add_partition().await;
    let unknown = desk.at("realm", "nobody", "nowhere");
    for place in [&desk, &made, &unknown] {
        let by_offset = Window::Offset {
            offset: 0,
            limit: 9,
        };
        for window in [Window::All, after(None, 9), by_offset] {
            let listing = place.list(window).await.expect("no marker");
            assert_eq!((listing.key_pairs.len(), listing.total), (0, 0));
        }
    }
}

/// Neighbours in the order of keys stay out, and out of the total.
pub async fn a_listing_holds_only_its_partition(subject: Subject) {
    let desk = Desk::new(&subject);
    for partition in ["", "p", "p\0", "p:", "pp", "q"] {
        desk.in_partition(partition).put("k").await;
        desk.in_partition(partition)
            .put(&format!("in {}", partition.len()))
            .await;
    }
    let place = desk.in_partition("p");
    assert_eq!(place.names(Window::All).await, ["in 1", "k"]);
    assert_eq!(place.names(after(Some("in 1"), 9)).await, ["k"]);
    let total = place.list(Window::All).await.map(|listing| listing.total);
    assert_eq!(total, Some(2));
}

/// Longer than any part that a store may cut it into.
pub async fn a_long_listing_is_complete(subject: Subject) {
    const MANY: usize = 2_345;
    let desk = Desk::new(&subject);
    let records: Vec<_> = (0..MANY).map(|at| draft(&format!("k{at:04}"))).collect();
    join_all(records.iter().map(|record| desk.put_record(record))).await;

    let expected: Vec<String> = (0..MANY).map(|at| format!("k{at:04}")).collect();
    assert_eq!(desk.names(Window::All).await, expected);
    assert_eq!(desk.names(after(None, u32::MAX)).await, expected);
    let tail = Window::Offset {
        offset: 345,
        limit: 2_000,
    };
    assert_eq!(desk.names(tail).await, expected[345..]);
    let total = desk.list(Window::All).await.map(|listing| listing.total);
    assert_eq!(total, Some(MANY as u64));
}
