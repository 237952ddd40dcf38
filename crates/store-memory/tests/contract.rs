//! The contract of all stores.

use std::future::{Ready, ready};

use store_contract::{Subject, store_contract};
use store_memory::MemoryStore;

fn memory() -> Ready<Subject> {
    ready(Subject::new(MemoryStore::new()))
}

store_contract!(memory);
