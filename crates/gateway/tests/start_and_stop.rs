//! What scripts rely on: start-up lines, exit codes, the admin listener, the drain.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by panicking"
)]

#[path = "support/gateway.rs"]
mod support;

use std::io::Write;
use std::time::{Duration, Instant};

use support::{Gateway, connect, exchange, read_answer, run};

#[test]
fn the_start_up_lines_are_four_and_in_order() {
    let gateway = Gateway::start("");
    let [ready, http, admin, store] = gateway.lines.as_slice() else {
        panic!("four lines")
    };
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        ready.starts_with(&format!("keyglot {version} ready in ")),
        "{ready}"
    );
    assert!(ready.ends_with(" ms"), "{ready}");
    assert!(http.starts_with("http  http://127.0.0.1:"), "{http}");
    assert!(admin.starts_with("admin http://127.0.0.1:"), "{admin}");
    assert_eq!(store, "store memory");
}

#[test]
fn sigterm_ends_a_run_with_exit_code_0() {
    let gateway = Gateway::start("");
    gateway.terminate();
    assert_eq!(gateway.exit_code(), Some(0));
}

#[test]
fn calls_in_flight_are_finished_before_the_end() {
    // Longer than the longest prime search on a busy machine.
    let gateway = Gateway::start("shutdown_grace = 60");
    let mut stream = connect(&gateway.address);
    let body = r#"{"key_pair_id":"drained"}"#;
    let head = format!(
        "POST /locksmith/v1/keys HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the head is sent");
    // The gateway asks for the body once it works on the call.
    assert_eq!(read_answer(&mut stream).status, 100);
    gateway.terminate();
    stream.write_all(body.as_bytes()).expect("the body is sent");
    let answer = read_answer(&mut stream);
    assert!(answer.body.contains("\"status\":\"success\""), "{answer:?}");
    assert_eq!(gateway.exit_code(), Some(0));
}

