//! The seam between the gateway, the dialects and the core.
//!
//! A dialect turns HTTP into calls on the core's [`KeyPairs`] and turns results and errors back
//! into its cloud's HTTP. It does no I/O, has no clock, no randomness and no state: time and
//! random bits come in the [`RequestContext`], accounts through the [`Directory`].

pub mod accounts;
pub mod config;
pub mod directory;
pub mod edge;
pub mod exchange;
pub mod import;
pub mod register;
pub mod response;
pub mod selftest;

use std::borrow::Cow;
use std::future::Future;

use http::request::Parts;
use keypair_core::model::MintId;
use keypair_core::{KeyPairs, Notes, Quotas};

pub use accounts::{
    AccessKey, Accounts, ApiKey, Caller, Delegation, Project, ProjectAccess, StaticToken, Token,
    TokenClaims, User,
};
pub use config::{ConfigProblem, Secret};
pub use directory::{Directory, Lookup};
pub use edge::{Blame, EdgeError, whole_seconds};
pub use exchange::{Body, Request, RequestContext, RequestId};
pub use import::{
    DataFolder, Entry, Findings, FoundKeyPair, FoundPrivateKey, Importer, Passphrases, Refused,
};
pub use register::{NewDelegation, Register, Removal};
pub use response::{Response, empty_response, json_bytes, response, secret_json_bytes};
pub use selftest::Selftest;

/// What the gateway must know of a dialect before it sees a request.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// The dialect's name: its config section, its realm, its label in metrics.
    pub name: &'static str,
    /// The largest body that the cloud takes, in bytes. The config can only lower it.
    pub max_body_bytes: usize,
    /// How this dialect derives its identifiers; every key pair gets every dialect's.
    /// `None` for a cloud whose callers never see one.
    pub mint_id: Option<MintId>,
}

/// How dear an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationClass {
    /// Version documents, log-in, health: cheap and open.
    Discovery,
    /// Reads key pairs.
    Read,
    /// Changes key pairs.
    Write,
    /// May generate a key.
    Generate,
}

/// One thing that a cloud's API does.
pub trait Operation: Copy + Send + Sync + 'static {
    /// Every operation, so that tests can ask for a case of each.
    fn all() -> &'static [Self];
    /// Stable label, `snake_case`: `create_key_pair`.
    fn name(self) -> &'static str;
    /// How dear it is.
    fn class(self) -> OperationClass;
}

/// A cloud's fault catalogue.
pub trait WireError:
    std::error::Error + From<EdgeError> + From<keypair_core::Error> + Send + Sync + 'static
{
    /// Stable, low-cardinality: metric label and log field.
    fn code(&self) -> &'static str;
    /// Whose fault it is. Not derived from the HTTP status: some clouds answer 200 to everything.
    fn blame(&self) -> Blame;
}

/// A limit on calls per time, of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RateRule {
    /// What is counted together: an action, a class of calls. Low-cardinality.
    pub bucket: &'static str,
    /// So many calls …
    pub limit: u32,
    /// … in this many seconds.
    pub period_seconds: u32,
}

/// The domain as a dialect sees it.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Key pairs.
    pub keypairs: &'a dyn KeyPairs,
    /// Limits on their number.
    pub quotas: &'a dyn Quotas,
    /// Notes beside them.
    pub notes: &'a dyn Notes,
    /// The dialect's accounts.
    pub directory: &'a dyn Directory,
}

impl std::fmt::Debug for Ports<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}

/// One cloud's wire format. The gateway calls `claims`, `route`, `authenticate`, `rate_rule` and
/// `call` in this order, and `render` for every error of any step, its own refusals included.
pub trait Dialect: Send + Sync + 'static {
    /// What the cloud's API does.
    type Operation: Operation;
    /// The cloud's faults.
    type Error: WireError;

    /// What the gateway must know beforehand.
    fn descriptor(&self) -> Descriptor;

    /// Whether a request on a shared port is this dialect's. Looks at the head only; of all
    /// dialects at most one may say yes.
    fn claims(&self, head: &Parts) -> bool;

    /// Which operation a request asks for. A cloud that looks at the path only after the
    /// credentials gives an operation for the unknown path and refuses it in `call`.
    ///
    /// # Errors
    /// What the cloud answers before it looks at credentials.
    fn route(&self, request: &Request, cx: &RequestContext)
    -> Result<Self::Operation, Self::Error>;

    /// Who is calling.
    ///
    /// # Errors
    /// What the cloud answers to callers that it does not know.
    fn authenticate(
        &self,
        operation: Self::Operation,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> impl Future<Output = Result<Caller, Self::Error>> + Send;

    /// The path as it may stand in a log line. A cloud that puts credentials into paths leaves
    /// them out here; query strings are never logged.
    fn loggable_path<'a>(&self, head: &'a Parts) -> Cow<'a, str> {
        Cow::Borrowed(head.uri.path())
    }

    /// The limit on calls per time that holds for this call, if any.
    fn rate_rule(&self, operation: Self::Operation, head: &Parts) -> Option<RateRule> {
        let _ = (operation, head);
        None
    }

    /// Decodes, validates, asks the domain, encodes.
    ///
    /// # Errors
    /// Every fault of the cloud.
    fn call(
        &self,
        operation: Self::Operation,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> impl Future<Output = Result<Response, Self::Error>> + Send;

    /// The answer to an error: the one exit for all of them. Cannot fail.
    fn render(&self, error: &Self::Error, head: &Parts, cx: &RequestContext) -> Response;
}

/// How a dialect is made from its section of the config file.
pub trait Configured: Dialect + Sized {
    /// The section; unknown keys are refused. `Default` is the section that is not there.
    type Config: serde::de::DeserializeOwned + serde::Serialize + schemars::JsonSchema + Default;

    /// The section's name, which is the dialect's.
    const NAME: &'static str;

    /// Checks the section and makes the dialect with the accounts that the section names. A
    /// section that names none gets the published demo accounts ([`Accounts::demo`] is set).
    ///
    /// # Errors
    /// The first setting that cannot be, by its key within the section.
    fn configure(config: Self::Config) -> Result<(Self, Accounts), ConfigProblem>;

    /// What a newcomer is shown when the gateway starts on a terminal: the demo account in a line,
    /// then one call that works as it stands, in lines for a shell. `origin` is `http://host:port`.
    fn demo_call(origin: &str) -> String;

    /// How a running gateway is tried out through this dialect, with the first account of the
    /// section that a client can use, or the one of this name (or public id). There is no default:
    /// a dialect that cannot be tried out says so, and why.
    ///
    /// # Errors
    /// The section cannot be, or names no such account.
    fn selftest(config: Self::Config, account: Option<&str>) -> Result<Selftest, ConfigProblem>;

    /// How the data folder of another program that speaks this API is taken over; `None` if no
    /// such program is known.
    fn importer(config: &Self::Config) -> Option<Importer> {
        let _ = config;
        None
    }
}
