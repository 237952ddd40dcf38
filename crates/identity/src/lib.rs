#![doc = include_str!("../README.md")]

mod directory;
mod index;
mod keyed;
mod password;
mod token;

pub use directory::AccountDirectory;
pub use index::{AccountProblem, MAX_ID_BYTES};
