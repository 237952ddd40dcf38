//! A gateway process on ports of its own, and a client that sends bytes as they are.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of this module"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long any single step of a test may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running gateway; killed when it is dropped.
pub(crate) struct Gateway {
    child: Child,
    /// `127.0.0.1:PORT` of the shared listener.
    pub(crate) address: String,
    /// `127.0.0.1:PORT` of the admin listener.
    pub(crate) admin: String,
    /// The start-up lines.
    pub(crate) lines: Vec<String>,
    _config: tempfile::TempDir,
}

impl Gateway {
    /// Starts a gateway with this text as its config file.
    pub(crate) fn start(config: &str) -> Self {
        Self::start_with(config, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(config: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("keyglot.toml");
        std::fs::write(&file, config).expect("the config file");
        let mut child = command()
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "127.0.0.1:0",
            ])
            .arg("--config")
            .arg(&file)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the gateway starts");
        let mut lines = Vec::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        while lines.len() < 4 {
            let mut line = String::new();
            assert!(
                out.read_line(&mut line).expect("a line") > 0,
                "it ended after {lines:?}"
            );
            lines.push(line.trim_end().to_owned());
        }
        let after = |word: &str| {
            let line = lines
                .iter()
                .find_map(|line| line.strip_prefix(word))
                .expect("the line");
            let url = line.trim();
            url.rsplit_once("//")
                .map_or(url, |(_, address)| address)
                .to_owned()
        };
        let (address, admin) = (after("http "), after("admin "));
        Self {
            child,
            address,
            admin,
            lines,
            _config: folder,
        }
    }

    /// Asks it to stop, as an orchestrator does.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(kill.expect("kill runs").success());
    }

    /// Waits for its end and gives the exit code.
    pub(crate) fn exit_code(mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return status.code();
            }
            std::thread::yield_now();
        }
        panic!("the gateway did not end");
    }

    /// Sends a request and reads the answer.
    pub(crate) fn exchange(&self, request: &str) -> Answer {
        exchange(&self.address, request.as_bytes())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary with an environment that holds no settings.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyglot"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYGLOT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the binary runs")
}

/// An answer, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A connection with a time-out on reads.
pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}

/// Sends bytes on a connection of their own and reads one answer.
pub(crate) fn exchange(address: &str, request: &[u8]) -> Answer {
    let mut stream = connect(address);
    stream.write_all(request).expect("the request is sent");
    read_answer(&mut stream)
}

/// Reads one answer: head, then as many bytes as its `content-length` says.
pub(crate) fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a status line");
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| {
            panic!("no status line: {line:?}");
        });
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: String::new(),
    };
    let length: usize = answer
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a whole body");
    answer.body = String::from_utf8(body).expect("a text");
    answer
}
