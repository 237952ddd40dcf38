//! The store in process memory: the default, for one process that may forget.
//!
//! Tenants are spread over shards by a keyed hash; a call locks its tenant's shard once, decides
//! and acts under that lock, and never holds it over an await. Stored limits lie apart, because an
//! insert may count against the limit of another tenant: the limits' lock is always taken before a
//! shard's, so a limit cannot change between an insert's look at it and its decision.
//!
//! A key pair is one run of bytes in a numbered slot, and is unpacked outside the lock. Everything
//! that leads to it holds the slot's number: the names in their order, the hashes of names,
//! identifiers and public keys, what uses it.

mod bytes;
mod drawer;
mod folder;
mod index;
mod limits;
mod marks;
mod names;
mod packed;
mod record;
mod records;
mod shards;
mod store;
mod tenant;

pub use store::MemoryStore;
