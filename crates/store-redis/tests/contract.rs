//! The contract of all stores.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test uses a part of what supports all")]

use std::future::ready;
use std::sync::Arc;

use keypair_core::BoxFuture;
use keypair_core::ports::Store;
use store_contract::{Subject, store_contract};
use store_redis::{RedisOptions, RedisStore};

#[path = "support/server.rs"]
mod server;

/// A store that reopens as another process would: with nothing but the address.
async fn redis() -> Option<Subject> {
    let server = server::start().await?;
    let url = server.url();
    // The long listings of the contract are read by an unoptimised build on a busy machine.
    let options = RedisOptions {
        response_timeout: std::time::Duration::from_secs(20),
        ..RedisOptions::default()
    };
    let store = RedisStore::connect(&url, options.clone()).await;
    let subject = Subject::new(store.expect("the store connects"));
    let reopen = move |store: Arc<dyn Store>| -> BoxFuture<'static, Arc<dyn Store>> {
        drop(store);
        let (url, options) = (url.clone(), options.clone());
        Box::pin(async move {
            let store = RedisStore::connect(&url, options).await;
            ready(Arc::new(store.expect("the store connects again")) as Arc<dyn Store>).await
        })
    };
    Some(subject.standing_on(server).reopened_by(reopen))
}

store_contract!(redis, persistent);
