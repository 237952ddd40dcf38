//! The scripts: each mutation is one.
//!
//! Redis runs a script from beginning to end before anything else, so what a script decides still
//! holds when it writes. It does not take back what a script wrote before it failed; so each
//! script reads and decides first (inserts that share a call: on each before that is written), and
//! its writes cannot fail: they name only keys of the store's own types, and Redis refuses for want
//! of memory only before a script's first write.

use std::sync::LazyLock;

use redis::Script;

macro_rules! script {
    ($($file:literal),+) => {
        LazyLock::new(|| Script::new(concat!($(include_str!(concat!("scripts/", $file))),+)))
    };
}

/// Takes key pairs if nothing is in the way.
pub(crate) static INSERT: LazyLock<Script> = script!("prelude.lua", "notes.lua", "insert.lua");
/// Finds a key pair.
pub(crate) static FIND: LazyLock<Script> = script!("prelude.lua", "selectors.lua", "find.lua");
/// Reads a page.
pub(crate) static SCAN: LazyLock<Script> = script!("prelude.lua", "scan.lua");
/// Removes key pairs.
pub(crate) static REMOVE: LazyLock<Script> =
    script!("prelude.lua", "selectors.lua", "notes.lua", "remove.lua");
/// Replaces a record that is still the same.
pub(crate) static UPDATE: LazyLock<Script> = script!("prelude.lua", "update.lua");
/// Attaches and detaches.
pub(crate) static ATTACH: LazyLock<Script> = script!("prelude.lua", "selectors.lua", "attach.lua");
/// Puts a note in a drawer.
pub(crate) static ADD_NOTE: LazyLock<Script> = script!("notes.lua", "add_note.lua");
/// Takes a note out of its drawer.
pub(crate) static REMOVE_NOTE: LazyLock<Script> = script!("notes.lua", "remove_note.lua");
/// Remembers a mark.
pub(crate) static REMEMBER: LazyLock<Script> = script!("remember.lua");
