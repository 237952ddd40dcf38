//! Damage to bytes.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

/// One way of damaging bytes.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Bits of one byte are turned over.
    Flip { at: Index, mask: u8 },
    /// Some bytes go.
    Drop { at: Index, count: usize },
    /// Some bytes come.
    Insert { at: Index, bytes: Vec<u8> },
    /// Some bytes come twice.
    Duplicate { at: Index, count: usize },
    /// What follows is lost.
    Truncate { at: Index },
    /// One value (of JSON, a query, a path) becomes another.
    Replace { which: Index, by: &'static str },
    /// One value becomes a long one.
    Lengthen {
        which: Index,
        by: char,
        count: usize,
    },
    /// One value disappears into so many brackets.
    Nest {
        which: Index,
        depth: usize,
        object: bool,
    },
}

/// Values that decoders trip over.
const VALUES: [&str; 34] = [
    "",
    "null",
    "true",
    "0",
    "-1",
    "-0",
    "1.5",
    "1e400",
    "4294967296",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "0x10",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\r\\n\"",
    "\"../..\"",
    "\"\u{1f4a5}\"",
    "[]",
    "{}",
    "[null]",
    "{\"name\":null}",
    "%",
    "%0",
    "%zz",
    "%00",
    "%2F",
    "%FF%FE",
    "+",
    "..",
    "\u{e9}\u{301}",
    "ssh-rsa AAAA",
];

/// Bytes that are no UTF-8, or end lines, or end strings.
const INSERTS: [&[u8]; 12] = [
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\0",
    b"\r\n",
    b"\"",
    b"\\",
    b"%",
    b"{",
    b"]",
    b",",
];

const DELIMITERS: &[u8] = b"{}[],:\"&=?/; \n";

/// Any damage.
pub(crate) fn any_edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let count = 1..24_usize;
    let bytes = prop_oneof![
        select(INSERTS.as_slice()).prop_map(<[u8]>::to_vec),
        vec(any::<u8>(), 1..6),
    ];
    prop_oneof![
        2 => (at(), 1..=u8::MAX).prop_map(|(at, mask)| Edit::Flip { at, mask }),
        2 => (at(), count.clone()).prop_map(|(at, count)| Edit::Drop { at, count }),
        2 => (at(), bytes).prop_map(|(at, bytes)| Edit::Insert { at, bytes }),
        1 => (at(), count).prop_map(|(at, count)| Edit::Duplicate { at, count }),
        1 => at().prop_map(|at| Edit::Truncate { at }),
        6 => (at(), select(VALUES.as_slice())).prop_map(|(which, by)| Edit::Replace { which, by }),
        1 => (at(), prop_oneof![Just('a'), Just('9'), Just('\u{e9}')], select(&[64_usize, 256, 4096][..]))
            .prop_map(|(which, by, count)| Edit::Lengthen { which, by, count }),
        1 => (at(), select(&[2_usize, 127, 129, 20_000][..]), any::<bool>())
            .prop_map(|(which, depth, object)| Edit::Nest { which, depth, object }),
    ]
}

impl Edit {
    /// Does the damage. Bytes without a place for it stay as they are.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Insert { at, bytes: new } => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, new.iter().copied());
            }
            Self::Replace { which, by } => replace(bytes, *which, by.as_bytes()),
            Self::Lengthen { which, by, count } => {
                replace(bytes, *which, by.to_string().repeat(*count).as_bytes());
            }
            Self::Nest {
                which,
                depth,
                object,
            } => {
                let (open, close) = if *object {
                    ("{\"a\":", "}")
                } else {
                    ("[", "]")
                };
                let nested = open.repeat(*depth) + "0" + &close.repeat(*depth);
                replace(bytes, *which, nested.as_bytes());
            }
            Self::Flip { .. }
            | Self::Drop { .. }
            | Self::Duplicate { .. }
            | Self::Truncate { .. }
                if bytes.is_empty() => {}
            Self::Flip { at, mask } => {
                let at = at.index(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= mask;
                }
            }
            Self::Drop { at, count } => {
                bytes.drain(span(at.index(bytes.len()), *count, bytes));
            }
            Self::Duplicate { at, count } => {
                let span = span(at.index(bytes.len()), *count, bytes);
                bytes.extend_from_within(span.clone());
                // The copy was put at the end; it belongs behind the original.
                let copied = span.len();
                if let Some(behind) = bytes.get_mut(span.end..) {
                    behind.rotate_right(copied);
                }
            }
            Self::Truncate { at } => bytes.truncate(at.index(bytes.len())),
        }
    }
}

fn span(at: usize, count: usize, bytes: &[u8]) -> Range<usize> {
    at..at.saturating_add(count).min(bytes.len())
}

/// Puts other bytes in the place of one value.
fn replace(bytes: &mut Vec<u8>, which: Index, by: &[u8]) {
    let values = values(bytes);
    let Some(range) = (!values.is_empty())
        .then(|| which.index(values.len()))
        .and_then(|which| values.get(which))
    else {
        return;
    };
    bytes.splice(range.clone(), by.iter().copied());
}

/// What stands between delimiters; with its quotes, if it has any.
fn values(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut values = Vec::new();
    let mut start = 0;
    for run in bytes.split(|byte| DELIMITERS.contains(byte)) {
        let end = start + run.len();
        let quoted =
            start > 0 && bytes.get(start - 1) == Some(&b'"') && bytes.get(end) == Some(&b'"');
        if quoted {
            values.push(start - 1..end + 1);
        } else if !run.is_empty() {
            values.push(start..end);
        }
        start = end + 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::{Edit, any_edit, values};
    use proptest::prelude::{any, proptest};
    use proptest::sample::Index;

    fn texts(bytes: &[u8]) -> Vec<String> {
        values(bytes)
            .into_iter()
            .map(|range| String::from_utf8_lossy(&bytes[range]).into_owned())
            .collect()
    }

    #[test]
    fn values_are_found_in_json_queries_and_paths() {
        assert_eq!(
            texts(br#"{"name":"","n":1}"#),
            [r#""name""#, r#""""#, r#""n""#, "1"]
        );
        assert_eq!(texts(b"/v2/keys?limit=2"), ["v2", "keys", "limit", "2"]);
    }

    proptest! {
        #[test]
        fn any_damage_can_be_done_to_any_bytes(
            edit in any_edit(),
            bytes in any::<Vec<u8>>(),
        ) {
            let mut damaged = bytes;
            edit.apply(&mut damaged);
        }

        #[test]
        fn duplicates_stand_behind_their_original(at in any::<Index>(), count in 1..5_usize) {
            let mut bytes = b"abcdef".to_vec();
            Edit::Duplicate { at, count }.apply(&mut bytes);
            let start = at.index(6);
            let end = (start + count).min(6);
            let expected = [&b"abcdef"[..end], &b"abcdef"[start..]].concat();
            assert_eq!(bytes, expected);
        }
    }
}
