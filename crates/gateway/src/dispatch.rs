//! From a request's head to the dialect that answers it.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use bytes::Bytes;
use dialect_api::{RequestContext, RequestId, Response, response};
use http::StatusCode;
use http::request::Parts;
use hyper::body::Incoming;
use keypair_core::ports::Entropy;

use crate::in_force::InForce;

/// What a listener hands its requests to.
pub(crate) struct Dispatcher {
    pub(crate) in_force: Arc<ArcSwap<InForce>>,
    pub(crate) request_ids: Arc<dyn Entropy>,
}

/// Which dialects a listener serves.
#[derive(Clone)]
pub(crate) enum Route {
    /// All of them: each request goes to the first that claims it.
    Shared,
    /// The one of that name, whose root is `/`.
    Dedicated(Arc<str>),
}

impl Dispatcher {
    /// Answers a request.
    pub(crate) async fn answer(
        &self,
        route: &Route,
        request: http::Request<Incoming>,
        scheme: &'static str,
    ) -> Response {
        let (head, body) = request.into_parts();
        let request_id = RequestId(self.request_ids.bits128());
        let (front_end, cx) = {
            // Held no longer than this: the call keeps what it began with by itself.
            let in_force = self.in_force.load();
            let mut all = in_force.front_ends.iter();
            let (front_end, dedicated_listener) = match route {
                Route::Dedicated(name) => (all.find(|one| one.name() == &**name), true),
                Route::Shared => (all.find(|one| one.claims(&head)), false),
            };
            let Some(front_end) = front_end else {
                return unclaimed(&head, request_id);
            };
            let cx = RequestContext {
                realm: front_end.realm().clone(),
                request_id,
                received_at: SystemTime::now(),
                dedicated_listener,
                scheme,
                public_url: in_force.public_url.clone(),
            };
            (Arc::clone(front_end), cx)
        };
        front_end.serve(head, body, cx).await
    }
}

/// A path that is no dialect's has no envelope: the answer is the gateway's own.
fn unclaimed(head: &Parts, request_id: RequestId) -> Response {
    tracing::info!(
        request_id = %request_id.as_uuid(),
        http.method = head.method.as_str(),
        http.path = head.uri.path(),
        http.status = 404,
        "no dialect claims the request"
    );
    let body = Bytes::from_static(b"{\"error\":\"no dialect serves this path\"}\n");
    response(StatusCode::NOT_FOUND, "application/json", body)
}
