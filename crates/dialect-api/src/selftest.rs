//! Trying a running gateway out through its public API. A dialect plays a client of its cloud; the
//! gateway's command line gives it an HTTP client and drives the life of one key pair: log in,
//! create, list, show, delete.
//!
//! A client here is for real: it asks for what its cloud's SDKs ask for, and signs as they sign.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, StatusCode};
use keypair_core::{BoxFuture, PrivateKey, PublicKey};
use serde_json::Value as Json;

use crate::response::Response;

/// How a dialect is tried out.
pub enum Selftest {
    /// It cannot be, and why: lower case, for people.
    Impossible(&'static str),
    /// By this client.
    Client(Box<dyn Client>),
}

impl fmt::Debug for Selftest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Impossible(why) => write!(f, "Impossible({why})"),
            Self::Client(_) => f.write_str("Client"),
        }
    }
}

/// The way to the gateway that is tried out.
pub trait Wire: Send + Sync {
    /// What a client writes into `Host`, and what some clouds' signatures cover: `host[:port]`.
    fn authority(&self) -> &str;

    /// The time.
    fn now(&self) -> SystemTime;

    /// Sends a request whose URI is a path, and gives the whole answer. `Host` and the body's
    /// length are added, and what the gateway's address has before its paths.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Response, NoAnswer>>;
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer {
    /// Whether the request may have reached the gateway, and been done.
    pub was_sent: bool,
    /// For people, in lower case, without anything of the request.
    pub problem: String,
}

/// A client of a cloud, as far as one key pair's life needs it.
///
/// A key pair's name is a text of 20 letters and digits or less, which suits every cloud; its `id`
/// is what the cloud goes by in `show` and `delete`, and may be the name.
pub trait Client: Send {
    /// Which steps there are.
    fn abilities(&self) -> Abilities;

    /// Logs in and keeps what later calls need. Not called where [`Abilities::log_in`] is false; a
    /// cloud whose callers do not log in leaves it as it is.
    ///
    /// The errors of this and of all other steps: no answer, a refusal, an answer that is not the
    /// cloud's.
    fn log_in<'a>(&'a mut self, wire: &'a dyn Wire) -> BoxFuture<'a, Result<(), Failure>> {
        let _ = wire;
        Box::pin(std::future::ready(Ok(())))
    }

    /// Has a key pair generated.
    fn create<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Created, Failure>>;

    /// The id of the key pair of this name, out of the list of key pairs; `None` if it is not there.
    fn find<'a>(
        &'a self,
        wire: &'a dyn Wire,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, Failure>>;

    /// The public key of a key pair; `None` if the cloud says that there is no such key pair.
    fn show<'a>(
        &'a self,
        wire: &'a dyn Wire,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PublicKey>, Failure>>;

    /// Deletes a key pair. Not called where [`Abilities::delete`] is false.
    fn delete<'a>(&'a self, wire: &'a dyn Wire, id: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

/// What a cloud's API, with the dialect's settings, can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Callers log in before anything else.
    pub log_in: bool,
    /// Key pairs can be deleted. Where they cannot, one name serves every run, so that one key pair
    /// at most is left.
    pub delete: bool,
}

/// What came of a create.
#[derive(Debug)]
pub enum Created {
    /// A key pair.
    Made {
        /// What the cloud goes by.
        id: String,
        /// Its public half.
        public: PublicKey,
        /// Its private half.
        private: PrivateKey,
    },
    /// A refusal, because the name is taken.
    Taken,
}

/// A request of a client.
#[derive(Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

impl Call {
    /// A request without headers and body. The path may have a query.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Json) -> Self {
        let mut call = self.header("content-type", "application/json");
        call.body = Bytes::from(body.to_string());
        call
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`Failure`] if there is no answer. What an answer means is the caller's.
    pub async fn send(self, wire: &dyn Wire) -> Result<Answer, Failure> {
        let Self {
            method,
            path,
            headers,
            body,
        } = self;
        let shown = path.split('?').next().unwrap_or_default();
        let call = format!("{method} {shown}");
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let sent = match request.body(body) {
            Ok(request) => wire.send(request).await,
            // The library's own words may quote a header.
            Err(_) => Err(NoAnswer {
                was_sent: false,
                problem: "the account's settings cannot stand in a request".to_owned(),
            }),
        };
        match sent {
            Ok(response) => Ok(Answer { call, response }),
            Err(NoAnswer { was_sent, problem }) => Err(Failure {
                call,
                may_be_done: was_sent,
                status: None,
                problem,
            }),
        }
    }
}

