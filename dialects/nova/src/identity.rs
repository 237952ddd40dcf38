//! OpenStack Identity: version 3, and version 2.0 as Rackspace and old clouds ran it. Enough of it
//! to log in, find compute, and let clients' look-ups of users and projects end politely.

mod answer;
mod catalog;
mod discovery;
mod error;
mod ids;
mod issue;
mod log_in;
mod request;
mod resources;
mod route;
mod session;
mod token;
mod v2;
mod v2_request;

use std::borrow::Cow;

use dialect_api::{Ports, Request, RequestContext, Response};

use crate::config::Config;
use crate::route::Base;

pub(crate) use error::{Error, render};
pub(crate) use route::{Operation, is_identity_path, loggable_path, route};
pub(crate) use session::token_roles;

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
        Operation::ShowCatalog => resources::catalog(call).await,
        Operation::ListOwnProjects => resources::own_projects(call).await,
        Operation::ListUsers => resources::users(call).await,
        Operation::ShowUser => resources::user(call).await,
        Operation::ListProjects => resources::projects(call).await,
        Operation::ShowProject => resources::project(call).await,
        Operation::ListRoleAssignments => resources::role_assignments(call).await,
        Operation::CreateApplicationCredential => {
            resources::create_application_credential(call).await
        }
        Operation::IssueV2Token => v2::issue_token(call).await,
        Operation::ListTenants => v2::tenants(call).await,
        Operation::ShowV2Token => v2::show_token(call).await,
        Operation::RevokeV2Token => v2::revoke_token(call).await,
    }?;
    Ok(answer::with_common_headers(response, cx))
}
