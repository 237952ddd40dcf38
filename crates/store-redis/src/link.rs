//! The connections to the server.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    Client, Cmd, ConnectionInfo, FromRedisValue, IntoConnectionInfo as _, Pipeline,
    ProtocolVersion, RedisResult, ScriptInvocation,
};

use crate::failure::Failure;
use crate::options::{ConnectError, RedisOptions};

/// How many commands may wait to be written before the next caller waits.
const QUEUE: usize = 1024;

/// The pauses between attempts to connect. Short: a caller waits meanwhile.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);
const ATTEMPTS: usize = 4;

/// When a silent peer is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Two connections: answers come in the order of the commands, so a long listing must not stand in
/// front of short answers.
#[derive(Clone)]
pub(crate) struct Link {
    quick: ConnectionManager,
    bulk: ConnectionManager,
    /// How long a caller waits in all: for a connection, and for the answer.
    patience: Duration,
}

/// Whether a command may be sent once more when the connection broke in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It changes nothing, or nothing more the second time.
    Harmless,
    /// It must not happen twice.
    Never,
}

impl Link {
    /// Connects.
    pub(crate) async fn connect(url: &str, options: &RedisOptions) -> Result<Self, ConnectError> {
        let client = client(url)?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(options.response_timeout))
            .set_connection_timeout(Some(options.connection_timeout))
            .set_number_of_retries(ATTEMPTS)
            .set_min_delay(FIRST_PAUSE)
            .set_max_delay(LONGEST_PAUSE)
            .set_pipeline_buffer_size(QUEUE);
        let connect = || ConnectionManager::new_with_config(client.clone(), config.clone());
        let patience = options.connection_timeout + options.response_timeout;
        let both = async {
            Ok(Self {
                quick: connect().await?,
                bulk: connect().await?,
                patience,
            })
        };
        // Either connection may take an attempt's full time.
        within(2 * patience, both).await.map_err(ConnectError::from)
    }

    /// Sends a short command.
    pub(crate) async fn ask<T: FromRedisValue>(
        &self,
        command: &Cmd,
        repeat: Repeat,
    ) -> Result<T, Failure> {
        let send = || async { command.query_async(&mut self.quick.clone()).await };
        self.send(repeat, send).await
    }

    /// Sends short commands together.
    pub(crate) async fn ask_all<T: FromRedisValue>(
        &self,
        commands: &Pipeline,
        repeat: Repeat,
    ) -> Result<T, Failure> {
        let send = || async { commands.query_async(&mut self.quick.clone()).await };
        self.send(repeat, send).await
    }

    /// Runs a script with a short answer.
    pub(crate) async fn run<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        repeat: Repeat,
    ) -> Result<T, Failure> {
        let send = || async { script.invoke_async(&mut self.quick.clone()).await };
        self.send(repeat, send).await
    }

    /// Runs a script that changes nothing and has a long answer.
    pub(crate) async fn run_long<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Failure> {
        let send = || async { script.invoke_async(&mut self.bulk.clone()).await };
        self.send(Repeat::Harmless, send).await
    }

    async fn send<T, F>(&self, repeat: Repeat, send: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = RedisResult<T>>,
    {
        within(self.patience, async {
            match send().await {
                // The connection was gone, perhaps for long; the manager is making a new one.
                Err(error) if repeat == Repeat::Harmless && error.is_connection_dropped() => {
                    send().await
                }
                done => done,
            }
        })
        .await
    }

    /// How long a caller waits in all.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

async fn within<T>(
    patience: Duration,
    work: impl Future<Output = RedisResult<T>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, work).await {
        Ok(done) => done.map_err(Failure::from),
        Err(_) => Err(Failure::TimedOut),
    }
}

fn client(url: &str) -> Result<Client, ConnectError> {
    // The library's error might quote the address, and the address may hold a password.
    let info = url
        .into_connection_info()
        .map_err(|_| ConnectError::Address)?;
    let info: ConnectionInfo = info.set_tcp_settings(tcp_settings());
    // With RESP3 the library notices a broken connection at once, not at the next command.
    let settings = info.redis_settings().clone();
    let info = info.set_redis_settings(settings.set_protocol(ProtocolVersion::RESP3));
    Client::open(info).map_err(|_| ConnectError::Address)
}

/// A peer that is gone without a word is noticed within half a minute, not in a quarter of an
/// hour.
fn tcp_settings() -> TcpSettings {
    let probes = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE / 2);
    let settings = TcpSettings::default()
        .set_nodelay(true)
        .set_keepalive(probes);
    #[cfg(target_os = "linux")]
    let settings = settings.set_user_timeout(2 * KEEPALIVE);
    settings
}
