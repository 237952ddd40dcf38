//! The body of a create as Rackspace Cloud Servers looked at it: first its shape, then the name's
//! characters, then the name's length.
//!
//! Source: nova 2014.1, `api/openstack/compute/contrib/keypairs.py` and `compute/api.py`.

use crate::error::Error;
use crate::request::json::{Text, Value};

/// The most characters in a name. Source: the Cloud Servers guide, "Key Pair Naming Rules".
const MAX_CHARS: usize = 255;

const NOT_THERE: &str = "Invalid request body";
const WRONG_TYPE: &str = "The server could not comply with the request since it is either \
                          malformed or otherwise incorrect.";

/// What a create asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted<'b> {
    /// The name.
    pub(crate) name: &'b str,
    /// The key to import, if it is not to be generated.
    pub(crate) public_key: Option<&'b Text>,
}

/// Looks at a body.
///
/// # Errors
/// [`Error::Invalid`], [`Error::UnsafeName`], [`Error::NameLength`].
pub(crate) fn check(body: &Value) -> Result<Wanted<'_>, Error> {
    let key_pair = member(body, "keypair")?.ok_or_else(|| invalid(NOT_THERE))?;
    let name = member(key_pair, "name")?.ok_or_else(|| invalid(NOT_THERE))?;
    let name = text(name)?;
    let public_key = member(key_pair, "public_key")?.map(text).transpose()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let name = name
        .as_str()
        .filter(|name| name.chars().all(fits))
        .ok_or(Error::UnsafeName)?;
    // An empty name has passed: it holds no character that it may not.
    if name.is_empty() || name.len() > MAX_CHARS {
        return Err(Error::NameLength);
    }
    Ok(Wanted { name, public_key })
}

fn member<'b>(value: &'b Value, name: &str) -> Result<Option<&'b Value>, Error> {
    match value {
        Value::Object(_) => Ok(value.member(name)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Array(_) => Err(invalid(WRONG_TYPE)),
    }
}

fn text(value: &Value) -> Result<&Text, Error> {
    value.as_text().ok_or_else(|| invalid(WRONG_TYPE))
}

fn invalid(message: &str) -> Error {
    Error::Invalid {
        message: message.to_owned(),
    }
}
