//! The body of an Identity v2.0 log-in.

use dialect_api::Request;
use serde_json::Value;

use super::error::{Error, V2LogInError};

/// Rackspace's extension for API keys.
const API_KEY: &str = "RAX-KSKEY:apiKeyCredentials";

/// A log-in.
#[derive(Debug)]
pub(super) struct LogIn {
    pub(super) proof: Proof,
    pub(super) tenant: Option<Tenant>,
}

/// How the caller proves who they are.
#[derive(Debug)]
pub(super) enum Proof {
    ApiKey { name: String, api_key: String },
    Password { name: String, password: String },
    Token(String),
}

/// What the token should be good for.
#[derive(Debug)]
pub(super) enum Tenant {
    Id(String),
    Name(String),
}

impl Tenant {
    /// As the caller wrote it.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Id(text) | Self::Name(text) => text,
        }
    }
}

/// Reads a log-in. The first kind of credentials in the order API key, password, token counts.
///
/// # Errors
/// [`V2LogInError::Unparsable`], [`V2LogInError::TenantNamedTwice`].
pub(super) fn log_in(request: &Request) -> Result<LogIn, Error> {
    let body: Option<Value> = serde_json::from_slice(request.body()?).ok();
    let auth = body.as_ref().and_then(|body| body.get("auth"));
    let auth = auth.ok_or(V2LogInError::Unparsable)?;
    let proof = proof(auth).ok_or(V2LogInError::Unparsable)?;
    Ok(LogIn {
        proof,
        tenant: tenant(auth)?,
    })
}

fn proof(auth: &Value) -> Option<Proof> {
    if let Some(given) = auth.get(API_KEY) {
        return Some(Proof::ApiKey {
            name: text(given, "username")?,
            api_key: text(given, "apiKey")?,
        });
    }
    if let Some(given) = auth.get("passwordCredentials") {
        return Some(Proof::Password {
            name: text(given, "username")?,
            password: text(given, "password")?,
        });
    }
    let given = auth.get("token")?;
    text(given, "id").map(Proof::Token)
}

fn tenant(auth: &Value) -> Result<Option<Tenant>, V2LogInError> {
    match (named(auth, "tenantId")?, named(auth, "tenantName")?) {
        (Some(_), Some(_)) => Err(V2LogInError::TenantNamedTwice),
        (Some(id), None) => Ok(Some(Tenant::Id(id))),
        (None, Some(name)) => Ok(Some(Tenant::Name(name))),
        (None, None) => Ok(None),
    }
}

/// A tenant's id or name; some clients send `null` or an empty text for none.
fn named(auth: &Value, member: &str) -> Result<Option<String>, V2LogInError> {
    match auth.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(V2LogInError::Unparsable)
        }
    }
}

fn text(object: &Value, member: &str) -> Option<String> {
    object.get(member)?.as_str().map(str::to_owned)
}
