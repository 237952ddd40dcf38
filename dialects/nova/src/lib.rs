#![doc = include_str!("../README.md")]

mod api;
mod auth;
mod compute;
mod config;
mod error;
mod identity;
mod rate;
mod request;
mod response;
mod route;
mod selftest;
mod validate;

use std::borrow::Cow;

use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, Ports, RateRule,
    Request, RequestContext, Response, Selftest, empty_response,
};
use http::StatusCode;
use http::request::Parts;

pub use config::Config;
use error::Error;
use rate::Rules;
use route::{Base, Operation};

/// The OpenStack dialect: compute's key pairs, and the identity that leads to them.
#[derive(Debug)]
pub struct Nova {
    config: Config,
    rules: Rules,
}

impl Dialect for Nova {
    type Operation = Operation;
    type Error = Error;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: Self::NAME,
            max_body_bytes: self.config.max_body,
            // Callers go by names; the `id` of an answer is the sequence number.
            mint_id: None,
        }
    }

    fn claims(&self, head: &Parts) -> bool {
        route::base::locate(head.uri.path(), false).is_some()
    }

    fn route(&self, request: &Request, cx: &RequestContext) -> Result<Operation, Error> {
        route::operation(&self.config, request, cx)
    }

    async fn authenticate(
        &self,
        operation: Operation,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Error> {
        match operation {
            Operation::Options
            | Operation::ListVersions
            | Operation::ShowVersion
            | Operation::ListChoices
            | Operation::Identity(_) => Ok(auth::anonymous()),
            Operation::Unknown | Operation::Compute(_) => {
                auth::authenticate(&self.config, request, cx, directory).await
            }
        }
    }

    fn rate_rule(&self, operation: Operation, head: &Parts) -> Option<RateRule> {
        match operation {
            Operation::Options
            | Operation::ListVersions
            | Operation::ShowVersion
            | Operation::ListChoices
            | Operation::Identity(_) => None,
            Operation::Unknown | Operation::Compute(_) => self.rules.rate_rule(head),
        }
    }

    async fn call(
        &self,
        operation: Operation,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Error> {
        let config = &self.config;
        match operation {
            Operation::Options => Ok(empty_response(StatusCode::OK)),
            Operation::ListVersions => compute::versions::list(config, request, cx),
            Operation::ShowVersion => compute::versions::show_to_all(config, request, cx),
            Operation::ListChoices => compute::versions::choices(config, request, cx),
            Operation::Unknown | Operation::Compute(_) => {
                compute::call(config, request, caller, cx, ports).await
            }
            Operation::Identity(operation) => {
                let base = Base::of(&request.head, cx);
                let answer = identity::call(config, operation, request, cx, ports, &base).await;
                answer.map_err(Error::Identity)
            }
        }
    }

    fn render(&self, error: &Error, head: &Parts, cx: &RequestContext) -> Response {
        error::render(&self.config, error, head, cx)
    }

    fn loggable_path<'a>(&self, head: &'a Parts) -> Cow<'a, str> {
        identity::loggable_path(head.uri.path())
    }
}

impl Configured for Nova {
    type Config = Config;
    const NAME: &'static str = "nova";

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        let (config, accounts) = config.prepare()?;
        let rules = Rules::new(&config.rate_limits);
        Ok((Self { config, rules }, accounts))
    }

    fn demo_call(origin: &str) -> String {
        format!(
            "project demo, user demo, password keyglot-demo (region RegionOne)\n\
             curl --user demo:keyglot-demo --header \"Content-Type: application/json\" \\\n  \
             --data '{{\"keypair\": {{\"name\": \"first\"}}}}' {origin}/compute/v2.1/os-keypairs"
        )
    }

    fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
        selftest::selftest(config, account)
    }
}
