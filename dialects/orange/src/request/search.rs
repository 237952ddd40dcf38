//! The query of a search, and the order that it asks for.

use crate::error::{Error, QueryParameter};
use crate::validate::MAX_NAME_CHARS;

/// What is given when no limit is named. Source: the vendor's documentation.
const DEFAULT_LIMIT: u32 = 100;
/// The most that is given, whatever limit is named.
const MAX_LIMIT: u32 = 1000;
/// The largest number of the type that the vendor gives to `offset` and `limit`, `int32`.
const MAX_NUMBER: u32 = i32::MAX.unsigned_abs();
/// The longest `sort`. Source: the vendor's documentation.
const MAX_SORT_CHARS: usize = 100;
/// What `provisioningState` may be. Source: the vendor's documentation.
const STATES: [&str; 5] = ["creating", "updating", "deleting", ACTIVE, "error"];
/// The state of every key pair here.
pub(crate) const ACTIVE: &str = "active";

/// What a search asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Search {
    /// Whether key pairs in the only state that they can be in are wanted.
    pub(crate) wants_active: bool,
    /// The name wanted.
    pub(crate) name: Option<String>,
    /// How many to pass over.
    pub(crate) offset: u32,
    /// The most to give.
    pub(crate) limit: u32,
    /// The order, the most significant first.
    pub(crate) sort: Vec<SortKey>,
}

/// One field of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SortKey {
    pub(crate) field: SortField,
    pub(crate) descending: bool,
}

/// A field that can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SortField {
    Name,
    Id,
    CreatedDate,
    LastModifiedDate,
    LastRequesterId,
    ProvisioningState,
    Description,
}

impl Search {
    /// Reads a query. Parameters that this cloud does not know are passed over; one that it knows
    /// may stand once. Step 10 of the order of checks.
    pub(crate) fn parse(query: &str) -> Result<Self, Error> {
        let wants_active = match parameter(query, QueryParameter::ProvisioningState)? {
            None => true,
            Some(state) if STATES.contains(&state.as_str()) => state == ACTIVE,
            Some(_) => return Err(invalid(QueryParameter::ProvisioningState)),
        };
        let name = parameter(query, QueryParameter::Name)?;
        let fits = |name: &String| (1..=MAX_NAME_CHARS).contains(&name.chars().count());
        if !name.iter().all(fits) {
            return Err(invalid(QueryParameter::Name));
        }
        let offset = number(query, QueryParameter::Offset)?.unwrap_or(0);
        let limit = number(query, QueryParameter::Limit)?.unwrap_or(DEFAULT_LIMIT);
        if limit == 0 {
            return Err(invalid(QueryParameter::Limit));
        }
        let sort = match parameter(query, QueryParameter::Sort)? {
            None => Vec::new(),
            Some(text) => sort_keys(&text).ok_or(invalid(QueryParameter::Sort))?,
        };
        Ok(Self {
            wants_active,
            name,
            offset,
            limit: limit.min(MAX_LIMIT),
            sort,
        })
    }
}

fn invalid(parameter: QueryParameter) -> Error {
    Error::InvalidQueryParameter(parameter)
}

fn parameter(query: &str, parameter: QueryParameter) -> Result<Option<String>, Error> {
    let mut values = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == parameter.name())
        .map(|(_, value)| value.into_owned());
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(invalid(parameter)),
    }
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

/// `-?[A-Za-z0-9]+(?:,[A-Za-z0-9]+)*`: only the first field can be turned round.
fn sort_keys(text: &str) -> Option<Vec<SortKey>> {
    if text.chars().count() > MAX_SORT_CHARS {
        return None;
    }
    let (first_descends, fields) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    fields
        .split(',')
        .enumerate()
        .map(|(index, name)| {
            Some(SortKey {
                field: sort_field(name)?,
                descending: first_descends && index == 0,
            })
        })
        .collect()
}

fn sort_field(name: &str) -> Option<SortField> {
    Some(match name {
        "name" => SortField::Name,
        "id" => SortField::Id,
        "createdDate" => SortField::CreatedDate,
        "lastModifiedDate" => SortField::LastModifiedDate,
        "lastRequesterId" => SortField::LastRequesterId,
        "provisioningState" => SortField::ProvisioningState,
        "description" => SortField::Description,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Search, SortField, SortKey};
    use crate::error::{Error, QueryParameter};

    fn refused(query: &str) -> QueryParameter {
        let Error::InvalidQueryParameter(parameter) = Search::parse(query).unwrap_err() else {
            panic!("{query} is refused for something else");
        };
        parameter
    }

    #[test]
    fn no_query_asks_for_the_first_hundred() {
        let search = Search::parse("").unwrap();
        assert_eq!((search.offset, search.limit), (0, 100));
        assert!(search.wants_active && search.name.is_none() && search.sort.is_empty());
    }

    #[test]
    fn numbers_are_digits_within_the_vendors_type() {
        let search = Search::parse("offset=2147483647&limit=2147483647&colour=red").unwrap();
        assert_eq!((search.offset, search.limit), (2_147_483_647, 1000));
        assert_eq!(Search::parse("limit=007").unwrap().limit, 7);
        for limit in ["0", "-1", "+1", "%2B1", "", "x", "1.0", "2147483648", "1e2"] {
            assert_eq!(refused(&format!("limit={limit}")), QueryParameter::Limit);
        }
        assert_eq!(refused("offset=-1"), QueryParameter::Offset);
        assert_eq!(refused("offset=1&offset=1"), QueryParameter::Offset);
    }

    #[test]
    fn only_the_first_field_of_an_order_can_be_turned_round() {
        let search = Search::parse("sort=-createdDate,name").unwrap();
        let keys = [(SortField::CreatedDate, true), (SortField::Name, false)]
            .map(|(field, descending)| SortKey { field, descending });
        assert_eq!(search.sort, keys);
        let too_long = format!("sort={}", ["name"; 21].join(","));
        for query in [
            "sort=name,-createdDate",
            "sort=--name",
            "sort=-",
            "sort=",
            "sort=name,",
            "sort=,name",
            "sort=colour",
            "sort=Name",
            "sort=name%20",
            &too_long,
        ] {
            assert_eq!(refused(query), QueryParameter::Sort, "{query}");
        }
        assert_eq!(
            Search::parse(&format!("sort={}", ["name"; 20].join(",")))
                .unwrap()
                .sort
                .len(),
            20
        );
    }

    #[test]
    fn the_first_parameter_in_the_clouds_order_is_named() {
        assert_eq!(
            refused("sort=-&limit=0&offset=-1&name=&provisioningState=gone"),
            QueryParameter::ProvisioningState
        );
        assert_eq!(
            refused("sort=-&limit=0&offset=-1&name="),
            QueryParameter::Name
        );
        assert_eq!(refused("sort=-&limit=0&offset=-1"), QueryParameter::Offset);
        assert_eq!(refused("sort=-&limit=0"), QueryParameter::Limit);
    }

    #[test]
    fn states_are_the_vendors() {
        assert!(
            Search::parse("provisioningState=active")
                .unwrap()
                .wants_active
        );
        assert!(
            !Search::parse("provisioningState=error")
                .unwrap()
                .wants_active
        );
        assert_eq!(
            refused("provisioningState=ACTIVE"),
            QueryParameter::ProvisioningState
        );
        assert_eq!(
            refused(&format!("name={}", "n".repeat(41))),
            QueryParameter::Name
        );
    }
}
