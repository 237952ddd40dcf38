//! The gateway's own refusals, over the wire, in each dialect's words.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

#[path = "support/gateway.rs"]
mod support;

use std::io::{Read, Write};
use std::time::Duration;

use support::{Answer, Gateway, connect, exchange, read_answer};

/// One create for each dialect, with its credentials; `{}` stands for the body's headers and body.
struct Create {
    dialect: &'static str,
    request_line: &'static str,
    headers: &'static str,
    body: &'static str,
    /// What every error of the dialect has in its body.
    envelope: &'static str,
    content_type: &'static str,
}

const CREATES: &[Create] = &[
    Create {
        dialect: "locksmith",
        request_line: "POST /locksmith/v1/keys",
        headers: "",
        body: r#"{"key_pair_id":""}"#,
        envelope: r#""errors":["#,
        content_type: "text/plain; charset=utf-8",
    },
    Create {
        dialect: "nova",
        request_line: "POST /compute/v2.1/os-keypairs",
        headers: "accept: application/json\r\n",
        body: r#"{"keypair":{"name":"a"}}"#,
        envelope: r#""code": "#,
        content_type: "application/json",
    },
    Create {
        dialect: "tencent",
        request_line: "POST /",
        headers: "x-tc-action: CreateKeyPair\r\ncontent-type: application/json\r\n",
        body: r#"{"KeyName":"a","ProjectId":0}"#,
        envelope: r#"{"Response":{"Error":{"Code":"#,
        content_type: "application/json",
    },
    Create {
        dialect: "orange",
        request_line: "POST /v1/projects/3fa85f64-5717-4562-b3fc-2c963f66afa6/zones/zone-1/keypairs",
        headers: "authorization: Bearer keyglot-demo-token\r\ncontent-type: application/json\r\n",
        body: r#"{"name":"a b"}"#,
        envelope: r#"{"code":"#,
        content_type: "application/json",
    },
];

impl Create {
    fn head(&self, more: &str) -> String {
        format!(
            "{} HTTP/1.1\r\nhost: 127.0.0.1\r\n{}{more}\r\n",
            self.request_line, self.headers
        )
    }

    fn whole(&self) -> String {
        self.head(&format!("content-length: {}\r\n", self.body.len())) + self.body
    }

    fn assert_worded(&self, answer: &Answer) {
        let dialect = self.dialect;
        let content_type = answer.header("content-type").unwrap_or_default();
        assert!(
            content_type.starts_with(self.content_type),
            "{dialect}: {answer:?}"
        );
        assert!(answer.body.contains(self.envelope), "{dialect}: {answer:?}");
    }
}

#[test]
fn a_full_house_is_worded_by_each_dialect() {
    let gateway = Gateway::start("[limits]\nmax_in_flight = 0");
    for create in CREATES {
        let answer = gateway.exchange(&create.whole());
        create.assert_worded(&answer);
        assert!(
            matches!(answer.status, 200 | 429 | 503),
            "{}: {answer:?}",
            create.dialect
        );
    }
}

#[test]
fn a_body_that_is_too_long_is_worded_by_each_dialect() {
    let gateway = Gateway::start("[limits]\nmax_body_bytes = 1000\n");
    for create in CREATES {
        let announced = create.head("content-length: 5000\r\n") + &"x".repeat(5000);
        create.assert_worded(&gateway.exchange(&announced));
        let mut chunked = create.head("transfer-encoding: chunked\r\n");
        let chunk = format!("3e8\r\n{}\r\n", "x".repeat(1000));
        chunked += &chunk.repeat(5);
        chunked += "0\r\n\r\n";
        create.assert_worded(&gateway.exchange(&chunked));
    }
}

#[test]
fn a_body_that_comes_too_slowly_is_cut_and_worded() {
    let gateway = Gateway::start("[limits]\nbody_timeout = 1");
    for create in CREATES {
        let mut stream = connect(&gateway.address);
        let begun = create.head("content-length: 100\r\n") + "{";
        stream
            .write_all(begun.as_bytes())
            .expect("the beginning is sent");
        create.assert_worded(&read_answer(&mut stream));
    }
}

