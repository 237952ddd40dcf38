//! Who is calling. The cloud itself asks nobody; a token is what its documentation leaves to a
//! gateway in front of it.

use dialect_api::{Caller, Directory, Operation as _, OperationClass, Request};
use http::header::AUTHORIZATION;
use keypair_core::TenantId;

use crate::error::{Error, Fault};
use crate::route::Operation;

/// Who may call.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// Everybody, and whose key stores everybody reaches. Credentials are not looked at.
    Open {
        /// The tenant.
        tenant: TenantId,
    },
    /// Bearers of a token of the config.
    Token,
}

/// Who is calling. Health and version are for probes, which have no token.
///
/// # Errors
/// [`Fault::Unauthorized`] if a token is asked for and is missing or wrong.
pub(crate) fn caller(
    access: &Access,
    operation: Operation,
    request: &Request,
    directory: &dyn Directory,
) -> Result<Caller, Error> {
    let token = match access {
        Access::Open { tenant } => return Ok(Caller::anonymous(tenant.clone())),
        Access::Token if operation.class() == OperationClass::Discovery => {
            return Ok(Caller::anonymous(TenantId::new("anonymous")));
        }
        Access::Token => request
            .header(AUTHORIZATION.as_str())
            .and_then(bearer_token),
    };
    let known = token
        .and_then(|token| directory.static_token(token))
        .ok_or(Fault::Unauthorized)?;
    Ok(Caller {
        name: known.name.clone(),
        projects: known.projects.clone(),
        ..Caller::anonymous(known.tenant.clone())
    })
}

/// The token of `Bearer TOKEN`; the scheme's case does not count.
fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::bearer_token;

    #[test]
    fn only_bearer_credentials_hold_a_token() {
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer   abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("abc", None),
            ("", None),
        ] {
            assert_eq!(bearer_token(value), token, "{value:?}");
        }
    }
}
