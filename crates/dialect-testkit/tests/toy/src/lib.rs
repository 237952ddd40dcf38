//! A fifth cloud: the smallest whole dialect, in a folder as the real ones are.
//!
//! `GET /toy/` says hello; `POST /toy/keys` with `{"name":…}` makes a key pair, `GET` and `DELETE`
//! of `/toy/keys/NAME` show and delete it. Whoever does any of that shows `x-toy-token`.

pub(crate) mod error;

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use dialect_api::{
    Accounts, Caller, ConfigProblem, Configured, Descriptor, Dialect, Directory, EdgeError,
    Operation, OperationClass, Ports, Project, ProjectAccess, Request, RequestContext, Response,
    Secret, Selftest, User, empty_response, response,
};
use error::{Fault, fault};
use http::request::Parts;
use http::{Method, StatusCode};
use keypair_core::{
    Attributes, CreateKeyPair, KeyName, KeyPair, KeyPairId, KeyPairSeed, KeySpec, Limit, Partition,
    Precedence, QuotaRule, Retention, Scope, Selector, TenantId,
};

/// The toy's config section.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The most key pairs of a project; default no limit.
    quota: Option<u32>,
}

/// The toy dialect.
#[derive(Debug)]
pub struct Toy {
    quota: Limit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Discover,
    Create,
    Get,
    Delete,
}

impl Operation for Op {
    fn all() -> &'static [Self] {
        &[Self::Discover, Self::Create, Self::Get, Self::Delete]
    }

    fn name(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::Create => "create",
            Self::Get => "get",
            Self::Delete => "delete",
        }
    }

    fn class(self) -> OperationClass {
        match self {
            Self::Discover => OperationClass::Discovery,
            Self::Create => OperationClass::Generate,
            Self::Get => OperationClass::Read,
            Self::Delete => OperationClass::Write,
        }
    }
}

fn id(seed: KeyPairSeed) -> KeyPairId {
    KeyPairId::new(format!("toy-{:x}", seed.0))
}

fn path<'a>(head: &'a Parts, cx: &RequestContext) -> &'a str {
    let path = head.uri.path();
    if cx.dedicated_listener {
        path
    } else {
        path.strip_prefix("/toy").unwrap_or(path)
    }
}

fn scope(caller: &Caller, cx: &RequestContext) -> Scope {
    Scope {
        realm: cx.realm.clone(),
        tenant: caller.tenant.clone(),
        partition: Partition::new(""),
    }
}

fn line(status: StatusCode, text: String) -> Response {
    response(status, "text/plain", Bytes::from(text))
}

fn shown(key_pair: &KeyPair) -> String {
    let name = &key_pair.name;
    format!(
        "{} {name} {}\n",
        id(key_pair.seed),
        key_pair.public.as_str()
    )
}

