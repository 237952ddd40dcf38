//! Calls on compute, in Nova's order of checks.

mod create_key_pair;
mod extensions;
mod flavors;
pub(crate) mod key_material;
mod key_pairs;
mod limits;
mod quotas;
pub(crate) mod versions;

use bytes::Bytes;
use dialect_api::{Caller, EdgeError, Ports, Request, RequestContext, Response, response};
use http::{Method, StatusCode};
use keypair_core::{Partition, QuotaRule, Scope, TenantId};

use crate::api::Api;
use crate::auth::Requester;
use crate::config::Config;
use crate::error::Error;
use crate::request::json::{self, Value};
use crate::request::media;
use crate::request::microversion::{negotiate, newest};
use crate::request::query::{Known, Query, Rule};
use crate::response::headers;
use crate::route::compute_path::{Family, Target};
use crate::route::resource::Resource;
use crate::route::{Action, Destination};

/// A call that has passed the checks which all calls have in common.
struct Call<'a> {
    config: &'a Config,
    request: &'a Request,
    cx: &'a RequestContext,
    ports: Ports<'a>,
    api: Api,
    project: Option<String>,
    resource: Resource,
    requester: Requester,
}

/// Answers a call with a token.
///
/// # Errors
/// Every fault of compute.
pub(crate) async fn call(
    config: &Config,
    request: &Request,
    caller: &Caller,
    cx: &RequestContext,
    ports: Ports<'_>,
) -> Result<Response, Error> {
    let Below {
        family,
        project,
        resource,
        action,
    } = below(config, request, cx)?;
    let api = agree(config, family, request)?;
    let body = read_body(request)?;
    let requester = Requester::new(config, caller);
    if let Some(asked) = project.clone().filter(|asked| !requester.reaches(asked)) {
        let own = requester.project_id;
        return Err(Error::ForeignProject { asked, own });
    }
    let call = Call {
        config,
        request,
        cx,
        ports,
        api,
        project,
        resource,
        requester,
    };
    let mut response = call.act(action, body).await?;
    sign(&mut response, api, cx);
    Ok(response)
}

/// What a call with a token is about.
struct Below {
    family: Family,
    project: Option<String>,
    resource: Resource,
    action: Action,
}

/// Reads the path again, now that the caller is known.
///
/// # Errors
/// [`EdgeError::RouteNotFound`], [`EdgeError::MethodNotAllowed`].
fn below(config: &Config, request: &Request, cx: &RequestContext) -> Result<Below, EdgeError> {
    let Target::Below {
        family,
        project,
        resource: Some(resource),
    } = Destination::of(config, &request.head, cx).target
    else {
        return Err(EdgeError::RouteNotFound);
    };
    match resource.action(&request.head.method) {
        Some(action) => Ok(Below {
            family,
            project,
            resource,
            action,
        }),
        None => Err(EdgeError::MethodNotAllowed {
            allow: resource.methods(),
        }),
    }
}

/// The API and version that a request speaks.
fn agree(config: &Config, family: Family, request: &Request) -> Result<Api, Error> {
    match family {
        Family::V21 => Ok(Api::v21(negotiate(&request.head.headers, newest(config))?)),
        Family::Compat | Family::Rackspace => Ok(Api::first_of(family)),
    }
}

/// The body of a `POST` or `PUT`; of other methods' bodies only the type is looked at. No body is
/// `null`.
fn read_body(request: &Request) -> Result<Value, Error> {
    if !media::is_readable(&request.head.headers) {
        return Err(Error::UnsupportedContentType);
    }
    if !matches!(request.head.method, Method::POST | Method::PUT) {
        return Ok(Value::Null);
    }
    let body = request.body()?;
    if body.is_empty() {
        return Ok(Value::Null);
    }
    json::parse(body).map_err(|_| Error::MalformedBody)
}

/// Puts the headers on a successful answer that all answers of an API carry.
fn sign(response: &mut Response, api: Api, cx: &RequestContext) {
    headers::identify(response, api.family, cx);
    if let Some(version) = api.announced() {
        headers::announce(response, version);
    }
}

impl Call<'_> {
    async fn act(&self, action: Action, body: Value) -> Result<Response, Error> {
        match action {
            Action::ShowVersion => versions::show_with_token(self),
            Action::CreateKeyPair => create_key_pair::create(self, &body).await,
            Action::ListKeyPairs => key_pairs::list(self).await,
            Action::ShowKeyPair => key_pairs::show(self).await,
            Action::DeleteKeyPair => key_pairs::delete(self).await,
            Action::ShowLimits => limits::show(self).await,
            Action::ShowQuotaSet => quotas::show(self).await,
            Action::ShowQuotaSetDetail => quotas::detail(self).await,
            Action::ShowQuotaSetDefaults => quotas::defaults(self).await,
            Action::UpdateQuotaSet => quotas::update(self, &body).await,
            Action::DeleteQuotaSet => quotas::delete(self).await,
            Action::ShowQuotaClassSet => quotas::class(self),
            Action::ListExtensions => extensions::list(self),
            Action::ShowExtension => extensions::show(self),
            Action::ListFlavors => Ok(flavors::list(self)),
            Action::ListFlavorsDetail => Ok(flavors::detail(self)),
        }
    }

    /// A successful answer with a body, in the type that the caller prefers.
    fn ok(&self, body: Bytes) -> Response {
        response(
            StatusCode::OK,
            media::preferred_json(&self.request.head),
            body,
        )
    }

    /// Holds the query against the parameters that the call knows, where unknown ones are a fault
    /// from a version on.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    fn read_query(
        &self,
        parameters: &'static [(&'static str, Rule)],
        refuses_others: bool,
    ) -> Result<Query, Error> {
        let known = Known {
            parameters,
            refuses_others,
        };
        Query::read(&self.request.head.uri, known)
    }

    /// Where a user's key pairs lie.
    fn scope(&self, user_id: &str) -> Scope {
        Scope {
            realm: self.cx.realm.clone(),
            tenant: TenantId::new(user_id),
            partition: Partition::new(""),
        }
    }

    /// The quota that a user's key pairs are held to: the user's own in the caller's project, where
    /// there is one, else the project's.
    ///
    /// # Errors
    /// [`Error::NoProject`].
    fn quota(&self, owner: &str) -> Result<QuotaRule, Error> {
        let project = self
            .requester
            .project_id
            .as_deref()
            .ok_or(Error::NoProject)?;
        Ok(QuotaRule {
            exception: Some(quotas::holder(project, Some(owner))),
            holder: quotas::holder(project, None),
            default: self.config.limit_of_project(project),
        })
    }
}