#[test]
fn a_bad_configuration_ends_with_exit_code_2_and_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyglot.toml");
    let path = file.to_str().expect("a text");
    for (text, problem) in [
        (
            "listn = '127.0.0.1:1'",
            "unknown key `listn` (did you mean `listen`?)",
        ),
        (
            "[nova]\nmax_limt = 3",
            "unknown key `nova.max_limt` (did you mean `max_limit`?)",
        ),
        ("[nova]\nmax_limit = 'x'", "nova.max_limit: invalid type"),
        (
            "store = 'disk'",
            "store: must be memory, redb:DIR or redis://HOST:PORT",
        ),
        (
            "[sealing]\nkey = 'short'",
            "sealing.key: a server key is 32 bytes",
        ),
        ("listen = ", "line 1"),
        ("listen = '0.0.0.0:0'", "is no loopback address"),
        (
            "[[listener]]\nlisten = '127.0.0.1:0'\ndialect = 'gopher'",
            "is no dialect",
        ),
        (
            "[orange]\nenabled = 'yes'",
            "orange.enabled: must be true or false",
        ),
        ("log_filter = 'a=b=c'", "log_filter: "),
        (
            "traces.endpoint = 'https://collector'",
            "traces.endpoint: must be http://HOST:PORT",
        ),
        ("traces.sample_ratio = 2", "traces.sample_ratio: "),
        ("tls.certificate = 'x'", "tls: missing field `key`"),
        (
            "tls.certificate = 'x'\ntls.key = 'y'",
            "tls.certificate: holds no certificate in PEM",
        ),
    ] {
        std::fs::write(&file, text).expect("the config file");
        let arguments = ["serve", "--admin-listen", "127.0.0.1:0", "--config", path];
        let output = run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{text}: {said}");
        assert!(said.contains(problem), "{text}: {said}");
        assert!(said.contains("keyglot.toml"), "{text}: {said}");
        assert!(output.stdout.is_empty(), "{text}");
    }
    let output = run(&["config", "check", "--config", "/nonexistent/keyglot.toml"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn demo_accounts_and_open_doors_are_for_this_machine_unless_the_operator_says_so() {
    let beyond = |config: &str, arguments: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("keyglot.toml");
        // Should it start after all, the taken admin address ends it with another exit code.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let admin = taken.local_addr().expect("its address").to_string();
        std::fs::write(&file, config).expect("the config file");
        let path = file.to_str().expect("a text");
        let common = [
            "--listen",
            "0.0.0.0:0",
            "--admin-listen",
            &admin,
            "--config",
            path,
        ];
        let output = run(&[&["serve"], &common[..], arguments].concat());
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let open_door = "[locksmith]\nauth = 'none'\n";
    for (config, arguments, said) in [
        ("", &[][..], "`locksmith` asks for no credential"),
        (
            "",
            &["--allow-demo-accounts"],
            "`locksmith` asks for no credential",
        ),
        (open_door, &[], "has the published demo accounts"),
    ] {
        let (code, error) = beyond(config, arguments);
        assert_eq!(code, Some(2), "{config} {arguments:?}: {error}");
        assert!(error.contains(said), "{config} {arguments:?}: {error}");
    }
    let (code, error) = beyond(open_door, &["--allow-demo-accounts"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("listening on"), "{error}");
}

#[test]
fn the_configuration_can_be_checked_printed_and_described() {
    let checked = run(&["config", "check"]);
    assert!(checked.status.success());
    let printed = run(&["config", "print"]);
    let text = String::from_utf8(printed.stdout).expect("a text");
    let table: toml::Table = text.parse().expect("what is printed is TOML");
    assert_eq!(table["listen"].as_str(), Some("127.0.0.1:8080"));
    assert!(!text.contains("keyglot-demo-token"), "a secret is printed");
    let schema = run(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).expect("JSON");
    for key in ["listen", "limits", "nova", "tencent", "orange", "locksmith"] {
        assert!(
            schema["properties"].get(key).is_some(),
            "{key} is not in the schema"
        );
    }
}

#[test]
fn what_is_printed_can_be_read_again() {
    let printed = run(&["config", "print"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("keyglot.toml");
    std::fs::write(&file, printed.stdout).expect("the config file");
    let checked = run(&[
        "config",
        "check",
        "--config",
        file.to_str().expect("a text"),
    ]);
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn the_admin_listener_tells_health_readiness_and_metrics() {
    let gateway = Gateway::start("");
    let get = |path: &str| {
        exchange(
            &gateway.admin,
            format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes(),
        )
    };
    assert_eq!(get("/healthz").body, r#"{"status":"ok"}"#);
    assert_eq!(get("/readyz").body, r#"{"status":"ready"}"#);
    assert_eq!(get("/nope").status, 404);
    let described: serde_json::Value =
        serde_json::from_str(&get("/openapi.json").body).expect("JSON");
    for (path, item) in described["paths"].as_object().expect("paths") {
        let (method, operation) = item
            .as_object()
            .and_then(|item| item.iter().next())
            .expect("one");
        let request = format!(
            "{} {path} HTTP/1.1\r\nhost: x\r\n\r\n",
            method.to_uppercase()
        );
        let answer = exchange(&gateway.admin, request.as_bytes());
        let answers = &operation["responses"]["200"]["content"];
        let media_type = answer.header("content-type").expect("a content type");
        assert!(answers[media_type].is_object(), "{path}: {media_type}");
        assert_eq!(answer.status, 200, "{path}");
    }
    gateway.exchange("GET /locksmith/v1/keystores HTTP/1.1\r\nhost: x\r\n\r\n");
    let metrics = get("/metrics").body;
    for name in [
        "keyglot_requests_total{",
        "keyglot_request_seconds_bucket{",
        "keyglot_in_flight 0",
    ] {
        assert!(metrics.contains(name), "{name} is missing in\n{metrics}");
    }
    assert!(metrics.contains("dialect=\"locksmith\""), "{metrics}");
    let refused = exchange(
        &gateway.admin,
        b"POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    );
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("GET, HEAD"))
    );
}

/// Waits until a metric of RSA keys of 1024 bits has reached a number.
fn await_keys(gateway: &Gateway, metric: &str, number: u64) {
    let sample = format!("keyglot_{metric}{{algorithm=\"rsa\",bits=\"1024\"}} ");
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let metrics = exchange(&gateway.admin, b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").body;
        let mut lines = metrics.lines();
        let value = lines.find_map(|line| line.strip_prefix(&sample));
        if value.and_then(|value| value.parse().ok()) >= Some(number) {
            return;
        }
        assert!(
            Instant::now() < until,
            "{metric} stays below {number} in\n{metrics}"
        );
    }
}

#[test]
fn keys_made_ahead_are_dropped_by_a_call_and_by_a_signal() {
    let gateway = Gateway::start(
        "[keygen]\nallow_rsa_1024 = true\n[keygen.pool]\nrsa_1024 = 2\nrsa_2048 = 0\nrsa_4096 = 0",
    );
    await_keys(&gateway, "keys_ready", 2);
    let request = b"POST /keygen/flush HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    let flushed = exchange(&gateway.admin, request);
    assert_eq!((flushed.status, &*flushed.body), (200, r#"{"dropped":2}"#));
    await_keys(&gateway, "keys_generated_total", 4);
    await_keys(&gateway, "keys_ready", 2);
    gateway.signal("USR1");
    await_keys(&gateway, "keys_generated_total", 6);
    let refused = exchange(
        &gateway.admin,
        b"GET /keygen/flush HTTP/1.1\r\nhost: x\r\n\r\n",
    );
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, Some("POST"))
    );
}

#[test]
fn a_dialect_that_is_switched_off_is_not_served() {
    let gateway = Gateway::start("[locksmith]\nenabled = false");
    let answer = gateway.exchange("GET /locksmith/v1/keys HTTP/1.1\r\nhost: x\r\n\r\n");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body, "{\"error\":\"no dialect serves this path\"}\n");
}