/// An answer to a [`Call`].
pub struct Answer {
    call: String,
    response: Response,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({}: {})", self.call, self.status())
    }
}

impl Answer {
    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// Its body.
    pub fn body(&self) -> &[u8] {
        self.response.body()
    }

    /// Its body as JSON; null if it is none.
    pub fn json(&self) -> Json {
        serde_json::from_slice(self.body()).unwrap_or_default()
    }

    /// The failure that this answer is: a refusal, with the cloud's code for it if it has one.
    ///
    /// Of the code only what can be a code is taken, since an answer may be anybody's.
    pub fn refused(&self, code: Option<&str>) -> Failure {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._- ".contains(&byte);
        let code = code.filter(|code| (1..=64).contains(&code.len()) && code.bytes().all(is_plain));
        let problem = match code {
            Some(code) => format!("code {code}"),
            None if self.status() == StatusCode::NOT_FOUND => {
                "no error of this cloud: is the dialect switched on there, and the address right?"
                    .to_owned()
            }
            None => "no error of this cloud".to_owned(),
        };
        self.failure(problem)
    }

    /// The failure that this answer is: not what the cloud says. `problem` is in lower case.
    pub fn unexpected(&self, problem: &'static str) -> Failure {
        self.failure(problem.to_owned())
    }

    /// What the answer must hold, called `what` if it was not found in it.
    ///
    /// # Errors
    /// [`Failure`] if it was not found.
    pub fn must_hold<T>(&self, found: Option<T>, what: &str) -> Result<T, Failure> {
        found.ok_or_else(|| self.failure(format!("the answer has no {what}")))
    }

    fn failure(&self, problem: String) -> Failure {
        Failure {
            call: self.call.clone(),
            may_be_done: !self.status().is_client_error(),
            status: Some(self.status()),
            problem,
        }
    }
}

/// Why a step failed: what was asked for, what came back, and never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Method and path.
    call: String,
    may_be_done: bool,
    status: Option<StatusCode>,
    problem: String,
}

impl Failure {
    /// Whether the call may have been done all the same: it was sent, and the status of the answer,
    /// if there is one, does not say that the caller is to blame.
    pub fn may_be_done(&self) -> bool {
        self.may_be_done
    }

    /// The same where the cloud's code says that nothing was done.
    #[must_use]
    pub fn nothing_done(mut self) -> Self {
        self.may_be_done = false;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(
                f,
                "{}: status {}, {}",
                self.call,
                status.as_u16(),
                self.problem
            ),
            None => write!(f, "{}: {}", self.call, self.problem),
        }
    }
}

impl std::error::Error for Failure {}

/// The text at a place in JSON, as `/a/b`; `None` if there is none.
pub fn text_at<'j>(json: &'j Json, place: &str) -> Option<&'j str> {
    json.pointer(place)?.as_str()
}

/// The account that a selftest uses: the one that is asked for by `name`, else the first.
///
/// # Errors
/// A problem of the section's `key` if there is none.
pub fn choose<'a, T>(
    accounts: &'a [T],
    name_of: impl Fn(&T) -> &str,
    wanted: Option<&str>,
    key: &str,
) -> Result<&'a T, crate::ConfigProblem> {
    match wanted {
        None => accounts.first().ok_or_else(|| {
            crate::ConfigProblem::new(key, "names no account that a selftest could use")
        }),
        Some(wanted) => accounts
            .iter()
            .find(|account| name_of(account) == wanted)
            .ok_or_else(|| {
                let problem = format!("names no account `{wanted}` that a selftest could use");
                crate::ConfigProblem::new(key, problem)
            }),
    }
}

#[cfg(test)]
mod tests;
