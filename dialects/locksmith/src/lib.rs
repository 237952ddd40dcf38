#![doc = include_str!("../README.md")]

mod auth;
mod config;
mod error;
mod import;
mod openapi;
mod operations;
mod request;
mod response;
mod route;
mod selftest;
mod validate;

use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, Importer,
    OperationClass, Ports, RateRule, Request, RequestContext, Response, Selftest,
};
use http::request::Parts;
use keypair_core::{Limit, TenantId};

pub use config::{AuthMode, Config, RateLimit, TokenConfig};
pub use error::Error;
pub use route::Operation;

/// The dialect's name.
const NAME: &str = "locksmith";
/// The largest body: the cloud has no limit, so this is only a bound on memory.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The Locksmith dialect.
#[derive(Debug)]
pub struct Locksmith {
    /// The path before every endpoint, without a slash at its end.
    prefix: String,
    access: auth::Access,
    quota: Limit,
    rate_rule: Option<RateRule>,
}

impl Dialect for Locksmith {
    type Operation = Operation;
    type Error = Error;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: NAME,
            max_body_bytes: MAX_BODY_BYTES,
            // Callers go by slugs.
            mint_id: None,
        }
    }

    fn claims(&self, head: &Parts) -> bool {
        route::claims(&self.prefix, head)
    }

    fn route(&self, request: &Request, cx: &RequestContext) -> Result<Operation, Error> {
        route::route(&self.prefix, cx.dedicated_listener, &request.head)
    }

    async fn authenticate(
        &self,
        operation: Operation,
        request: &Request,
        _cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Error> {
        auth::caller(&self.access, operation, request, directory)
    }

    fn rate_rule(&self, operation: Operation, _head: &Parts) -> Option<RateRule> {
        let counted = dialect_api::Operation::class(operation) != OperationClass::Discovery;
        self.rate_rule.filter(|_| counted)
    }

    async fn call(
        &self,
        operation: Operation,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Error> {
        let call = operations::Call {
            request,
            caller,
            cx,
            ports,
        };
        match operation {
            Operation::CreateKeyPair => call.create_key_pair(self.quota).await,
            Operation::ReadKeyPair => call.read_key_pair().await,
            Operation::ListKeyPairs => call.list_key_pairs().await,
            Operation::CreateKeyStore => call.create_key_store().await,
            Operation::ListKeyStores => call.list_key_stores().await,
            Operation::Health => Ok(response::healthy()),
            Operation::Version => Ok(response::version()),
            Operation::GetOpenApi => Ok(openapi::document(&self.prefix, &request.head.method)),
        }
    }

    fn render(&self, error: &Error, _head: &Parts, _cx: &RequestContext) -> Response {
        error.answer()
    }
}

impl Configured for Locksmith {
    type Config = Config;

    const NAME: &'static str = NAME;

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        config.into_dialect()
    }

    fn demo_call(origin: &str) -> String {
        format!(
            "no credentials\n\
             curl --header \"Content-Type: application/json\" --request POST \\\n  \
             --data '{{\"key_pair_id\": \"OpenVPN Server\"}}' {origin}/locksmith/v1/keys"
        )
    }

    fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
        selftest::selftest(config, account)
    }

    fn importer(config: &Config) -> Option<Importer> {
        Some(Importer {
            folder: import::FOLDER,
            tenant: TenantId::new(config.tenant.as_str()),
            read: import::read,
        })
    }
}
