//! What the queries of both searches have in common: parameters that may stand once, the page, and
//! the order.

use std::cmp::Ordering;

use crate::error::{Error, QueryParameter};

/// What is given when no limit is named. Source: the vendor's documentation.
const DEFAULT_LIMIT: u32 = 100;
/// The most that is given, whatever limit is named.
const MAX_LIMIT: u32 = 1000;
/// The largest number of the type that the vendor gives to `offset` and `limit`, `int32`.
const MAX_NUMBER: u32 = i32::MAX.unsigned_abs();
/// The longest `sort`. Source: the vendor's documentation.
const MAX_SORT_CHARS: usize = 100;

/// Which part of what was found is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// How many to pass over.
    pub(crate) offset: u32,
    /// The most to give.
    pub(crate) limit: u32,
}

impl Page {
    /// Reads `offset`, then `limit`.
    pub(crate) fn parse(query: &str) -> Result<Self, Error> {
        let offset = number(query, QueryParameter::Offset)?.unwrap_or(0);
        let limit = number(query, QueryParameter::Limit)?.unwrap_or(DEFAULT_LIMIT);
        if limit == 0 {
            return Err(invalid(QueryParameter::Limit));
        }
        Ok(Self {
            offset,
            limit: limit.min(MAX_LIMIT),
        })
    }

    /// How many were found, and the page of them.
    pub(crate) fn cut<T>(self, found: Vec<T>) -> (u64, Vec<T>) {
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
        let page = found
            .into_iter()
            .skip(count(self.offset))
            .take(count(self.limit))
            .collect();
        (total, page)
    }
}

/// One field of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SortKey<Field> {
    pub(crate) field: Field,
    pub(crate) descending: bool,
}

/// Reads `sort`: the fields, the most significant first; none if it is not there.
pub(crate) fn sort_keys<Field>(
    query: &str,
    field: fn(&str) -> Option<Field>,
) -> Result<Vec<SortKey<Field>>, Error> {
    match parameter(query, QueryParameter::Sort)? {
        None => Ok(Vec::new()),
        Some(text) => parse_sort(&text, field).ok_or(invalid(QueryParameter::Sort)),
    }
}

/// `-?[A-Za-z0-9]+(?:,[A-Za-z0-9]+)*`: only the first field can be turned round.
fn parse_sort<Field>(text: &str, field: fn(&str) -> Option<Field>) -> Option<Vec<SortKey<Field>>> {
    if text.chars().count() > MAX_SORT_CHARS {
        return None;
    }
    let (first_descends, names) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    names
        .split(',')
        .enumerate()
        .map(|(index, name)| {
            Some(SortKey {
                field: field(name)?,
                descending: first_descends && index == 0,
            })
        })
        .collect()
}

/// How two things stand to each other in an order whose ties the given fields break.
pub(crate) fn ordering<Field: Copy>(
    keys: &[SortKey<Field>],
    tie_breakers: [Field; 2],
    compare: impl Fn(Field) -> Ordering,
) -> Ordering {
    let tie_breakers = tie_breakers.map(|field| SortKey {
        field,
        descending: false,
    });
    keys.iter()
        .chain(&tie_breakers)
        .map(|key| {
            let order = compare(key.field);
            if key.descending {
                order.reverse()
            } else {
                order
            }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A parameter that may stand once.
pub(crate) fn parameter(query: &str, parameter: QueryParameter) -> Result<Option<String>, Error> {
    let mut values = parameters(query, parameter);
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(invalid(parameter)),
    }
}

/// A parameter that may stand several times. Those that this cloud does not know are passed over.
pub(crate) fn parameters(query: &str, parameter: QueryParameter) -> impl Iterator<Item = String> {
    form_urlencoded::parse(query.as_bytes())
        .filter(move |(name, _)| name == parameter.name())
        .map(|(_, value)| value.into_owned())
}

pub(crate) fn invalid(parameter: QueryParameter) -> Error {
    Error::InvalidQueryParameter(parameter)
}

fn number(query: &str, which: QueryParameter) -> Result<Option<u32>, Error> {
    let Some(text) = parameter(query, which)? else {
        return Ok(None);
    };
    // Digits first: Rust's own parser takes a plus sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u32>() {
        Ok(number) if digits && number <= MAX_NUMBER => Ok(Some(number)),
        Ok(_) | Err(_) => Err(invalid(which)),
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use crate::error::{Error, QueryParameter};

    fn refused(query: &str) -> QueryParameter {
        let Error::InvalidQueryParameter(parameter) = Page::parse(query).unwrap_err() else {
            panic!("{query} is refused for something else");
        };
        parameter
    }

    #[test]
    fn numbers_are_digits_within_the_vendors_type() {
        let page = Page::parse("offset=2147483647&limit=2147483647&colour=red").unwrap();
        assert_eq!((page.offset, page.limit), (2_147_483_647, 1000));
        assert_eq!(Page::parse("limit=007").unwrap().limit, 7);
        for limit in ["0", "-1", "+1", "%2B1", "", "x", "1.0", "2147483648", "1e2"] {
            assert_eq!(refused(&format!("limit={limit}")), QueryParameter::Limit);
        }
        assert_eq!(refused("offset=-1"), QueryParameter::Offset);
        assert_eq!(refused("offset=1&offset=1"), QueryParameter::Offset);
    }

    #[test]
    fn a_page_is_cut_out_of_what_was_found() {
        let page = |offset, limit| Page { offset, limit }.cut(vec!['a', 'b', 'c']);
        assert_eq!(page(0, 2), (3, vec!['a', 'b']));
        assert_eq!(page(2, 2), (3, vec!['c']));
        assert_eq!(page(3, 2), (3, vec![]));
    }
}
