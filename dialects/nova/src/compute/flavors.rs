//! Flavors, where the config has them.

use dialect_api::Response;

use super::Call;
use crate::response::flavors;
use crate::route::Base;

/// Lists the flavors, by name.
pub(super) fn list(call: &Call<'_>) -> Response {
    let base = Base::of(&call.request.head, call.cx);
    call.ok(flavors::list(&base, call.api.family.path()))
}

/// Lists the flavors with all that they are.
pub(super) fn detail(call: &Call<'_>) -> Response {
    let base = Base::of(&call.request.head, call.cx);
    call.ok(flavors::detail(&base, call.api.family.path()))
}
