#![doc = include_str!("../README.md")]

mod auth;
mod config;
mod demo;
mod error;
mod operations;
mod region;
mod request;
mod response;
mod route;
mod selftest;
mod validate;

use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, Ports, RateRule,
    Request, RequestContext, Response, Selftest,
};
use http::request::Parts;

pub use config::{
    AnyInstance, Auth, CommentStyle, Config, Credential, Instances, NameErrorCode, UnknownParams,
};
pub use error::{Error, NameCode};
pub use request::Surface;
pub use response::key_id;
pub use route::Operation;

use request::Message;

/// The Tencent CVM dialect.
#[derive(Debug)]
pub struct Tencent {
    config: Config,
}

impl Dialect for Tencent {
    type Operation = Operation;
    type Error = Error;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: Self::NAME,
            max_body_bytes: request::MAX_BODY_BYTES,
            mint_id: Some(key_id),
        }
    }

    fn claims(&self, head: &Parts) -> bool {
        route::claims(head)
    }

    fn route(&self, request: &Request, cx: &RequestContext) -> Result<Operation, Error> {
        route::route(request, cx, &self.config)
    }

    async fn authenticate(
        &self,
        _operation: Operation,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Error> {
        let message = Message::read(request)?;
        auth::authenticate(&message, cx, directory, &self.config)
    }

    fn rate_rule(&self, operation: Operation, _head: &Parts) -> Option<RateRule> {
        (self.config.rate_per_sec > 0).then(|| RateRule {
            bucket: operation.action(),
            limit: self.config.rate_per_sec,
            period_seconds: 1,
        })
    }

    async fn call(
        &self,
        operation: Operation,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Error> {
        operations::run(operation, request, caller, cx, ports, &self.config).await
    }

    fn render(&self, error: &Error, head: &Parts, cx: &RequestContext) -> Response {
        response::fault(error, head, cx, &self.config)
    }
}

impl Configured for Tencent {
    type Config = Config;

    const NAME: &'static str = "tencent";

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        let (config, accounts) = config.into_parts()?;
        Ok((Self { config }, accounts))
    }

    fn demo_call(origin: &str) -> String {
        demo::call(origin)
    }

    fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
        selftest::selftest(config, account)
    }
}
