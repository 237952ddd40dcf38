//! A store under test, and what it needs to live.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use keypair_core::BoxFuture;
use keypair_core::ports::Store;

/// Closes what it is given and opens the same store again.
type Reopen = Box<dyn Fn(Arc<dyn Store>) -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync>;

/// A fresh, empty store under test.
pub struct Subject {
    // Before the guard: a store closes before what it stands on goes.
    store: Arc<dyn Store>,
    reopen: Option<Reopen>,
    guard: Box<dyn Any + Send + Sync>,
}

impl Subject {
    /// A store that stands on nothing.
    pub fn new(store: impl Store) -> Self {
        Self {
            store: Arc::new(store),
            reopen: None,
            guard: Box::new(()),
        }
    }

    /// Keeps what the store stands on (a directory, a server process) until the case is over.
    #[must_use]
    pub fn standing_on(mut self, guard: impl Any + Send + Sync) -> Self {
        self.guard = Box::new(guard);
        self
    }

    /// Says how the store is closed and opened again. The function gets the only handle to the
    /// open store.
    #[must_use]
    pub fn reopened_by(
        mut self,
        reopen: impl Fn(Arc<dyn Store>) -> BoxFuture<'static, Arc<dyn Store>> + Send + Sync + 'static,
    ) -> Self {
        self.reopen = Some(Box::new(reopen));
        self
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Closes the store and opens it again.
    pub async fn reopen(self) -> Self {
        let reopen = self
            .reopen
            .expect("the factory says how to reopen the store");
        let store = reopen(self.store).await;
        Self {
            store,
            reopen: Some(reopen),
            guard: self.guard,
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subject({})", self.store.backend())
    }
}
