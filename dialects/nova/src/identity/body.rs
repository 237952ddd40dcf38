//! Bodies of requests to Identity v3.

use dialect_api::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::error::Error;

/// Where something is missed that a body must have.
pub(super) const IN_BODY: &str = "request body";

/// The body as a JSON object; no body at all is an empty one.
///
/// # Errors
/// [`Error::Missing`] for what is no JSON, or is not said to be.
pub(super) fn json_object(request: &Request) -> Result<Map<String, Value>, Error> {
    let body = request.body()?;
    if body.is_empty() {
        return Ok(Map::new());
    }
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    if !is_json(content_type) {
        return Err(missing("application/json", "Content-Type header"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) | Err(_) => Err(missing("valid JSON", IN_BODY)),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Something that must be there and is not.
pub(super) fn missing(attribute: &str, target: &'static str) -> Error {
    Error::Missing {
        attribute: attribute.to_owned(),
        target,
    }
}
