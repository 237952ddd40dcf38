//! Extensions: what old clients ask for before they use it.

use dialect_api::Response;

use super::Call;
use crate::error::Error;
use crate::response::extensions;

/// Lists the extensions.
pub(super) fn list(call: &Call<'_>) -> Response {
    call.ok(extensions::list())
}

/// Shows one extension.
///
/// # Errors
/// [`Error::ExtensionNotFound`].
pub(super) fn show(call: &Call<'_>) -> Result<Response, Error> {
    let body = extensions::one(call.resource.name()).ok_or(Error::ExtensionNotFound)?;
    Ok(call.ok(body))
}
