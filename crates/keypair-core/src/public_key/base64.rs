//! Base64 as a key line must have it: standard alphabet, padded, and with the unused bits of the
//! last character zero, so that one blob has exactly one spelling.
//!
//! Public keys are no secret, so this looks its characters up in a table, which takes a fraction
//! of the time of the constant-time decoder that private keys go through.

/// A character's 6 bits, or [`INVALID`].
static VALUES: [i8; 256] = table();

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The only value with its sign set; widened and shifted to any place of a group it still is.
const INVALID: i8 = -1;

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, which refuses what is out of bounds; the index is below 64"
)]
const fn table() -> [i8; 256] {
    let mut values = [INVALID; 256];
    let mut index = 0;
    while index < ALPHABET.len() {
        values[ALPHABET[index] as usize] = index as i8;
        index += 1;
    }
    values
}

/// The three bytes behind four characters, in the low 24 bits; negative if a character is wrong.
fn group([a, b, c, d]: [u8; 4]) -> i32 {
    let bits = |character: u8| {
        // A `u8` is always inside the table.
        let value = VALUES
            .get(usize::from(character))
            .copied()
            .unwrap_or(INVALID);
        i32::from(value)
    };
    (bits(a) << 18) | (bits(b) << 12) | (bits(c) << 6) | bits(d)
}

/// The last group with its padding taken off: the bytes and how many of them count.
fn last_group(characters: [u8; 4]) -> Option<([u8; 3], usize)> {
    let (group, count, unused) = match characters {
        [a, b, b'=', b'='] => (group([a, b, b'A', b'A']), 1, 0x0000_ffff),
        [a, b, c, b'='] => (group([a, b, c, b'A']), 2, 0x0000_00ff),
        full => (group(full), 3, 0),
    };
    if group < 0 || group & unused != 0 {
        return None;
    }
    let [_, bytes @ ..] = group.to_be_bytes();
    Some((bytes, count))
}

/// Splits a text into its groups but the last, and the last.
fn groups(text: &str) -> Option<(&[[u8; 4]], [u8; 4])> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let (last, groups) = groups.split_last()?;
    rest.is_empty().then_some((groups, *last))
}

/// The bytes that a text stands for, or nothing if it is not valid. Empty text is not.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (groups, last) = groups(text)?;
    let (last, count) = last_group(last)?;
    let mut signs = 0;
    let triples: Vec<[u8; 3]> = groups
        .iter()
        .map(|characters| {
            let group = group(*characters);
            signs |= group;
            let [_, triple @ ..] = group.to_be_bytes();
            triple
        })
        .chain([last])
        .collect();
    let mut bytes = triples.into_flattened();
    bytes.truncate(groups.len() * 3 + count);
    (signs >= 0).then_some(bytes)
}

/// Whether [`decode`] would give bytes.
pub(super) fn is_valid(text: &str) -> bool {
    let Some((groups, last)) = groups(text) else {
        return false;
    };
    let signs = groups
        .iter()
        .fold(0, |signs, characters| signs | group(*characters));
    signs >= 0 && last_group(last).is_some()
}