impl Dialect for Toy {
    type Operation = Op;
    type Error = Fault;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: Self::NAME,
            max_body_bytes: 1024,
            mint_id: Some(id),
        }
    }

    fn claims(&self, head: &Parts) -> bool {
        head.uri.path().starts_with("/toy/")
    }

    fn route(&self, request: &Request, cx: &RequestContext) -> Result<Op, Fault> {
        let path = path(&request.head, cx);
        let method = &request.head.method;
        let named = path.starts_with("/keys/");
        match path {
            "/" => Ok(Op::Discover),
            "/keys" if method == Method::POST => Ok(Op::Create),
            _ if named && method == Method::GET => Ok(Op::Get),
            _ if named && method == Method::DELETE => Ok(Op::Delete),
            _ if named => Err(EdgeError::MethodNotAllowed { allow: &[] }.into()),
            _ => Err(EdgeError::RouteNotFound.into()),
        }
    }

    async fn authenticate(
        &self,
        operation: Op,
        request: &Request,
        cx: &RequestContext,
        directory: &dyn Directory,
    ) -> Result<Caller, Fault> {
        if operation == Op::Discover {
            return Ok(Caller::anonymous(TenantId::new("nobody")));
        }
        let token = request.header("x-toy-token").unwrap_or_default();
        let claims = directory.verify(token, cx.received_at).await?;
        let claims = claims.ok_or(EdgeError::Unauthenticated)?;
        let project = claims
            .project_id
            .clone()
            .ok_or(EdgeError::Unauthenticated)?;
        Ok(Caller {
            tenant: TenantId::new(project.as_str()),
            name: claims.user_id.clone(),
            projects: ProjectAccess::Only(vec![project]),
            claims: Some(claims),
            roles: Vec::new(),
        })
    }

    async fn call(
        &self,
        operation: Op,
        request: &Request,
        caller: &Caller,
        cx: &RequestContext,
        ports: Ports<'_>,
    ) -> Result<Response, Fault> {
        let scope = scope(caller, cx);
        let named = || {
            let name = path(&request.head, cx).trim_start_matches("/keys/");
            let name = KeyName::parse(name);
            name.map(Selector::Name)
                .map_err(|_| fault(StatusCode::BAD_REQUEST, "bad-name"))
        };
        match operation {
            Op::Discover => {
                let origin = cx.origin(&request.head);
                Ok(line(StatusCode::OK, format!("hello from {origin}\n")))
            }
            Op::Create => {
                let new = self.decode(request, caller)?;
                let created = ports.keypairs.create(&scope, new).await?;
                Ok(line(StatusCode::CREATED, shown(&created.key_pair)))
            }
            Op::Get => {
                let found = ports.keypairs.get(&scope, &named()?).await?;
                Ok(line(StatusCode::OK, shown(&found)))
            }
            Op::Delete => {
                ports.keypairs.delete(&scope, &[named()?], None).await?;
                Ok(empty_response(StatusCode::NO_CONTENT))
            }
        }
    }

    fn render(&self, error: &Fault, _: &Parts, cx: &RequestContext) -> Response {
        let text = format!("{} {}\n", error.code, cx.request_id.as_uuid());
        line(error.status, text)
    }
}

impl Toy {
    fn decode(&self, request: &Request, caller: &Caller) -> Result<CreateKeyPair, Fault> {
        let bad = |_| fault(StatusCode::BAD_REQUEST, "bad-body");
        let asked: BTreeMap<String, String> =
            serde_json::from_slice(request.body()?).map_err(bad)?;
        let name = asked.get("name").map_or("", String::as_str);
        let name = KeyName::parse(name).map_err(|_| fault(StatusCode::BAD_REQUEST, "bad-name"))?;
        Ok(CreateKeyPair {
            name,
            spec: KeySpec::Rsa { bits: 1024 },
            comment: String::new(),
            quota: QuotaRule {
                exception: None,
                holder: caller.tenant.clone(),
                default: self.quota,
            },
            precedence: Precedence::NameFirst,
            retention: Retention::Discard,
            attributes: Attributes::default(),
            receipt: None,
        })
    }
}

impl Configured for Toy {
    type Config = Config;

    const NAME: &'static str = "toy";

    fn configure(config: Config) -> Result<(Self, Accounts), ConfigProblem> {
        if config.quota == Some(0) {
            return Err(ConfigProblem::new("quota", "zero key pairs are no use"));
        }
        let projects = ["red", "blue"].map(|name| Project {
            id: format!("{name}-id"),
            name: name.to_owned(),
            ..Project::default()
        });
        let user = User {
            id: "ada-id".to_owned(),
            name: "ada".to_owned(),
            password: Some(Secret::new("lovelace")),
            ..User::default()
        };
        let accounts = Accounts {
            demo: true,
            users: vec![user],
            projects: projects.into(),
            ..Accounts::default()
        };
        let quota = config.quota.map_or(Limit::Unlimited, Limit::AtMost);
        Ok((Self { quota }, accounts))
    }

    fn demo_call(origin: &str) -> String {
        format!("curl {origin}/toy/")
    }

    fn selftest(_: Config, _: Option<&str>) -> Result<Selftest, ConfigProblem> {
        Ok(Selftest::Impossible(
            "its tokens come from elsewhere: it has no log-in",
        ))
    }
}

/// That a dialect's futures can be sent between threads shows when one is asked for.
#[expect(dead_code, reason = "compiled, not called")]
fn futures_are_send<'a>(
    toy: &'a Toy,
    request: &'a Request,
    caller: &'a Caller,
    cx: &'a RequestContext,
    ports: Ports<'a>,
) -> impl Future<Output = Result<Response, Fault>> + Send + 'a {
    toy.call(Op::Get, request, caller, cx, ports)
}
