//! The limits that hold for a caller.

use dialect_api::Response;

use super::Call;
use crate::error::Error;
use crate::request::query::{Known, Query, Rule};
use crate::response::limits;

/// Shows the limits of the caller's project, or to administrators those of another.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], in this order.
pub(super) async fn show(call: &Call<'_>) -> Result<Response, Error> {
    let known = Known {
        parameters: &[("tenant_id", Rule::Text)],
        refuses_others: call.api.refuses_parameters(),
    };
    let query = Query::read(&call.request.head.uri, known)?;
    let project = match query.last("tenant_id") {
        Some(other) => {
            call.requester.permit_admin("limits:other_project")?;
            Some(other)
        }
        None => call.requester.project_id.as_deref(),
    };
    let key_pairs = match project {
        Some(project) => call.limit_of(project).await?,
        None => call.config.default_limit(),
    };
    let rules = &call.config.rate_limits;
    let body = limits::body(call.api, key_pairs, rules, call.cx.received_at);
    Ok(call.ok(body))
}
