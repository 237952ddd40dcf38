//! Extensions: what old clients ask for before they use it.

use dialect_api::Response;

use super::Call;
use crate::error::Error;
use crate::response::extensions;

const RULE: &str = "extensions";

/// Lists the extensions.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], in this order.
pub(super) fn list(call: &Call<'_>) -> Result<Response, Error> {
    call.read_query(&[], call.api.refuses_all_parameters())?;
    call.requester.permit_anybody(RULE)?;
    Ok(call.ok(extensions::list()))
}

/// Shows one extension.
///
/// # Errors
/// As [`list`], then [`Error::ResourceNotFound`].
pub(super) fn show(call: &Call<'_>) -> Result<Response, Error> {
    call.read_query(&[], call.api.refuses_all_parameters())?;
    call.requester.permit_anybody(RULE)?;
    let body = extensions::one(call.resource.name()).ok_or(Error::ResourceNotFound)?;
    Ok(call.ok(body))
}
