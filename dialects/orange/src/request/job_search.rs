//! The query of a search for jobs.

use super::query::{Page, SortKey, invalid, parameters, sort_keys};
use crate::error::{Error, QueryParameter};

/// What `state` may be. Source: the vendor's documentation.
const STATES: [&str; 4] = ["acknowledged", "in-progress", COMPLETED, "failed"];
/// The state of every job here.
pub(crate) const COMPLETED: &str = "completed";

/// What a search asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JobSearch {
    /// Whether jobs in the only state that they can be in are wanted.
    pub(crate) wants_completed: bool,
    /// Which part of what is found is given.
    pub(crate) page: Page,
    /// The order, the most significant first.
    pub(crate) sort: Vec<SortKey<JobField>>,
}

/// A field that can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobField {
    Id,
    State,
    Description,
    /// `createdDate`, `startProcessingDate` and `endProcessingDate`, which are the same.
    Date,
    RequesterId,
}

impl JobSearch {
    /// Reads a query, in the order `state`, `offset`, `limit`, `sort`. Parameters that this cloud
    /// does not know are passed over; `state` may stand several times, the others once.
    pub(crate) fn parse(query: &str) -> Result<Self, Error> {
        let states: Vec<String> = parameters(query, QueryParameter::State).collect();
        if !states.iter().all(|state| STATES.contains(&state.as_str())) {
            return Err(invalid(QueryParameter::State));
        }
        Ok(Self {
            wants_completed: states.is_empty() || states.iter().any(|state| state == COMPLETED),
            page: Page::parse(query)?,
            sort: sort_keys(query, job_field)?,
        })
    }
}

fn job_field(name: &str) -> Option<JobField> {
    Some(match name {
        "id" => JobField::Id,
        "state" => JobField::State,
        "description" => JobField::Description,
        "createdDate" | "startProcessingDate" | "endProcessingDate" => JobField::Date,
        "requesterId" => JobField::RequesterId,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::JobSearch;
    use crate::error::{Error, QueryParameter};

    fn wants_completed(query: &str) -> bool {
        JobSearch::parse(query).unwrap().wants_completed
    }

    fn refused(query: &str) -> QueryParameter {
        let Error::InvalidQueryParameter(parameter) = JobSearch::parse(query).unwrap_err() else {
            panic!("{query} is refused for something else");
        };
        parameter
    }

    #[test]
    fn states_are_the_vendors_and_may_stand_several_times() {
        assert!(wants_completed("") && wants_completed("state=completed"));
        assert!(wants_completed(
            "state=failed&state=completed&state=completed"
        ));
        assert!(!wants_completed(
            "state=failed&state=in-progress&state=acknowledged"
        ));
        for state in ["", "Completed", "active", "in_progress", "failed,completed"] {
            assert_eq!(refused(&format!("state={state}")), QueryParameter::State);
        }
        assert_eq!(refused("state=completed&state=gone"), QueryParameter::State);
    }

    #[test]
    fn the_first_parameter_in_the_clouds_order_is_named() {
        assert_eq!(
            refused("sort=-&limit=0&offset=-1&state="),
            QueryParameter::State
        );
        assert_eq!(refused("sort=-&limit=0&offset=-1"), QueryParameter::Offset);
        assert_eq!(refused("sort=-&limit=0"), QueryParameter::Limit);
        for sort in ["-", "name", "hRef", "id,-state", "provisioningState"] {
            assert_eq!(refused(&format!("sort={sort}")), QueryParameter::Sort);
        }
    }
}
