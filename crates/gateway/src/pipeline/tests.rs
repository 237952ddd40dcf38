//! The pipeline around a dialect that misbehaves on request, over a real socket.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use bytes::Bytes;
use dialect_api::{
    Accounts, Blame, Caller, Descriptor, Dialect, Directory, EdgeError, Operation, OperationClass,
    Ports, Request, RequestContext, RequestId, Response, WireError, response,
};
use http::StatusCode;
use http::request::Parts;
use hyper::body::Incoming;
use keygen::{Generator, GeneratorConfig};
use keypair_core::ports::{Clock, Entropy};
use keypair_core::service::{Service, ServicePorts};
use keypair_core::{Realm, TenantId};
use sealing::{KeyRing, ServerKeySealer};
use store_memory::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};

use super::{Gate, Mounted, serve};
use crate::config::RateLimits;
use crate::limits::{CallRules, InFlightLimit, RateLimiter};
use crate::listener::{self, Answer, ConnectionRules, ConnectionTerms};
use crate::observe::Metrics;

/// Does what the path says: `/route-panics`, `/call-panics`, `/call-hangs`, `/render-panics`.
struct Rascal;

#[derive(Clone, Copy)]
struct Prank;

impl Operation for Prank {
    fn all() -> &'static [Self] {
        &[Self]
    }
    fn name(self) -> &'static str {
        "prank"
    }
    fn class(self) -> OperationClass {
        OperationClass::Write
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Fault(&'static str);

impl From<EdgeError> for Fault {
    fn from(error: EdgeError) -> Self {
        Self(error.kind())
    }
}

impl From<keypair_core::Error> for Fault {
    fn from(error: keypair_core::Error) -> Self {
        Self(error.kind())
    }
}

impl WireError for Fault {
    fn code(&self) -> &'static str {
        self.0
    }
    fn blame(&self) -> Blame {
        Blame::Server
    }
}

impl Dialect for Rascal {
    type Operation = Prank;
    type Error = Fault;

    fn descriptor(&self) -> Descriptor {
        Descriptor {
            name: "rascal",
            max_body_bytes: 1000,
            mint_id: None,
        }
    }

    fn claims(&self, _: &Parts) -> bool {
        true
    }

    fn route(&self, request: &Request, _: &RequestContext) -> Result<Prank, Fault> {
        assert_ne!(request.head.uri.path(), "/route-panics");
        Ok(Prank)
    }

    async fn authenticate(
        &self,
        _: Prank,
        _: &Request,
        _: &RequestContext,
        _: &dyn Directory,
    ) -> Result<Caller, Fault> {
        Ok(Caller::anonymous(TenantId::new("somebody")))
    }

    async fn call(
        &self,
        _: Prank,
        request: &Request,
        _: &Caller,
        _: &RequestContext,
        _: Ports<'_>,
    ) -> Result<Response, Fault> {
        let path = request.head.uri.path();
        assert_ne!(path, "/call-panics");
        if path == "/call-hangs" {
            std::future::pending::<()>().await;
        }
        if path == "/render-panics" {
            return Err(Fault("told to"));
        }
        let body = Bytes::from(format!("{} bytes", request.body()?.len()));
        Ok(response(StatusCode::OK, "text/plain", body))
    }

    fn render(&self, error: &Fault, head: &Parts, _: &RequestContext) -> Response {
        assert_ne!(head.uri.path(), "/render-panics");
        response(StatusCode::IM_A_TEAPOT, "text/plain", Bytes::from(error.0))
    }
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

impl Entropy for Fixed {
    fn bits128(&self) -> u128 {
        1
    }
}

#[derive(Clone)]
struct Front(Arc<Mounted<Rascal>>);

impl Answer for Front {
    async fn answer(&self, request: http::Request<Incoming>, scheme: &'static str) -> Response {
        let (head, body) = request.into_parts();
        let cx = RequestContext {
            realm: Realm::new("rascal"),
            request_id: RequestId(7),
            received_at: SystemTime::UNIX_EPOCH,
            dedicated_listener: false,
            scheme,
            public_url: None,
        };
        serve(&self.0, head, body, cx).await
    }
}

fn gate() -> Arc<Gate> {
    let store = Arc::new(MemoryStore::new());
    let generator = Generator::new(&GeneratorConfig::default()).expect("threads can be started");
    let generator = Arc::new(generator);
    let service = Service::new(ServicePorts {
        store: Arc::clone(&store) as _,
        generator: Arc::clone(&generator) as _,
        sealer: Arc::new(ServerKeySealer::new(KeyRing::empty())),
        clock: Arc::new(Fixed),
        entropy: Arc::new(Fixed),
        minters: Vec::new(),
    });
    Arc::new(Gate {
        service,
        store,
        entropy: Arc::new(Fixed),
        rates: RateLimiter::default(),
        in_flight: InFlightLimit::new(10),
        metrics: Metrics::new(&generator),
    })
}

/// Sends one request to the rascal and gives the whole answer.
async fn exchange(request: &str) -> String {
    let gate = gate();
    let directory = gate
        .directory(
            "rascal",
            Accounts::default(),
            Realm::new("rascal"),
            zeroize::Zeroizing::new([0; 32]),
        )
        .expect("a directory");
    let rules = CallRules {
        max_body_bytes: None,
        body_timeout: Duration::from_secs(5),
        call_timeout: Duration::from_millis(100),
        rates: RateLimits::default(),
    };
    let mounted = Mounted::new(Rascal, directory, Realm::new("rascal"), rules, gate);
    let (socket, address) = listener::bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a socket");
    let (stop, stopped) = watch::channel(false);
    let terms = ConnectionTerms {
        header_timeout: Duration::from_secs(5),
        grace: Duration::from_secs(5),
        tls: None,
    };
    let rules = ConnectionRules {
        terms: Arc::new(ArcSwap::from_pointee(terms)),
        connections: Arc::new(Semaphore::new(10)),
        plain: false,
    };
    let serving = tokio::spawn(listener::serve(
        socket,
        Front(Arc::new(mounted)),
        rules,
        stopped,
    ));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    stop.send_replace(true);
    serving.await.expect("the listener ends");
    answer
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

#[tokio::test]
async fn a_panic_in_any_step_is_an_internal_error_in_the_dialects_words() {
    for path in ["/route-panics", "/call-panics"] {
        let answer = exchange(&get(path)).await;
        assert!(answer.starts_with("HTTP/1.1 418 "), "{path}: {answer}");
        assert!(answer.ends_with("\r\n\r\nInternal"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_panic_while_wording_an_error_leaves_a_bare_answer_and_a_living_server() {
    let answer = exchange(&get("/render-panics")).await;
    assert!(answer.starts_with("HTTP/1.1 500 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn a_call_that_hangs_meets_its_deadline() {
    let answer = exchange(&get("/call-hangs")).await;
    assert!(answer.ends_with("\r\n\r\nDeadlineExceeded"), "{answer}");
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_taken_and_one_byte_more_is_not() {
    for (length, said) in [(1000, "1000 bytes"), (1001, "BodyTooLarge")] {
        let body = "x".repeat(length);
        let answer = exchange(&format!(
            "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await;
        assert!(answer.ends_with(said), "{length}: {answer}");
    }
}
