//! The store on Redis: one state for any number of processes.
//!
//! **Mutations** are Lua scripts, one each: what a script decides still holds when it writes. Time
//! and randomness come from outside. An update is read, changed here, and written by a script only
//! if nobody changed it meanwhile; otherwise it is tried again.
//!
//! **Time-outs.** A caller waits for a bounded time and then hears that the store is unavailable; a
//! mutation may have happened nevertheless. An insert whose answer was lost is sent once more,
//! marked as a repetition: the script then recognises the record, which holds the key pair's unique
//! seed, and answers as it did the first time instead of reporting a conflict with itself. All
//! other mutations are sent once.
//!
//! **Inserts** go at once, or wait while one of the same partition and quota is on its way; those
//! that have waited share the next call of the script, which decides on each by itself.
//!
//! **Layout.** All keys of a tenant share a hash tag. A quota may name other tenants whose limits
//! count; theirs are the only keys of a script that may lie elsewhere, and they are only read.
//! On a single server (or one with replicas) they are read inside the script, at the moment of the
//! decision. Redis Cluster would refuse such a script: there the limit has to be read beforehand and
//! passed in, at the price of a limit that may be a moment old.
//!
//! **The server** must be Redis 6.2 or newer (or a server that speaks as it does) and must not evict
//! keys (`maxmemory-policy noeviction`). What an acknowledgement means is up to its persistence: with
//! `appendfsync everysec` a crash of the machine loses up to a second.
//!
//! Neither what is stored nor the address's password is ever part of an error.

mod failure;
mod inserts;
mod keys;
mod link;
mod listing;
mod mutations;
mod notes;
mod options;
mod reads;
mod record;
mod scripts;
mod store;

pub use options::{ConnectError, RedisOptions};
pub use store::RedisStore;
