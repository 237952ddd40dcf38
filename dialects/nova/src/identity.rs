//! OpenStack Identity: version 3, and version 2.0 as Rackspace and old clouds ran it. Enough of it
//! to log in, find compute, look up users and projects, keep application credentials, and, where
//! the config says so, make users, projects and role assignments.

mod accounts;
mod answer;
mod assignments;
mod body;
mod catalog;
mod credentials;
mod discovery;
mod error;
mod fields;
mod ids;
mod issue;
mod log_in;
mod operation;
mod request;
mod resources;
mod roles;
mod route;
mod session;
mod token;
mod v2;
mod v2_request;
mod view;

use std::borrow::Cow;

use dialect_api::{Ports, Request, RequestContext, Response};

use crate::config::Config;
use crate::route::Base;

pub(crate) use error::{Error, render};
use operation::AccountOperation;
pub(crate) use operation::Operation;
pub(crate) use route::{is_identity_path, loggable_path, route};
pub(crate) use session::Session;

/// What every call works with.
#[derive(Clone, Copy)]
struct Call<'a> {
    config: &'a Config,
    request: &'a Request,
    cx: &'a RequestContext,
    ports: Ports<'a>,
    base: &'a Base,
}

impl<'a> Call<'a> {
    /// What is asked for where the path ends in a name.
    fn last_segment(self) -> Cow<'a, str> {
        let mut segments = route::segments(self.request.head.uri.path());
        segments.pop().unwrap_or_default()
    }

    /// A segment of a path of version 3, whose own is 0.
    fn segment(self, position: usize) -> Cow<'a, str> {
        let segments = route::segments(self.request.head.uri.path());
        let mut from_version = segments.into_iter().skip_while(|segment| segment != "v3");
        from_version.nth(position).unwrap_or_default()
    }

    /// A query parameter that is on or off: on unless it says otherwise.
    fn flag(self, name: &str) -> Option<bool> {
        let value = self.parameter(name)?;
        Some(value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// Whether a query parameter is there, whatever it is.
    fn has_parameter(self, name: &str) -> bool {
        self.parameters().any(|(key, _)| key == name)
    }

    /// A query parameter, the last of that name.
    fn parameter(self, name: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        for (key, value) in self.parameters() {
            if key == name {
                found = Some(value);
            }
        }
        found
    }

    fn parameters(self) -> form_urlencoded::Parse<'a> {
        let query = self.request.head.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
    }
}

/// Does what a request asks for. Identity looks at credentials itself: a log-in brings them in its
/// body, and some answers depend on whether a token is there.
///
/// # Errors
/// Every fault of the identity service.
pub(crate) async fn call(
    config: &Config,
    operation: Operation,
    request: &Request,
    cx: &RequestContext,
    ports: Ports<'_>,
    base: &Base,
) -> Result<Response, Error> {
    let call = Call {
        config,
        request,
        cx,
        ports,
        base,
    };
    let response = match operation {
        Operation::ListIdentityVersions => Ok(discovery::index(base)),
        Operation::ShowIdentityV3 => Ok(discovery::v3(base)),
        Operation::ShowIdentityV2 => Ok(discovery::v2(base)),
        Operation::IssueToken => log_in::issue_token(call).await,
        Operation::ShowToken => token::show(call).await,
        Operation::RevokeToken => token::revoke(call).await,
        Operation::IssueV2Token => v2::issue_token(call).await,
        Operation::ListTenants => v2::tenants(call).await,
        Operation::ShowV2Token => v2::show_token(call).await,
        Operation::RevokeV2Token => v2::revoke_token(call).await,
        Operation::Accounts(operation) => act(call, operation).await,
    }?;
    Ok(answer::with_common_headers(response, cx))
}

/// Does what a request asks for of users, projects and what goes with them.
async fn act(call: Call<'_>, operation: AccountOperation) -> Result<Response, Error> {
    match operation {
        AccountOperation::ShowCatalog => resources::catalog(call).await,
        AccountOperation::ListOwnProjects => resources::own_projects(call).await,
        AccountOperation::ListUsers => resources::users(call).await,
        AccountOperation::ShowUser => resources::user(call).await,
        AccountOperation::CreateUser => accounts::create_user(call).await,
        AccountOperation::DeleteUser => accounts::delete_user(call).await,
        AccountOperation::ListProjectsOfUser => resources::projects_of_user(call).await,
        AccountOperation::ListProjects => resources::projects(call).await,
        AccountOperation::ShowProject => resources::project(call).await,
        AccountOperation::CreateProject => accounts::create_project(call).await,
        AccountOperation::DeleteProject => accounts::delete_project(call).await,
        AccountOperation::ListRoles => roles::list(call).await,
        AccountOperation::ShowRole => roles::show(call).await,
        AccountOperation::ListGrants => roles::list_grants(call).await,
        AccountOperation::CheckGrant => roles::check(call).await,
        AccountOperation::Grant => roles::grant(call).await,
        AccountOperation::WithdrawGrant => roles::withdraw(call).await,
        AccountOperation::ListRoleAssignments => assignments::list(call).await,
        AccountOperation::ListDomains => roles::list_domains(call).await,
        AccountOperation::ShowDomain => roles::show_domain(call).await,
        AccountOperation::ListCredentials => credentials::list(call).await,
        AccountOperation::CreateCredential => credentials::create(call).await,
        AccountOperation::ShowCredential => credentials::show(call).await,
        AccountOperation::DeleteCredential => credentials::delete(call).await,
    }
}