#[test]
fn a_head_that_comes_too_slowly_is_cut() {
    let gateway = Gateway::start("[limits]\nheader_timeout = 1");
    // Silence, the beginning of either protocol, and half a head.
    for begun in ["", "P", "PRI * HT", "POST / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = connect(&gateway.address);
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time-out");
        stream
            .write_all(begun.as_bytes())
            .expect("the beginning is sent");
        let mut rest = Vec::new();
        // A reset is an end as well.
        let ended = stream.read_to_end(&mut rest);
        let timed_out = ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!timed_out, "{begun:?} was kept open");
    }
}

#[test]
fn too_many_calls_are_worded_by_each_dialect() {
    let gateway = Gateway::start(
        "[limits.rate]\ngenerate = 1\nwrite = 1\nread = 1\n[tencent]\nauth = 'off'\nrate_per_sec = 1\n\
         [nova]\nauth = 'none'\n",
    );
    for create in CREATES {
        let mut refused = None;
        for _ in 0..5 {
            let common = "x-tc-version: 2017-03-12\r\nx-tc-timestamp: 1\r\n";
            let request = create.head(&format!(
                "{common}content-length: {}\r\n",
                create.body.len()
            )) + create.body;
            let answer = gateway.exchange(&request);
            let said = answer.body.to_lowercase();
            let limited = ["rate-limit", "frequency", "too many", "overlimit"];
            if limited.iter().any(|word| said.contains(word)) {
                refused = Some(answer);
                break;
            }
        }
        let answer = refused.unwrap_or_else(|| panic!("{} was never limited", create.dialect));
        create.assert_worded(&answer);
    }
    let metrics = exchange(&gateway.admin, b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").body;
    for create in CREATES {
        let counted = format!("keyglot_rate_limited_total{{dialect=\"{}\"", create.dialect);
        assert!(metrics.contains(&counted), "{counted} is missing");
    }
}

#[test]
fn a_wrong_credential_is_worded_by_each_dialect() {
    let gateway = Gateway::start("[locksmith]\ntoken = 'right'\n");
    for create in CREATES {
        let wrong = create
            .whole()
            .replace("keyglot-demo-token", "wrong")
            .replacen(
                "host:",
                "authorization: Bearer wrong\r\nhost:",
                usize::from(create.dialect == "locksmith"),
            )
            .replacen("host:", "x-auth-token: wrong\r\nhost:", 1);
        create.assert_worded(&gateway.exchange(&wrong));
    }
}

#[test]
fn unknown_paths_and_methods_are_worded_by_each_dialect() {
    let gateway = Gateway::start("");
    for (request_line, status, part) in [
        ("GET /locksmith/v1/nothing", 404, "404 page not found"),
        ("DELETE /locksmith/v1/keys", 200, "method-not-allowed"),
        (
            "GET /compute/v2.1/nothing",
            401,
            "The request you have made requires authentication.",
        ),
        ("PUT /v2/index.php", 200, "UnsupportedProtocol"),
        ("GET /v1/projects/p/nothing", 404, "Resource not found"),
        ("GET /nothing", 404, "no dialect serves this path"),
    ] {
        let request = format!(
            "{request_line} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\naccept: application/json\r\n\r\n"
        );
        let answer = gateway.exchange(&request);
        assert_eq!(answer.status, status, "{request_line}: {answer:?}");
        assert!(answer.body.contains(part), "{request_line}: {answer:?}");
    }
}

#[test]
fn a_dedicated_listener_serves_one_dialect_at_its_root() {
    // A port that was free a moment ago: a dedicated listener's own choice is announced nowhere.
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = probe.local_addr().expect("its address").to_string();
    drop(probe);
    let gateway = Gateway::start(&format!(
        "[[listener]]\nlisten = '{address}'\ndialect = 'nova'\n"
    ));
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let own = exchange(&address, request.as_bytes());
    assert!(
        own.body.contains(&format!("http://{address}/v2.1/")),
        "{own:?}"
    );
    let shared = gateway.exchange("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(shared.status, 404, "{shared:?}");
}
