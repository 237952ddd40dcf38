//! A real `redis-server` for one test: on a socket of its own, in a directory of its own, without
//! persistence, killed at the end.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use store_redis::{RedisOptions, RedisStore};
use tempfile::TempDir;

/// A running (or stopped) server.
#[derive(Debug)]
pub(crate) struct Server {
    process: Option<Child>,
    directory: TempDir,
    password: Option<&'static str>,
}

/// Starts a server; `None` if there is no `redis-server` here, which is said in a line and is a
/// failure where `CI` is `true`.
pub(crate) async fn start() -> Option<Server> {
    start_with_password(None).await
}

/// Starts a server that asks for a password.
pub(crate) async fn start_with_password(password: Option<&'static str>) -> Option<Server> {
    let found = Command::new("redis-server").arg("--version").output();
    if let Err(error) = found {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "redis-server is missing: {error}"
        );
        let test = std::thread::current();
        let test = test.name().unwrap_or("a test").to_owned();
        // Not with `eprintln!`, which the harness hides of a test that passes.
        let line = format!("LEFT OUT: {test} needs redis-server, which cannot be run: {error}\n");
        std::io::stderr()
            .write_all(line.as_bytes())
            .expect("the line is written");
        return None;
    }
    let mut server = Server {
        process: None,
        directory: tempfile::tempdir().expect("a directory"),
        password,
    };
    server.restart().await;
    Some(server)
}

impl Server {
    /// Starts the server where it was, with nothing in it.
    pub(crate) async fn restart(&mut self) {
        self.stop();
        let mut command = Command::new("redis-server");
        command
            .current_dir(self.directory.path())
            .args(["--port", "0", "--save", "", "--appendonly", "no"])
            .arg("--unixsocket")
            .arg(self.socket())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(password) = self.password {
            command.args(["--requirepass", password]);
        }
        self.process = Some(command.spawn().expect("redis-server starts"));
        let patience = Instant::now() + Duration::from_secs(20);
        while tokio::net::UnixStream::connect(self.socket())
            .await
            .is_err()
        {
            assert!(Instant::now() < patience, "redis-server does not answer");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills the server.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("redis-server is killed");
            process.wait().expect("redis-server is gone");
        }
    }

    /// Sends the server a signal: `STOP` makes it deaf, `CONT` makes it go on.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("the server runs");
        let sent = Command::new("kill")
            .args(["-s", signal, &process.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Runs a command on a connection of its own.
    pub(crate) async fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).expect("an address");
        let connection = client.get_multiplexed_async_connection().await;
        let mut connection = connection.expect("the server answers");
        let mut command = redis::Cmd::new();
        command.arg(words);
        let answer = command.query_async(&mut connection).await;
        answer.expect("the server answers")
    }

    /// The server's address.
    pub(crate) fn url(&self) -> String {
        let socket = self.socket();
        let password = self.password.map(|password| format!("?pass={password}"));
        format!(
            "redis+unix://{}{}",
            socket.display(),
            password.unwrap_or_default()
        )
    }

    /// A store on the server, in a hurry.
    pub(crate) async fn store(&self) -> RedisStore {
        let store = RedisStore::connect(&self.url(), hurried()).await;
        store.expect("the store connects")
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("socket")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Time-outs long enough for a busy machine, short enough for a test that waits for them.
pub(crate) fn hurried() -> RedisOptions {
    RedisOptions {
        response_timeout: Duration::from_secs(1),
        connection_timeout: Duration::from_secs(1),
        ..RedisOptions::default()
    }
}
