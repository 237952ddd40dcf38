//! The slug rule: how the cloud makes an identifier of whatever a caller calls a key pair or a key
//! store.

use std::fmt;

use unidecode::unidecode_char;

/// What the crate's table answers for characters that it does not know.
const UNKNOWN: &str = "[?] ";

/// Where the cloud's transliterator answers otherwise than the crate's table, sorted by character.
/// Source: recorded from the cloud's slug library.
const OVERRIDES: &[(char, &str)] = &[
    ('\u{02b0}', "k"),
    ('\u{02ff}', ""),
    ('\u{03ff}', ""),
    ('\u{0404}', "Ie"),
    ('\u{042a}', "'"),
    ('\u{044a}', "'"),
    ('\u{05c0}', ""),
    ('\u{06ff}', ""),
    ('\u{1eff}', ""),
    ('\u{20ac}', "EU"),
    ('\u{2122}', ""),
    ('\u{212a}', "K"),
    ('\u{212b}', "A"),
    ('\u{2132}', "F"),
    ('\u{24ea}', "0"),
    ('\u{25ff}', ""),
    ('\u{3057}', "shi"),
    ('\u{3061}', "chi"),
    ('\u{3063}', "tsu"),
    ('\u{3064}', "tsu"),
    ('\u{30b7}', "shi"),
    ('\u{30c1}', "chi"),
    ('\u{30c3}', "tsu"),
    ('\u{30c4}', "tsu"),
    ('\u{30ff}', ""),
    ('\u{33ff}', ""),
];

/// An identifier as the cloud stores it: made of `a-z`, `0-9`, `-` and `_`, with neither `-` nor
/// `_` at its ends. It may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Slug(String);

impl Slug {
    /// The most bytes that an identifier may have: what a file name may have.
    pub(crate) const MAX_BYTES: usize = 255;

    /// Makes the slug of a text. The slug of a slug is itself.
    pub(crate) fn of(text: &str) -> Self {
        let mut slug = String::with_capacity(text.len());
        for character in text.trim().chars() {
            push_character(&mut slug, character);
        }
        Self(slug.trim_matches(['-', '_']).to_owned())
    }

    /// The slug's text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing of the text was left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is longer than an identifier may be.
    pub(crate) fn is_too_long(&self) -> bool {
        self.0.len() > Self::MAX_BYTES
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Appends what one character of the text becomes.
fn push_character(slug: &mut String, character: char) {
    match character {
        '&' => slug.push_str("and"),
        '@' => slug.push_str("at"),
        '"' | '\'' | '\u{2019}' => {}
        '\u{2012}'..='\u{2015}' => push_ascii(slug, '-'),
        ascii if ascii.is_ascii() => push_ascii(slug, ascii),
        other => push_transliterated(slug, other),
    }
}

/// Appends what a character outside ASCII is transliterated to.
fn push_transliterated(slug: &mut String, character: char) {
    match character {
        '\u{80}'..='\u{9f}'
        | '\u{02e5}'..='\u{02eb}'
        | '\u{fdf0}'..='\u{fdfb}'
        | '\u{1_0000}'.. => {}
        '\u{24d0}'..='\u{24e9}' => {
            // Circled small letters stand in the alphabet's order.
            let letter = u32::from(character) - 0x24d0 + u32::from('a');
            slug.extend(char::from_u32(letter));
        }
        '\u{25f4}'..='\u{25f7}' => push_ascii(slug, '#'),
        other => {
            let ascii = match OVERRIDES.binary_search_by_key(&other, |(from, _)| *from) {
                Ok(index) => OVERRIDES.get(index).map_or("", |(_, to)| to),
                Err(_) => unidecode_char(other),
            };
            if ascii != UNKNOWN {
                ascii.chars().for_each(|ascii| push_ascii(slug, ascii));
            }
        }
    }
}

/// Appends one ASCII character: in lower case if a slug may hold it, else a hyphen, of which there
/// is never more than one in a row.
fn push_ascii(slug: &mut String, ascii: char) {
    match ascii.to_ascii_lowercase() {
        kept @ ('a'..='z' | '0'..='9' | '_') => slug.push(kept),
        _ if slug.ends_with('-') => {}
        _ => slug.push('-'),
    }
}

#[cfg(test)]
mod tests {
    use super::{OVERRIDES, Slug};

    /// Input and slug, recorded from the cloud's slug library.
    const VECTORS: &str = include_str!("slug_vectors.json");

    fn vectors() -> Vec<(String, String)> {
        serde_json::from_str(VECTORS).unwrap()
    }

    #[test]
    fn slugs_are_those_of_the_cloud() {
        let vectors = vectors();
        assert_eq!(vectors.len(), 135);
        for (text, slug) in vectors {
            assert_eq!(Slug::of(&text).as_str(), slug, "slug of {text:?}");
        }
    }

    #[test]
    fn the_slug_of_a_slug_is_itself() {
        for (_, slug) in vectors() {
            assert_eq!(Slug::of(&slug).as_str(), slug);
        }
    }

    #[test]
    fn every_character_gives_an_identifier() {
        for character in '\0'..=char::MAX {
            let slug = Slug::of(&format!("x{character}y"));
            let text = slug.as_str();
            assert!(text.starts_with('x') && text.ends_with('y'), "{text:?}");
            let only = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
            assert!(text.bytes().all(only), "{text:?} of {character:?}");
            assert!(!text.contains("--"), "{text:?} of {character:?}");
        }
    }

    #[test]
    fn overrides_are_sorted_for_the_search() {
        assert!(OVERRIDES.is_sorted_by_key(|(from, _)| *from));
    }

    #[test]
    fn overrides_win_over_the_table() {
        for (text, slug) in [
            ("x\u{02e5}\u{02eb}y", "xy"),
            ("\u{24d0}\u{24e9}", "az"),
            ("x\u{25f4}\u{25f7}y", "x-y"),
            ("x\u{fdf0}\u{fdfb}y", "xy"),
            ("\u{212a}\u{212b}\u{2132}", "kaf"),
            ("\u{24ea}", "0"),
            ("\u{3063}\u{30c3}", "tsutsu"),
        ] {
            assert_eq!(Slug::of(text).as_str(), slug, "slug of {text:?}");
        }
    }

    #[test]
    fn slugs_of_255_bytes_are_the_longest() {
        assert!(!Slug::of(&"a".repeat(255)).is_too_long());
        assert!(Slug::of(&"a".repeat(256)).is_too_long());
    }
}
