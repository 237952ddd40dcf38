//! The durable store in one process: a [redb] file in a directory of its own.
//!
//! **Writes.** One thread writes. It takes as many mutations as are waiting, decides them one after
//! the other inside one write transaction, commits — which ends with an fsync — and only then
//! answers. So an acknowledged write survives a crash, and many callers share the price of one
//! fsync. A mutation that was handed over is carried out even if nobody waits for it any more.
//!
//! **Reads** are snapshots of the last commit and wait for nobody. Short ones run where they are
//! called (microseconds); long listings go to a blocking thread.
//!
//! **Keys** are joined from parts, each but the last behind its length, so that no two tuples give
//! the same key and a range of keys is a partition in the order of its names' bytes.
//!
//! After a crash the file is checked from end to end when it is opened; that takes longer the larger
//! the file is, and is announced in the log.

mod keys;
mod marks;
mod mutations;
mod notes;
mod open;
mod reads;
mod record;
mod store;
mod tables;
mod wire;
mod writer;

pub use open::OpenError;
pub use store::RedbStore;
