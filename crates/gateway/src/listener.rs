//! Sockets: bind, accept, HTTP/1.1 and HTTP/2 without TLS, and the drain at the end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// What answers the requests of a listener.
pub(crate) trait Answer: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn answer(
        &self,
        request: http::Request<Incoming>,
    ) -> impl Future<Output = http::Response<Bytes>> + Send;
}

/// How connections are treated.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionRules {
    /// Time for a request's head.
    pub(crate) header_timeout: Duration,
    /// Connections open at once, over all listeners that share it.
    pub(crate) connections: Arc<Semaphore>,
    /// Time for calls in flight to finish after the stop.
    pub(crate) grace: Duration,
}

/// Opens a listening socket.
///
/// # Errors
/// The address is taken or not ours.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

/// Serves connections until `stop` turns true, then lets what is in flight finish.
pub(crate) async fn serve<A: Answer>(
    listener: TcpListener,
    answer: A,
    rules: ConnectionRules,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let server = server(rules.header_timeout);
    loop {
        // A full house waits here, so that further connections queue in the kernel.
        let Ok(permit) = Arc::clone(&rules.connections).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: give the others time to close theirs.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = connection(&server, stream, answer.clone(), &graceful, &rules);
        tokio::spawn(async move {
            connection.await;
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(rules.grace, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("calls were still in flight when the grace period ended");
    }
}

fn server(header_timeout: Duration) -> Builder<TokioExecutor> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(64 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(Duration::from_secs(20));
    server
}

/// One connection. Until its first request is complete it is watched by a timer of our own,
/// because the look at the first bytes that tells HTTP/1 from HTTP/2 has none.
fn connection<A: Answer>(
    server: &Builder<TokioExecutor>,
    stream: TcpStream,
    answer: A,
    graceful: &GracefulShutdown,
    rules: &ConnectionRules,
) -> impl Future<Output = ()> + Send + use<A> {
    // Small answers must not wait for more to come.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let spoke = Arc::new(AtomicBool::new(false));
    let spoken = Arc::clone(&spoke);
    let service = service_fn(move |request| {
        spoken.store(true, Ordering::Relaxed);
        let answer = answer.clone();
        async move { Ok::<_, Infallible>(answer.answer(request).await.map(Full::new)) }
    });
    let exchange = server
        .serve_connection(TokioIo::new(stream), service)
        .into_owned();
    let exchange = graceful.watch(exchange);
    let header_timeout = rules.header_timeout;
    async move {
        tokio::pin!(exchange);
        let ended = match tokio::time::timeout(header_timeout, &mut exchange).await {
            Ok(ended) => ended,
            Err(_) if spoke.load(Ordering::Relaxed) => exchange.await,
            Err(_) => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
