//! Times as answers spell them.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;

/// UTC with six digits of a second and no zone: `2026-11-23T06:45:59.908205`.
pub(crate) fn microseconds(time: SystemTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
    PRINTER.datetime_to_string(&Offset::UTC.to_datetime(timestamp(time)))
}

/// UTC in whole seconds: `2026-11-23T22:30:10Z`.
pub(crate) fn seconds(time: SystemTime) -> String {
    const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
    PRINTER.timestamp_to_string(&timestamp(time))
}

/// Times beyond the year 9999 are shown as the last there is.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn digits_are_cut_and_never_rounded() {
        let time = UNIX_EPOCH + Duration::new(1_763_879_159, 908_205_999);
        assert_eq!(microseconds(time), "2025-11-23T06:25:59.908205");
        assert_eq!(seconds(time), "2025-11-23T06:25:59Z");
        assert_eq!(microseconds(UNIX_EPOCH), "1970-01-01T00:00:00.000000");
    }
}
