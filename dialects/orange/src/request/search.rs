//! The query of a search for key pairs.

use super::query::{Page, SortKey, invalid, parameter, sort_keys};
use crate::error::{Error, QueryParameter};
use crate::validate::MAX_NAME_CHARS;

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
    /// Which part of what is found is given.
    pub(crate) page: Page,
    /// The order, the most significant first.
    pub(crate) sort: Vec<SortKey<SortField>>,
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
        Ok(Self {
            wants_active,
            name,
            page: Page::parse(query)?,
            sort: sort_keys(query, sort_field)?,
        })
    }
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
        assert_eq!((search.page.offset, search.page.limit), (0, 100));
        assert!(search.wants_active && search.name.is_none() && search.sort.is_empty());
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
