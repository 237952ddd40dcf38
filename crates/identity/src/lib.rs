#![doc = include_str!("../README.md")]

mod directory;
mod index;
mod keyed;
mod known;
mod ledger;
mod password;
mod token;
mod verified;

pub use directory::{AccountDirectory, DirectoryPorts};
pub use index::{AccountProblem, MAX_ID_BYTES};
