//! Listings, read page by page.
//!
//! While a script runs the server does nothing else, and a reply is sent as a whole; so a long
//! listing is cut into pages. Each page is consistent in itself. What is there from the first page
//! to the last is listed exactly once; what comes or goes meanwhile may be listed or not.

use keypair_core::{KeyName, KeyPair, Listing, Scope, Window};

use crate::failure::Failure;
use crate::keys;
use crate::record::{self, RecordError};
use crate::scripts;
use crate::store::Inner;

/// The most names of one page. A page of plain records is about half a megabyte.
const PAGE: u64 = 500;

/// The most names of a page that goes over the connection for short answers.
const SHORT_PAGE: u64 = 20;

/// The highest position that the server can count to, with room for a page behind it.
const LAST_POSITION: u64 = i64::MAX.unsigned_abs() - PAGE;

/// Where a page starts.
enum From {
    /// Behind a name that must exist.
    Marker(KeyName),
    /// Behind a name, whether it exists or not.
    Behind(String),
    /// At a position.
    Offset(u64),
}

/// What the script answers: the total, names, and values.
type Page = (u64, Vec<Vec<u8>>, Vec<Option<Vec<u8>>>);

impl Inner {
    /// Reads a part of the scope's partition; `None` if the marker does not exist.
    pub(crate) async fn scan(
        &self,
        scope: &Scope,
        window: &Window,
    ) -> Result<Option<Listing>, Failure> {
        let (mut from, mut wanted) = match window {
            Window::All => (From::Behind(String::new()), u64::MAX),
            Window::Offset { offset, limit } => (From::Offset(*offset), u64::from(*limit)),
            Window::After { marker, limit } => {
                let from = match marker {
                    Some(marker) => From::Marker(marker.clone()),
                    None => From::Behind(String::new()),
                };
                (from, u64::from(*limit))
            }
        };
        let mut key_pairs = Vec::new();
        loop {
            let size = wanted.min(PAGE);
            let Some((total, names, values)) = self.page(scope, &from, size).await? else {
                return Ok(None);
            };
            let complete = (names.len() as u64) < size || wanted <= PAGE;
            let page = decode_page(scope, &names, values)?;
            if let (false, Some(last)) = (complete, page.last()) {
                from = From::Behind(last.name.as_str().to_owned());
                wanted -= size;
                key_pairs.extend(page);
            } else {
                key_pairs.extend(page);
                let total = match window {
                    // The total of the last page, and what was read of all pages, must not differ.
                    Window::All => key_pairs.len() as u64,
                    Window::After { .. } | Window::Offset { .. } => total,
                };
                return Ok(Some(Listing { key_pairs, total }));
            }
        }
    }

    async fn page(&self, scope: &Scope, from: &From, size: u64) -> Result<Option<Page>, Failure> {
        let mut scan = scripts::SCAN.prepare_invoke();
        scan.key(self.keys.partition(scope).as_slice())
            .arg(keys::here(scope));
        match from {
            From::Marker(marker) => scan.arg("marker").arg(marker.as_str()).arg(size),
            From::Behind(name) => scan.arg("behind").arg(name).arg(size),
            // The server would take the position before the first for the last one.
            From::Offset(_) if size == 0 => scan.arg("behind").arg("").arg(0),
            From::Offset(offset) => {
                let first = (*offset).min(LAST_POSITION);
                scan.arg("offset").arg(first).arg(first + size - 1)
            }
        };
        if size > SHORT_PAGE {
            self.link.run_long(&scan).await
        } else {
            self.link.run(&scan, crate::link::Repeat::Harmless).await
        }
    }
}

fn decode_page(
    scope: &Scope,
    names: &[Vec<u8>],
    values: Vec<Option<Vec<u8>>>,
) -> Result<Vec<KeyPair>, RecordError> {
    if names.len() != values.len() {
        return Err(RecordError::Answer);
    }
    names
        .iter()
        .zip(values)
        .map(|(name, value)| {
            let value = value.ok_or(RecordError::Lost)?;
            record::decode(name, &value, &scope.partition)
        })
        .collect()
}
