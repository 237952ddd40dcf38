//! Reads paths and query strings the way the cloud's URL library does: an escape that is none
//! spoils what it stands in.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The parameters of a query string, percent-decoded, as bytes: callers may send what is no UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query(Vec<(Vec<u8>, Vec<u8>)>);

impl Query {
    /// Parses a query string. A pair with a damaged escape or a semicolon is dropped.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.contains(';'));
        Self(pairs.filter_map(decode_pair).collect())
    }

    /// The first value of a name; empty if the name stood alone.
    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        let found = self.0.iter().find(|(known, _)| known == name.as_bytes());
        found.map(|(_, value)| value.as_slice())
    }

    /// The first value of a name as text, what is no UTF-8 in it replaced.
    pub(crate) fn first_text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.first(name).map(String::from_utf8_lossy)
    }
}

/// `name=value` or `name`; `None` for what is damaged or empty.
fn decode_pair(pair: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if pair.is_empty() {
        return None;
    }
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decode = |text: &str| Some(decode_escapes(&text.replace('+', " "))?.into_owned());
    Some((decode(name)?, decode(value)?))
}

/// Replaces percent escapes by their bytes; `None` if a percent sign starts none.
pub(crate) fn decode_escapes(text: &str) -> Option<Cow<'_, [u8]>> {
    if !text.contains('%') {
        return Some(text.as_bytes().into());
    }
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes();
        let mut is_digit = || digits.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_digit() && is_digit()
    };
    let mut after_percent_signs = text.split('%').skip(1);
    let sound = after_percent_signs.all(is_escape);
    sound.then(|| percent_decode(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::{Query, decode_escapes};

    fn first(query: &str, name: &str) -> Option<String> {
        let query = Query::parse(query);
        query.first_text(name).map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn the_first_of_repeated_names_counts() {
        assert_eq!(first("b=0&a=1&a=2", "a").as_deref(), Some("1"));
    }

    #[test]
    fn names_keep_their_case() {
        assert_eq!(first("A=1", "a"), None);
    }

    #[test]
    fn spaces_come_as_plus_or_escaped() {
        assert_eq!(first("a=x+y%20z%2B", "a").as_deref(), Some("x y z+"));
        assert_eq!(first("a+b=1", "a b").as_deref(), Some("1"));
    }

    #[test]
    fn a_name_alone_has_an_empty_value() {
        assert_eq!(first("&a&b=1", "a").as_deref(), Some(""));
        assert_eq!(first("a=", "a").as_deref(), Some(""));
        assert_eq!(first("a=b=c", "a").as_deref(), Some("b=c"));
    }

    #[test]
    fn damaged_pairs_are_dropped() {
        for query in ["a=%", "a=%2", "a=%zz", "a%g=1", "a=1;b=2", "a;b=1", "b"] {
            assert_eq!(first(query, "a"), None, "{query}");
        }
        assert_eq!(first("a=%2&a=2", "a").as_deref(), Some("2"));
    }

    #[test]
    fn bytes_survive() {
        let query = Query::parse("a=%ff%C3%A9");
        assert_eq!(query.first("a"), Some(&b"\xff\xc3\xa9"[..]));
        assert_eq!(query.first_text("a").as_deref(), Some("\u{fffd}\u{e9}"));
    }

    #[test]
    fn escapes_are_decoded_once() {
        assert_eq!(decode_escapes("%2541+").as_deref(), Some(&b"%41+"[..]));
        assert_eq!(decode_escapes("/a%"), None);
        assert_eq!(decode_escapes("%\u{e9}1"), None);
    }
}
