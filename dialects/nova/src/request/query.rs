//! Query parameters, as Nova's schemas look at them.
//!
//! Source: nova, `api/validation/__init__.py`, `query_schema`.

use std::collections::{BTreeMap, BTreeSet};

use http::Uri;
use percent_encoding::percent_decode;

use crate::error::Error;
use crate::request::json::Text;
use crate::validate::python_repr::repr_text;
use crate::validate::schema::unexpected;

/// The parameters of a query, in the order in which they came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

/// What a known parameter must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Any text.
    Text,
    /// Digits, each time that it is there.
    Digits,
}

/// The parameters that a call knows at its version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// By name, sorted.
    pub(crate) parameters: &'static [(&'static str, Rule)],
    /// Whether others are a fault; else they are dropped.
    pub(crate) refuses_others: bool,
}

impl Known {
    fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(known, _)| *known == name)
    }
}

impl Query {
    /// Reads a query and holds it against what is known; the rest is gone afterwards.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub(crate) fn read(uri: &Uri, known: Known) -> Result<Self, Error> {
        let mut query = Self::parse(uri.query().unwrap_or_default())
            .ok_or_else(|| invalid("Query string is not UTF-8 encoded".to_owned()))?;
        for (name, rule) in known.parameters {
            query.check(name, *rule)?;
        }
        if known.refuses_others {
            query.refuse_others(known)?;
        }
        query.0.retain(|(name, _)| known.has(name));
        Ok(query)
    }

    /// Splits a query; `None` if any of it is not UTF-8.
    fn parse(text: &str) -> Option<Self> {
        let pairs = text.split(['&', ';']).filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        decoded.collect::<Option<_>>().map(Self)
    }

    fn refuse_others(&self, known: Known) -> Result<(), Error> {
        let names = self.0.iter().map(|(name, _)| name.as_str());
        let others: BTreeSet<&str> = names.filter(|name| !known.has(name)).collect();
        if others.is_empty() {
            return Ok(());
        }
        let others: Vec<Text> = others.into_iter().map(Text::from).collect();
        Err(invalid(unexpected(others.iter().collect())))
    }

    fn check(&self, name: &str, rule: Rule) -> Result<(), Error> {
        let wrong = match rule {
            Rule::Text => return Ok(()),
            Rule::Digits => |value: &&str| {
                value.is_empty() || !digits(value).bytes().all(|b| b.is_ascii_digit())
            },
        };
        let Some(value) = self.all(name).find(wrong) else {
            return Ok(());
        };
        let text = if value.is_empty() {
            "'' should be non-empty".to_owned()
        } else {
            format!(
                "{} does not match '^[0-9]*$'",
                repr_text(&Text::from(value))
            )
        };
        Err(invalid(format!(
            "Invalid input for query parameters {name}. Value: {value}. {text}"
        )))
    }

    fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> + 'q {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first value of a parameter.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The last value of a parameter.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rfind(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The parameters sorted by name, each once, with the greatest of its values as text: Nova sorts
    /// pairs of names and values before it makes each name a key.
    pub(crate) fn greatest_of_each(&self) -> BTreeMap<&str, &str> {
        let pairs = self.0.iter();
        let sorted: BTreeSet<_> = pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        sorted.into_iter().collect()
    }
}

/// What must be digits in a value: Python's `$` matches in front of one final line feed.
pub(crate) fn digits(value: &str) -> &str {
    value.strip_suffix('\n').unwrap_or(value)
}

/// A name's or value's text; `None` if it is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn invalid(message: String) -> Error {
    Error::Invalid { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENIENT: Known = Known {
        parameters: &[("limit", Rule::Digits), ("user_id", Rule::Text)],
        refuses_others: false,
    };
    const STRICT: Known = Known {
        refuses_others: true,
        ..LENIENT
    };

    fn read(query: &str, known: Known) -> Result<Query, String> {
        let uri: Uri = format!("/?{query}").parse().unwrap();
        Query::read(&uri, known).map_err(|error| {
            let Error::Invalid { message } = error else {
                panic!("{error:?}");
            };
            message
        })
    }

    #[test]
    fn unknown_parameters_are_dropped_or_refused() {
        let query = read("bogus=1&user_id=a%20b+c&user_id=d", LENIENT).unwrap();
        assert_eq!(query.first("user_id"), Some("a b c"));
        assert_eq!(query.last("user_id"), Some("d"));
        assert_eq!(query.last("bogus"), None);
        let refused = |query| read(query, STRICT).unwrap_err();
        assert_eq!(
            refused("bogus"),
            "Additional properties are not allowed ('bogus' was unexpected)"
        );
        assert_eq!(
            refused("b=1&a=2&b=3&Limit=1"),
            "Additional properties are not allowed ('Limit', 'a', 'b' were unexpected)"
        );
    }

    #[test]
    fn every_limit_must_be_digits() {
        let refused = |query| read(query, STRICT).unwrap_err();
        assert!(read("limit=1&limit=0099999999999999999999", STRICT).is_ok());
        assert_eq!(
            refused("limit=-1&bogus=1"),
            "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'"
        );
        assert_eq!(
            refused("limit=&limit=2"),
            "Invalid input for query parameters limit. Value: . '' should be non-empty"
        );
        assert_eq!(
            refused("limit=2&limit=%C3%A9"),
            "Invalid input for query parameters limit. Value: é. 'é' does not match '^[0-9]*$'"
        );
        assert_eq!(
            refused("limit"),
            "Invalid input for query parameters limit. Value: . '' should be non-empty"
        );
    }

    #[test]
    fn a_query_must_be_utf8() {
        assert_eq!(
            read("x=%ff", LENIENT).unwrap_err(),
            "Query string is not UTF-8 encoded"
        );
    }
}
