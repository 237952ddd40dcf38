//! Looking at a token, and revoking it: `/v3/auth/tokens`.

use dialect_api::{Response, empty_response};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};

use super::error::Error;
use super::issue::{V3_DOMAIN, token_body};
use super::session::Session;
use super::{Call, answer as answers};

/// The header of the token that a call is made with.
pub(super) const AUTH_TOKEN: &str = "x-auth-token";
/// The header of the token that a call is about.
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// The session of the caller's own token.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Error::Unavailable`].
pub(super) async fn caller(call: Call<'_>) -> Result<Session, Error> {
    let token = call.request.header(AUTH_TOKEN).unwrap_or_default();
    let (directory, now) = (call.ports.directory, call.cx.received_at);
    let session = Session::open(call.config, directory, V3_DOMAIN, token, now).await?;
    session.ok_or(Error::Unauthenticated)
}

/// `GET /v3/auth/tokens`.
pub(super) async fn show(call: Call<'_>) -> Result<Response, Error> {
    let (session, text) = subject(call, "validate_token").await?;
    answer(call, StatusCode::OK, &session, text)
}

/// `DELETE /v3/auth/tokens`.
pub(super) async fn revoke(call: Call<'_>) -> Result<Response, Error> {
    let (session, _) = subject(call, "revoke_token").await?;
    call.ports.directory.revoke(&session.claims).await?;
    Ok(empty_response(StatusCode::NO_CONTENT))
}

/// The token that the call is about, and its text. A token's owner may ask about it, and whoever
/// administers.
async fn subject<'a>(call: Call<'a>, rule: &'static str) -> Result<(Session, &'a str), Error> {
    let caller = caller(call).await?;
    let forbidden = || Error::Forbidden { rule: Some(rule) };
    let text = match call.request.header(SUBJECT_TOKEN.as_str()) {
        Some("") => return Err(Error::NoSubjectToken),
        Some(text) => text,
        None if caller.is_admin() => return Err(Error::NoSubjectToken),
        None => return Err(forbidden()),
    };
    let (directory, now) = (call.ports.directory, call.cx.received_at);
    let session = Session::open(call.config, directory, V3_DOMAIN, text, now).await?;
    let session = session.ok_or(Error::TokenNotFound)?;
    if session.user.id != caller.user.id && !caller.is_admin() {
        return Err(forbidden());
    }
    Ok((session, text))
}

/// An answer that gives a token and says what it is.
pub(super) fn answer(
    call: Call<'_>,
    status: StatusCode,
    session: &Session,
    token: &str,
) -> Result<Response, Error> {
    let with_catalog = !call.has_parameter("nocatalog");
    let body = token_body(call.config, call.base, session, with_catalog);
    let mut response = answers::json(status, &body);
    let mut value = HeaderValue::try_from(token).map_err(|_| Error::Internal)?;
    value.set_sensitive(true);
    response.headers_mut().insert(SUBJECT_TOKEN, value);
    Ok(response)
}
