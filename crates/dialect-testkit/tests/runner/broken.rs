//! The toy dialect with a defect.

use bytes::Bytes;
use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, EdgeError, Ports,
    Request, RequestContext, Response, Selftest,
};
use http::StatusCode;
use http::request::Parts;

use crate::toy::error::Fault;
use crate::toy::{Config, Op, Toy};

/// What is wrong with a dialect.
pub(crate) trait Defect: Send + Sync + 'static {
    /// Spoils a call; `None` leaves it to the toy.
    fn spoil(body: &Bytes) -> Option<Result<Response, Fault>>;

    /// Whether a body may come in at all.
    fn lets_in(body: &Bytes) -> bool {
        let _ = body;
        true
    }
}

/// Panics over bytes that are no UTF-8.
pub(crate) struct Panics;

impl Defect for Panics {
    fn spoil(body: &Bytes) -> Option<Result<Response, Fault>> {
        std::str::from_utf8(body).expect("bodies are UTF-8");
        None
    }
}

/// Panics likewise, but lets in only the one body that somebody signed.
pub(crate) struct Signed;

impl Defect for Signed {
    fn spoil(body: &Bytes) -> Option<Result<Response, Fault>> {
        Panics::spoil(body)
    }

    fn lets_in(body: &Bytes) -> bool {
        body == r#"{"name":"a"}"#
    }
}

/// Takes the blame for deep nesting.
pub(crate) struct TakesTheBlame;

impl Defect for TakesTheBlame {
    fn spoil(body: &Bytes) -> Option<Result<Response, Fault>> {
        let deep = body.windows(2).any(|pair| pair == b"[[");
        deep.then(|| Err(EdgeError::Internal.into()))
    }
}

/// Tells the client what is for the log.
pub(crate) struct Leaks;

impl Defect for Leaks {
    fn spoil(_: &Bytes) -> Option<Result<Response, Fault>> {
        use std::error::Error as _;
        let causes = keypair_core::Error::examples()
            .iter()
            .filter_map(|error| error.source().map(|cause| format!("because: {cause}")))
            .collect::<Vec<_>>();
        let body = Bytes::from(causes.join("\n"));
        Some(Ok(dialect_api::response(
            StatusCode::OK,
            "text/plain",
            body,
        )))
    }
}

/// Answers an empty body with a status that ends nothing.
pub(crate) struct AnswersNothing;

impl Defect for AnswersNothing {
    fn spoil(body: &Bytes) -> Option<Result<Response, Fault>> {
        body.is_empty()
            .then(|| Ok(dialect_api::empty_response(StatusCode::CONTINUE)))
    }
}

/// The toy with the defect `B` in its calls.
pub(crate) struct Broken<B> {
    toy: Toy,
    defect: std::marker::PhantomData<B>,
}

impl<B: Defect> Dialect for Broken<B> {
    type Operation = Op;
    type Error = Fault;

    fn descriptor(&self) -> Descriptor {
        self.toy.descriptor()
    }

    fn claims(&self, head: &Parts) -> bool {
        self.toy.claims(head)
    }

    fn route(&self, request: &Request, cx: &RequestContext) -> Result<Op, Fault> {
        self.toy.route(request, cx)
    }

    async fn authenticate(
        &self,
        operation: Op,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Fault> {
        if !B::lets_in(request.body()?) {
            return Err(EdgeError::Unauthenticated.into());
        }
        self.toy
            .authenticate(operation, request, cx, directory)
            .await
    }

    async fn call(
        &self,
        operation: Op,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Fault> {
        if operation == Op::Create
            && let Some(spoilt) = B::spoil(request.body()?)
        {
            return spoilt;
        }
        self.toy.call(operation, request, caller, cx, ports).await
    }

    fn render(&self, error: &Fault, head: &Parts, cx: &RequestContext) -> Response {
        self.toy.render(error, head, cx)
    }
}

impl<B: Defect> Configured for Broken<B> {
    type Config = Config;

    const NAME: &'static str = Toy::NAME;

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        let (toy, accounts) = Toy::configure(config)?;
        let defect = std::marker::PhantomData;
        Ok((Self { toy, defect }, accounts))
    }

    fn demo_call(origin: &str) -> String {
        Toy::demo_call(origin)
    }
    fn selftest(config: Config, account: Option<&str>) -> Result<Selftest, ConfigProblem> {
        Toy::selftest(config, account)
    }
}
