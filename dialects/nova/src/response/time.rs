//! Times as answers spell them.

use std::time::SystemTime;

use jiff::Timestamp;

/// UTC with six digits of a second and no zone: `2026-11-23T06:45:59.908205`.
pub(crate) fn microseconds(time: SystemTime) -> String {
    format(time, "%Y-%m-%dT%H:%M:%S.%6f")
}

/// UTC in whole seconds: `2026-11-23T22:30:10Z`.
pub(crate) fn seconds(time: SystemTime) -> String {
    format(time, "%Y-%m-%dT%H:%M:%SZ")
}

/// Times beyond the year 9999 are shown as the last there is.
fn format(time: SystemTime, pattern: &str) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::MAX);
    time.strftime(pattern).to_string()
}
