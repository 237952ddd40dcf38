//! Who is calling: `Authorization`, `X-API-Key` and `X-Requester-Id`.

use std::time::SystemTime;

use dialect_api::{ApiKey, Caller, Directory, ProjectAccess, StaticToken};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use keypair_core::TenantId;

use crate::config::AuthMode;
use crate::error::Error;
use crate::validate;

const API_KEY: &str = "x-api-key";
const REQUESTER_ID: &str = "x-requester-id";
/// What a caller is called of whom nothing is known.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// Steps 2 to 2e of the order of checks.
pub(crate) fn authenticate(
    headers: &HeaderMap,
    mode: AuthMode,
    now: SystemTime,
    directory: &dyn Directory,
) -> Result<Caller, Error> {
    let (token, api_key) = if mode == AuthMode::None {
        // Nothing is asked for; who shows a credential all the same is called by its name.
        let token = bearer_token(headers).and_then(|text| known_token(text, directory));
        (token, known_api_key(headers, directory))
    } else {
        let text = bearer_token(headers).ok_or(Error::MissingCredentials)?;
        let token = known_token(text, directory).ok_or(Error::InvalidCredentials)?;
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::ExpiredCredentials);
        }
        let api_key = known_api_key(headers, directory);
        if headers.contains_key(API_KEY) && directory.has_api_keys() && api_key.is_none() {
            return Err(Error::InvalidCredentials);
        }
        let application = headers.contains_key(API_KEY) || headers.contains_key(REQUESTER_ID);
        if mode == AuthMode::Strict && !application {
            return Err(Error::MissingCredentials);
        }
        (Some(token), api_key)
    };
    Ok(caller(token, api_key, requester_id(headers)?, mode))
}

/// Calls are counted by the credential, which the caller cannot make up; what it does is noted
/// under the name that it gives itself.
fn caller(
    token: Option<&StaticToken>,
    api_key: Option<&ApiKey>,
    requester_id: Option<&str>,
    mode: AuthMode,
) -> Caller {
    let credential = token
        .map(|token| token.name.as_str())
        .or(api_key.map(|key| key.name.as_str()))
        .unwrap_or(ANONYMOUS);
    let name = requester_id
        .or(api_key.map(|key| key.name.as_str()))
        .unwrap_or(credential);
    let projects = match (mode, token) {
        (AuthMode::Bearer | AuthMode::Strict, Some(token)) => token.projects.clone(),
        (AuthMode::Bearer | AuthMode::Strict, None) => ProjectAccess::Only(Vec::new()),
        (AuthMode::None, _) => ProjectAccess::Any,
    };
    Caller {
        tenant: TenantId::new(credential),
        name: name.to_owned(),
        projects,
        claims: None,
        roles: Vec::new(),
    }
}

/// The token of `Authorization: Bearer <token>`; `None` if there is none. A bare token without the
/// scheme is none either (the vendor's error guide says so).
fn bearer_token(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, rest) = value.split_at_checked("Bearer".len())?;
    let token = rest.trim_ascii();
    let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer") && rest.starts_with(b" ");
    (is_bearer && !token.is_empty()).then_some(token)
}

fn known_token<'a>(text: &[u8], directory: &'a dyn Directory) -> Option<&'a StaticToken> {
    directory.static_token(std::str::from_utf8(text).ok()?)
}

fn known_api_key<'a>(headers: &HeaderMap, directory: &'a dyn Directory) -> Option<&'a ApiKey> {
    directory.api_key(headers.get(API_KEY)?.to_str().ok()?)
}

fn requester_id(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let Some(value) = headers.get(REQUESTER_ID) else {
        return Ok(None);
    };
    if !validate::is_requester_id(value.as_bytes()) {
        return Err(Error::InvalidRequesterId);
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_| Error::InvalidRequesterId)
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;
    use http::{HeaderMap, HeaderValue};

    use super::bearer_token;

    fn token_of(value: &'static [u8]) -> Option<Vec<u8>> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        bearer_token(&headers).map(<[u8]>::to_vec)
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case_followed_by_a_token() {
        for value in [&b"Bearer tok"[..], b"bearer tok", b"BEARER   tok "] {
            assert_eq!(token_of(value).as_deref(), Some(&b"tok"[..]));
        }
        assert_eq!(token_of(b"Bearer \xff").as_deref(), Some(&b"\xff"[..]));
    }

    #[test]
    fn anything_else_is_no_credential() {
        for value in [
            &b"tok"[..],
            b"Bearer",
            b"Bearer ",
            b"Bearer  ",
            b"Bearertok",
            b"Basic dG9r",
            b"",
        ] {
            assert_eq!(token_of(value), None);
        }
        assert_eq!(bearer_token(&HeaderMap::new()), None);
    }
}
