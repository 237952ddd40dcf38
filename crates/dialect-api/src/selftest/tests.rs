//! Calls, answers and failures of a selftest.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Method, StatusCode};
use keypair_core::BoxFuture;

use super::{Answer, Call, NoAnswer, Wire, choose};
use crate::response::{Response, response};

/// Answers every request with its status, and its own headers and body.
struct Echo(StatusCode);

impl Wire for Echo {
    fn authority(&self) -> &'static str {
        "echo"
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Response, NoAnswer>> {
        let (head, body) = request.into_parts();
        let mut answer = response(self.0, "text/plain", body);
        answer.headers_mut().extend(head.headers);
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn answer(status: StatusCode, call: Call) -> Result<Answer, String> {
    let echo = Echo(status);
    let mut future = Box::pin(call.send(&echo));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::future::Future::poll(future.as_mut(), &mut context) {
        std::task::Poll::Ready(result) => result.map_err(|failure| failure.to_string()),
        std::task::Poll::Pending => panic!("nothing is waited for"),
    }
}

#[test]
fn a_failure_names_method_path_status_and_code_and_no_query() {
    let call = Call::new(Method::GET, "/keys?signature=s3cr3t").header("x-token", "s3cr3t");
    let answer = answer(StatusCode::FORBIDDEN, call).unwrap();
    let refused = answer.refused(Some("Quota.Reached")).to_string();
    assert_eq!(refused, "GET /keys: status 403, code Quota.Reached");
    assert!(!format!("{answer:?}").contains("s3cr3t"));
}

#[test]
fn what_cannot_be_a_code_is_not_repeated() {
    let answer = answer(StatusCode::BAD_GATEWAY, Call::new(Method::GET, "/")).unwrap();
    let long = "x".repeat(65);
    for code in ["", "Bearer=abc", "two\nlines", &long] {
        let refused = answer.refused(Some(code)).to_string();
        assert_eq!(refused, "GET /: status 502, no error of this cloud");
    }
}

#[test]
fn an_account_that_fits_no_header_is_a_failure_and_is_not_repeated() {
    let call = Call::new(Method::GET, "/").header("x-token", "s3cr3t\n");
    let failure = answer(StatusCode::OK, call).unwrap_err();
    assert!(failure.starts_with("GET /: the account"), "{failure}");
    assert!(!failure.contains("s3cr3t"), "{failure}");
}

#[test]
fn the_first_account_is_chosen_unless_one_is_named() {
    let accounts = ["one", "two"];
    let chosen = |wanted| choose(&accounts, |name| *name, wanted, "tokens");
    assert_eq!(chosen(None), Ok(&"one"));
    assert_eq!(chosen(Some("two")), Ok(&"two"));
    assert_eq!(chosen(Some("three")).unwrap_err().key, "tokens");
    assert!(choose(&[] as &[&str], |name| *name, None, "tokens").is_err());
}
