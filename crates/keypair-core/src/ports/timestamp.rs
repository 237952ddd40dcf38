//! Times as numbers: how a store that keeps bytes keeps them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time as whole seconds since the epoch, rounded down, and the nanoseconds beyond them. What
/// lies further away than the numbers reach becomes the furthest that they reach.
pub fn split_time(time: SystemTime) -> (i64, u32) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => {
            let seconds = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
            (seconds, after.subsec_nanos())
        }
        Err(error) => {
            let before = error.duration();
            let seconds = i64::try_from(before.as_secs()).map_or(i64::MIN, |seconds| -seconds);
            match before.subsec_nanos() {
                0 => (seconds, 0),
                nanos => (seconds.saturating_sub(1), 1_000_000_000 - nanos),
            }
        }
    }
}

/// The inverse of [`split_time`]; `None` beyond what the system's time can tell.
pub fn join_time(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        UNIX_EPOCH.checked_sub(whole)
    } else {
        UNIX_EPOCH.checked_add(whole)
    };
    time?.checked_add(Duration::from_nanos(nanos.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back() {
        for nanos in [0, 1, 999_999_999, 1_000_000_000, 1_000_000_001] {
            let distance = Duration::from_nanos(nanos);
            for time in [UNIX_EPOCH + distance, UNIX_EPOCH - distance] {
                let (seconds, nanos) = split_time(time);
                assert_eq!(join_time(seconds, nanos), Some(time));
            }
        }
    }
}
