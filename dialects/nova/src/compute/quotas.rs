//! Quotas of projects: only that of key pairs means anything.

use bytes::Bytes;
use dialect_api::{Response, response};
use http::StatusCode;
use keypair_core::{Limit, TenantId};

use super::Call;
use crate::error::Error;
use crate::request::json::Value;
use crate::request::media::JSON;
use crate::request::query::{Query, Rule};
use crate::response::quotas;
use crate::validate::{amount, quota_set, schema};

/// Shows a project's quotas.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], [`Error::InvalidProject`], in this order.
pub(super) async fn show(call: &Call<'_>) -> Result<Response, Error> {
    let query = call.read_quota_query()?;
    let project = call.readable_project("os-quota-sets:show").await?;
    let limit = call.shown_limit(project, user(&query)).await?;
    Ok(call.ok(quotas::set(call.api, Some(project), limit)))
}

/// Shows a project's quotas with what is used of them.
///
/// # Errors
/// As [`show`].
pub(super) async fn detail(call: &Call<'_>) -> Result<Response, Error> {
    let query = call.read_quota_query()?;
    let project = call.readable_project("os-quota-sets:detail").await?;
    let limit = call.shown_limit(project, user(&query)).await?;
    Ok(call.ok(quotas::detailed_set(call.api, project, limit)))
}

/// Shows the quotas of projects that have none of their own. They are no secret of the project that
/// is named.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], [`Error::InvalidProject`], in this order.
pub(super) async fn defaults(call: &Call<'_>) -> Result<Response, Error> {
    call.read_query(&[], false)?;
    call.requester.permit_anybody("os-quota-sets:defaults")?;
    let project = call.existing_project().await?;
    let body = quotas::set(call.api, Some(project), call.config.default_limit());
    Ok(call.ok(body))
}

/// Changes a project's quotas. Figures other than that of key pairs are looked at and forgotten.
///
/// # Errors
/// As [`show`].
pub(super) async fn update(call: &Call<'_>, body: &Value) -> Result<Response, Error> {
    schema::check(quota_set::schema(call.api), body)
        .map_err(|message| Error::Invalid { message })?;
    let query = call.read_quota_query()?;
    call.requester.permit_admin("os-quota-sets:update")?;
    let project = call.existing_project().await?;
    let holder = holder(project, user(&query));
    let figures = body.member(quota_set::QUOTA_SET);
    let asked = figures.and_then(|figures| figures.member("key_pairs"));
    if let Some(Ok(asked)) = asked.map(amount::read) {
        let limit = u32::try_from(asked).map_or(Limit::Unlimited, Limit::AtMost);
        let quotas = call.ports.quotas;
        quotas.set_limit(&call.cx.realm, &holder, limit).await?;
    }
    let limit = call.shown_limit(project, user(&query)).await?;
    Ok(call.ok(quotas::set(call.api, None, limit)))
}

/// Puts a project's quotas back to the defaults.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], in this order.
pub(super) async fn delete(call: &Call<'_>) -> Result<Response, Error> {
    let query = call.read_quota_query()?;
    call.requester.permit_admin("os-quota-sets:delete")?;
    let holder = holder(call.resource.name(), user(&query));
    call.ports
        .quotas
        .clear_limit(&call.cx.realm, &holder)
        .await?;
    Ok(response(StatusCode::ACCEPTED, JSON, Bytes::new()))
}

/// Shows the quotas of a class of projects: whatever it is called, the defaults.
///
/// # Errors
/// [`Error::Invalid`], [`Error::PolicyDenied`], in this order.
pub(super) fn class(call: &Call<'_>) -> Result<Response, Error> {
    call.read_query(&[], call.api.refuses_all_parameters())?;
    call.requester.permit_admin("os-quota-class-sets:show")?;
    let body = quotas::class_set(call.api, call.resource.name(), call.config.default_limit());
    Ok(call.ok(body))
}

/// The user that a query names. An empty id names nobody.
fn user(query: &Query) -> Option<&str> {
    query.first("user_id").filter(|id| !id.is_empty())
}

/// Whose limit it is: a project's, or that of one user in a project.
pub(super) fn holder(project: &str, user: Option<&str>) -> TenantId {
    match user {
        Some(user) => TenantId::new([project, "/", user].concat()),
        None => TenantId::new(project),
    }
}

impl Call<'_> {
    /// The limit on the key pairs of a project's users, each.
    pub(super) async fn limit_of(&self, project: &str) -> Result<Limit, Error> {
        let stored = self.stored_limit(&holder(project, None)).await?;
        Ok(stored.unwrap_or_else(|| self.config.limit_of_project(project)))
    }

    /// The limit that was stored for a holder, if one was.
    async fn stored_limit(&self, holder: &TenantId) -> Result<Option<Limit>, Error> {
        Ok(self.ports.quotas.limit(&self.cx.realm, holder).await?)
    }

    /// The limit that is shown: a user's own, where one is named and has one, else the project's.
    async fn shown_limit(&self, project: &str, user: Option<&str>) -> Result<Limit, Error> {
        if user.is_some()
            && let Some(limit) = self.stored_limit(&holder(project, user)).await?
        {
            return Ok(limit);
        }
        self.limit_of(project).await
    }

    fn read_quota_query(&self) -> Result<Query, Error> {
        let refuses_others = self.api.refuses_parameters();
        self.read_query(&[("user_id", Rule::Text)], refuses_others)
    }

    /// The project of the path, if the caller may see its quotas.
    async fn readable_project(&self, rule: &'static str) -> Result<&str, Error> {
        self.requester.permit_project(rule, self.resource.name())?;
        self.existing_project().await
    }

    /// The project of the path, if there is one of that id.
    async fn existing_project(&self) -> Result<&str, Error> {
        let project = self.resource.name();
        let own = self.requester.project_id.as_deref() == Some(project);
        let directory = self.ports.directory;
        if own || directory.project_by_id(project).await?.is_some() {
            Ok(project)
        } else {
            Err(Error::InvalidProject {
                project: project.to_owned(),
            })
        }
    }
}
