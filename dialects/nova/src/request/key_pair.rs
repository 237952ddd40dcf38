//! The body of a create, once it is valid.

use keypair_core::{Error as CoreError, KeyName};

use crate::api::Api;
use crate::compute::key_material::Kind;
use crate::error::Error;
use crate::request::json::{Text, Value};
use crate::route::compute_path::Family;
use crate::validate::{key_pair, names, rackspace, schema};

/// What a create asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The name, as it is stored.
    pub(crate) name: KeyName,
    /// What kind of key.
    pub(crate) kind: Kind,
    /// The key to import, if it is not to be generated.
    pub(crate) public_key: Option<Text>,
    /// The user who is to have it, if it is not the caller.
    pub(crate) user_id: Option<String>,
}

/// Validates and reads a body.
///
/// # Errors
/// [`Error::Invalid`] and, in the rackspace flavour, [`Error::UnsafeName`], [`Error::NameLength`].
pub(crate) fn decode(api: Api, body: &Value) -> Result<Wanted, Error> {
    if api.family == Family::Rackspace {
        let wanted = rackspace::check(body)?;
        return Ok(Wanted {
            name: key_name(wanted.name)?,
            kind: Kind::Ssh,
            public_key: wanted.public_key.cloned(),
            user_id: None,
        });
    }
    schema::check(key_pair::schema(api), body).map_err(|message| Error::Invalid { message })?;
    let member = |name: &str| body.member("keypair")?.member(name)?.as_text();
    let name = member("name").and_then(Text::as_str).unwrap_or_default();
    // v2 lets members through that it does not know, and these are among them.
    let kind = member("type").filter(|_| api.has_types());
    let x509 = kind.is_some_and(|kind| kind.is("x509"));
    let user_id = member("user_id").filter(|_| api.has_user_ids());
    let user_id = user_id.map(|id| id.lossy().to_owned());
    Ok(Wanted {
        name: key_name(names::stored(name))?,
        kind: if x509 { Kind::X509 } else { Kind::Ssh },
        public_key: member("public_key").cloned(),
        user_id: user_id.filter(|id| !id.is_empty()),
    })
}

fn key_name(name: &str) -> Result<KeyName, Error> {
    KeyName::parse(name).map_err(|problem| CoreError::InvalidName { problem }.into())
}
