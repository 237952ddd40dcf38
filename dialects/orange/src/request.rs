//! What callers send: negotiation headers, the resource of the path, the body, the query.

pub(crate) mod job_search;
pub(crate) mod json;
pub(crate) mod negotiation;
pub(crate) mod query;
pub(crate) mod resource;
pub(crate) mod search;

use std::collections::BTreeMap;

use crate::error::Error;
use json::Json;

/// The members of the body's object.
pub(crate) fn body_members(body: &[u8]) -> Result<BTreeMap<String, Json>, Error> {
    if body.trim_ascii().is_empty() {
        return Err(Error::MissingBody);
    }
    match json::parse(body) {
        Some(Json::Object(members)) => Ok(members),
        Some(_) | None => Err(Error::InvalidBody),
    }
}
