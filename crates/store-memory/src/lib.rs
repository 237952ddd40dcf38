//! The store in process memory: the default, for one process that may forget.
//!
//! Tenants are spread over shards by a keyed hash; a call locks its tenant's shard once, decides
//! and acts under that lock, and never holds it over an await. Stored limits lie apart, because an
//! insert may count against the limit of another tenant: the limits' lock is always taken before a
//! shard's, so a limit cannot change between an insert's look at it and its decision.

mod drawer;
mod entry;
mod marks;
mod store;
mod tenant;

pub use store::MemoryStore;
