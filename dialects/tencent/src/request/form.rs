//! `application/x-www-form-urlencoded`, in queries and in bodies.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Error;

/// Decoded parameters, each name once, sorted by the bytes of their names: the order in which
/// signature version 1 covers them.
#[derive(Debug)]
pub(crate) struct Parameters<'r> {
    sent: BTreeMap<Cow<'r, str>, Cow<'r, str>>,
    takes_short_names: bool,
}

impl<'r> Parameters<'r> {
    /// No parameters. With `takes_short_names` a name in lower camel case stands for its
    /// capitalised form, as the examples of the legacy documentation spell it.
    pub(crate) fn new(takes_short_names: bool) -> Self {
        Self {
            sent: BTreeMap::new(),
            takes_short_names,
        }
    }

    /// Adds what a query or a form says; a name that is there already gets the new value.
    ///
    /// # Errors
    /// [`Error::QuerySyntax`] for a segment without `=`. Empty segments are passed over.
    pub(crate) fn extend(&mut self, encoded: &'r [u8]) -> Result<(), Error> {
        for segment in encoded.split(|byte| *byte == b'&') {
            if segment.is_empty() {
                continue;
            }
            if !segment.contains(&b'=') {
                return Err(Error::QuerySyntax);
            }
            self.sent.extend(form_urlencoded::parse(segment));
        }
        Ok(())
    }

    /// The value of a top-level parameter by its capitalised name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|(_, value)| value)
    }

    /// The name as sent, and the value, of a top-level parameter by its capitalised name.
    pub(crate) fn entry(&self, name: &str) -> Option<(&str, &str)> {
        let found = self.sent.get_key_value(name).or_else(|| {
            let short = self
                .takes_short_names
                .then(|| with_first(name, u8::to_ascii_lowercase))?;
            self.sent.get_key_value(short.as_str())
        });
        found.map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Everything that was sent, names as sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sent
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Everything that was sent, names capitalised where that is to be. Of two spellings of one
    /// name the capitalised one is given.
    pub(crate) fn capitalised(&self) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
        self.iter().filter_map(|(name, value)| {
            let is_short = self.takes_short_names
                && name.starts_with(|first: char| first.is_ascii_lowercase());
            if !is_short {
                return Some((Cow::Borrowed(name), value));
            }
            let full = with_first(name, u8::to_ascii_uppercase);
            (!self.sent.contains_key(full.as_str())).then_some((Cow::Owned(full), value))
        })
    }
}

/// The name with another first letter.
fn with_first(name: &str, change: fn(&u8) -> u8) -> String {
    match name.as_bytes().first() {
        Some(first) if first.is_ascii() => {
            let mut changed = String::with_capacity(name.len());
            changed.push(char::from(change(first)));
            changed.extend(name.chars().skip(1));
            changed
        }
        Some(_) | None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;
    use crate::error::Error;

    fn read(encoded: &str, short: bool) -> Parameters<'_> {
        let mut parameters = Parameters::new(short);
        parameters.extend(encoded.as_bytes()).unwrap();
        parameters
    }

    #[test]
    fn plus_and_percent_20_are_spaces() {
        let parameters = read("A=a+b&B=a%20b&C=a%2Bb&D=%E6%9C%AA", false);
        let found: Vec<_> = parameters.iter().collect();
        assert_eq!(
            found,
            [("A", "a b"), ("B", "a b"), ("C", "a+b"), ("D", "未")]
        );
    }

    #[test]
    fn the_last_of_two_values_wins_and_empty_segments_do_not_count() {
        let parameters = read("&&A=1&A=2&", false);
        assert_eq!(parameters.iter().collect::<Vec<_>>(), [("A", "2")]);
    }

    #[test]
    fn a_segment_without_equals_sign_is_refused() {
        let mut parameters = Parameters::new(false);
        assert!(matches!(
            parameters.extend(b"A=1&B"),
            Err(Error::QuerySyntax)
        ));
    }

    #[test]
    fn a_lower_case_name_stands_for_the_capitalised_one_where_that_is_taken() {
        let names = |text, short| {
            read(text, short)
                .capitalised()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("keyName=a", true), ["KeyName=a"]);
        assert_eq!(names("keyName=a&KeyName=b", true), ["KeyName=b"]);
        assert_eq!(names("keyName=a", false), ["keyName=a"]);
        assert_eq!(read("action=a", true).get("Action"), Some("a"));
        assert_eq!(read("action=a", false).get("Action"), None);
    }
}
