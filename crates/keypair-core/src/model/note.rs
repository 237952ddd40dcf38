//! Small documents that are kept beside key pairs.

use std::time::SystemTime;

/// A small document beside a tenant's key pairs, in a format of its writer's: the record of a job,
/// an account made at run time. Its owner's secrets are no business of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is found by, unique in its drawer.
    pub name: String,
    /// What it says.
    pub body: Vec<u8>,
    /// When it was written.
    pub written_at: SystemTime,
    /// When it stops to be there.
    pub until: SystemTime,
}

/// A note on its way to a drawer. Every tenant has drawers of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The drawer's name.
    pub drawer: &'static str,
    /// How many notes the drawer holds at most: beyond it those go that end first.
    pub capacity: u32,
    /// The note.
    pub note: Note,
}
