//! Sockets: bind, accept, TLS if there is a certificate, HTTP/1.1 and HTTP/2, and the drain at the
//! end.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsAcceptor;

/// What answers the requests of a listener.
pub(crate) trait Answer: Clone + Send + Sync + 'static {
    /// Answers one request that came over `http` or `https`.
    fn answer(
        &self,
        request: http::Request<Incoming>,
        scheme: &'static str,
    ) -> impl Future<Output = http::Response<Bytes>> + Send;
}

/// How connections are treated.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionRules {
    /// What holds for the connections that are accepted from now on.
    pub(crate) terms: Arc<ArcSwap<ConnectionTerms>>,
    /// Connections open at once, over all listeners that share it.
    pub(crate) connections: Arc<Semaphore>,
    /// Without TLS whatever the terms say.
    pub(crate) plain: bool,
}

/// What a connection keeps as it was when it was accepted.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionTerms {
    /// Time for a request's head, a TLS handshake before the first one included.
    pub(crate) header_timeout: Duration,
    /// Time for calls in flight to finish after the stop.
    pub(crate) grace: Duration,
    /// The certificate and how it is shown; `None` for plain HTTP.
    pub(crate) tls: Option<Arc<ServerConfig>>,
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
    let mut terms = rules.terms.load_full();
    let mut server = new_server(terms.header_timeout);
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
        let current = rules.terms.load();
        if !Arc::ptr_eq(&current, &terms) {
            terms = Arc::clone(&current);
            server = new_server(terms.header_timeout);
        }
        let accepted = Accepted {
            server: server.clone(),
            watcher: graceful.watcher(),
            answer: answer.clone(),
            head_by: Instant::now() + terms.header_timeout,
        };
        let tls = terms.tls.clone().filter(|_| !rules.plain);
        tokio::spawn(async move {
            accepted.serve(stream, tls).await;
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(rules.terms.load().grace, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("calls were still in flight when the grace period ended");
    }
}

fn new_server(header_timeout: Duration) -> Builder<TokioExecutor> {
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

/// A connection that nothing was read from yet.
struct Accepted<A> {
    server: Builder<TokioExecutor>,
    watcher: Watcher,
    answer: A,
    /// When the first request's head must have arrived.
    head_by: Instant,
}

impl<A: Answer> Accepted<A> {
    async fn serve(self, stream: TcpStream, tls: Option<Arc<ServerConfig>>) {
        // Small answers must not wait for more to come.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let Some(tls) = tls else {
            return self.exchange(stream, "http").await;
        };
        let handshake = TlsAcceptor::from(tls).accept(stream);
        match timeout_at(self.head_by, handshake).await {
            Ok(Ok(stream)) => self.exchange(stream, "https").await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    /// Until the first request is complete the connection is watched by a timer of our own, because
    /// the look at the first bytes that tells HTTP/1 from HTTP/2 has none.
    async fn exchange<S>(self, stream: S, scheme: &'static str)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self {
            server,
            watcher,
            answer,
            head_by,
        } = self;
        let spoke = Arc::new(AtomicBool::new(false));
        let spoken = Arc::clone(&spoke);
        let service = service_fn(move |request| {
            spoken.store(true, Ordering::Relaxed);
            let answer = answer.clone();
            async move { Ok::<_, Infallible>(answer.answer(request, scheme).await.map(Full::new)) }
        });
        let exchange = server
            .serve_connection(TokioIo::new(stream), service)
            .into_owned();
        let exchange = watcher.watch(exchange);
        tokio::pin!(exchange);
        let ended = match timeout_at(head_by, &mut exchange).await {
            Ok(ended) => ended,
            Err(_) if spoke.load(Ordering::Relaxed) => exchange.await,
            Err(_) => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
