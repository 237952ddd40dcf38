#![doc = include_str!("../README.md")]

mod auth;
mod config;
mod error;
mod ids;
mod jobs;
mod openapi;
mod operations;
mod request;
mod response;
mod route;
mod selftest;
mod validate;

use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, EdgeError, Ports,
    Request, RequestContext, Response, Selftest,
};
use http::request::Parts;
use keypair_core::TenantId;

use error::{Place, Statuses};
use operations::Call;
use route::Resource;

pub use config::{
    ApiKeyConfig, AuthConfig, AuthMode, Config, GenerateConfig, PublicKeyConfig, TokenConfig,
};
pub use error::{Error, FieldProblem, PathParameter, QueryParameter};
pub use ids::key_pair_id;
pub use route::Operation;

/// The largest body, in bytes. Source: step 11 of the order of checks.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The dialect.
#[derive(Debug, Clone)]
pub struct Orange {
    settings: config::Settings,
}

impl Orange {
    fn route<'a>(&self, head: &'a Parts) -> Option<route::Route<'a>> {
        route::parse(head.uri.path(), &self.settings.prefixes)
    }
}

impl Dialect for Orange {
    type Operation = Operation;
    type Error = Error;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: Self::NAME,
            max_body_bytes: MAX_BODY_BYTES,
            mint_id: Some(key_pair_id),
        }
    }

    fn claims(&self, head: &Parts) -> bool {
        route::claims(head.uri.path(), &self.settings.prefixes)
    }

    fn route(&self, request: &Request, _cx: &RequestContext) -> Result<Operation, Error> {
        let route = self.route(&request.head).ok_or(EdgeError::RouteNotFound)?;
        Ok(route.resource.operation(&request.head.method))
    }

    async fn authenticate(
        &self,
        _operation: Operation,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Error> {
        let route = self.route(&request.head);
        if route.is_some_and(|route| route.resource == Resource::OpenApi) {
            return Ok(Caller::anonymous(TenantId::new(auth::ANONYMOUS)));
        }
        let mode = self.settings.auth_mode;
        auth::authenticate(&request.head.headers, mode, cx.received_at, directory)
    }

    async fn call(
        &self,
        operation: Operation,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Error> {
        let route = self.route(&request.head).ok_or(EdgeError::RouteNotFound)?;
        let call = Call {
            settings: &self.settings,
            request,
            caller,
            cx,
            ports,
        };
        let answer = call.answer(operation, route).await?;
        Ok(response::finish(answer, &request.head.method))
    }

    fn render(&self, error: &Error, head: &Parts, _cx: &RequestContext) -> Response {
        let statuses = Statuses {
            conflict: self.settings.conflict_status,
            rate_limit: self.settings.rate_limit_status,
        };
        let place = self
            .route(head)
            .map_or_else(Place::default, |route| Place::of(route.resource));
        response::finish(error.render(statuses, &place), &head.method)
    }
}

impl Configured for Orange {
    type Config = Config;

    const NAME: &'static str = "orange";

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        let (settings, accounts) = config.check()?;
        Ok((Self { settings }, accounts))
    }

    fn demo_call(origin: &str) -> String {
        config::demo_call(origin)
    }

    fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
        selftest::selftest(config, account)
    }
}
