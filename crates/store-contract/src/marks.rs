//! Marks that every replica must see, for a while.
//!
//! The times are around the real now, because a store may let its backend forget by its own clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::desk::Desk;
use crate::subject::Subject;

const MINUTE: Duration = Duration::from_secs(60);

async fn is_remembered(desk: &Desk, mark: &str, now: SystemTime) -> bool {
    let remembered = desk.store.is_remembered(mark, now).await;
    remembered.expect("the store answers")
}

async fn remember(desk: &Desk, mark: &str, until: SystemTime) {
    let done = desk.store.remember(mark, until).await;
    done.expect("the store answers");
}

/// Up to it, not at it.
pub async fn a_mark_is_remembered_until_its_time(subject: Subject) {
    let desk = Desk::new(&subject);
    let now = SystemTime::now();
    let until = now + 10 * MINUTE + Duration::from_nanos(1_234_567);
    remember(&desk, "mark", until).await;
    assert!(is_remembered(&desk, "mark", now).await);
    assert!(is_remembered(&desk, "mark", until - Duration::from_nanos(1)).await);
    assert!(!is_remembered(&desk, "mark", until).await);
    assert!(!is_remembered(&desk, "mark", until + MINUTE).await);
    for past in [now - MINUTE, UNIX_EPOCH, UNIX_EPOCH - MINUTE] {
        remember(&desk, "past", past).await;
        assert!(!is_remembered(&desk, "past", now).await);
    }
}

/// Not even one that begins the same.
pub async fn an_unknown_mark_is_not_remembered(subject: Subject) {
    let desk = Desk::new(&subject);
    let now = SystemTime::now();
    assert!(!is_remembered(&desk, "mark", now).await);
    remember(&desk, "mark", now + MINUTE).await;
    for unknown in ["", "mar", "marks", "Mark", "mark\0", "mark*"] {
        assert!(!is_remembered(&desk, unknown, now).await);
    }
}

/// A revocation is never shortened by another one.
pub async fn of_two_times_the_later_holds(subject: Subject) {
    let desk = Desk::new(&subject);
    let now = SystemTime::now();
    for minutes in [5, 20, 10] {
        remember(&desk, "mark", now + minutes * MINUTE).await;
    }
    assert!(is_remembered(&desk, "mark", now + 19 * MINUTE).await);
    assert!(!is_remembered(&desk, "mark", now + 20 * MINUTE).await);
}

/// Long ones and those with separators included.
pub async fn marks_are_told_apart_whatever_they_hold(subject: Subject) {
    let desk = Desk::new(&subject);
    let now = SystemTime::now();
    let long = "x".repeat(10_000);
    let longer = format!("{long}x");
    let marks = [
        "", "a", "a\0", "a:b", "a/b", "{a}", "\u{e9}", &long, &longer,
    ];
    for (number, mark) in (1..).zip(marks) {
        remember(&desk, mark, now + number * MINUTE).await;
    }
    for (number, mark) in (1..).zip(marks) {
        let until = now + number * MINUTE;
        assert!(is_remembered(&desk, mark, until - Duration::from_secs(1)).await);
    }
    // From the last to the first: what has expired at a later time may be forgotten for good.
    let last_but_one = now + 8 * MINUTE;
    for (number, mark) in (1..)
        .zip(marks)
        .collect::<Vec<(u32, _)>>()
        .into_iter()
        .rev()
    {
        assert_eq!(is_remembered(&desk, mark, last_but_one).await, number > 8);
    }
}
