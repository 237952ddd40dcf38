//! The contract of all stores.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::future::{Ready, ready};
use std::sync::Arc;

use keypair_core::BoxFuture;
use keypair_core::ports::Store;
use store_contract::{Subject, store_contract};
use store_redb::RedbStore;

fn redb() -> Ready<Subject> {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_owned();
    let store = RedbStore::open(&path).expect("the store opens");
    let reopen = move |store: Arc<dyn Store>| -> BoxFuture<'static, Arc<dyn Store>> {
        drop(store);
        // Fails if the store was not closed.
        let reopened = RedbStore::open(&path).expect("the store opens again");
        Box::pin(ready(Arc::new(reopened) as Arc<dyn Store>))
    };
    ready(
        Subject::new(store)
            .standing_on(directory)
            .reopened_by(reopen),
    )
}

store_contract!(redb, persistent);
