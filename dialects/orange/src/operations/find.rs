//! `keyPairFind`: filters, sorts and pages the key pairs of a zone.

use std::cmp::Ordering;

use dialect_api::Response;
use keypair_core::{Error as CoreError, KeyName, KeyPair, Scope, Selector, Window};

use super::Call;
use crate::error::Error;
use crate::ids;
use crate::request::query::{SortKey, ordering};
use crate::request::resource::Zone;
use crate::request::search::{Search, SortField};
use crate::response::{self, requester, timestamp};

/// The one order that the domain lists in.
const BY_NAME: SortKey<SortField> = SortKey {
    field: SortField::Name,
    descending: false,
};

/// Step 10, and the answer.
pub(super) async fn find(call: Call<'_>, zone: &Zone) -> Result<Response, Error> {
    let search = Search::parse(call.request.head.uri.query().unwrap_or_default())?;
    let scope = call.scope_of(zone);
    if !search.wants_active {
        return Ok(response::found(zone, 0, &[]));
    }
    if let Some(name) = &search.name {
        let named: Vec<_> = by_name(call, &scope, name).await?.into_iter().collect();
        return Ok(page(zone, &search, named));
    }
    // Names are unique, so whatever comes after the name in the order decides nothing.
    if search.sort.first() == Some(&BY_NAME) {
        let window = Window::Offset {
            offset: u64::from(search.page.offset),
            limit: search.page.limit,
        };
        let listing = call.ports.keypairs.list(&scope, window).await?;
        return Ok(response::found(zone, listing.total, &listing.key_pairs));
    }
    let mut all = call
        .ports
        .keypairs
        .list(&scope, Window::All)
        .await?
        .key_pairs;
    all.sort_by(|left, right| {
        let tie_breakers = [SortField::CreatedDate, SortField::Id];
        ordering(&search.sort, tie_breakers, |field| {
            compare_field(field, left, right)
        })
    });
    Ok(page(zone, &search, all))
}

async fn by_name(call: Call<'_>, scope: &Scope, name: &str) -> Result<Option<KeyPair>, Error> {
    // A text that can be no name is the name of nothing.
    let Ok(name) = KeyName::parse(name) else {
        return Ok(None);
    };
    match call.ports.keypairs.get(scope, &Selector::Name(name)).await {
        Ok(key_pair) => Ok(Some(key_pair)),
        Err(CoreError::KeyPairNotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn page(zone: &Zone, search: &Search, matching: Vec<KeyPair>) -> Response {
    let (total, page) = search.page.cut(matching);
    response::found(zone, total, &page)
}

/// Texts by their bytes, an absent one first; times as they are shown.
fn compare_field(field: SortField, left: &KeyPair, right: &KeyPair) -> Ordering {
    match field {
        SortField::Name => left.name.cmp(&right.name),
        SortField::Id => ids::key_pair_id(left.seed).cmp(&ids::key_pair_id(right.seed)),
        SortField::CreatedDate => timestamp(left.created_at).cmp(&timestamp(right.created_at)),
        SortField::LastModifiedDate => timestamp(left.changed_at).cmp(&timestamp(right.changed_at)),
        SortField::LastRequesterId => requester(left).cmp(requester(right)),
        // All of them are in the same state.
        SortField::ProvisioningState => Ordering::Equal,
        SortField::Description => {
            let description = |key_pair: &KeyPair| key_pair.attributes.description.clone();
            description(left).cmp(&description(right))
        }
    }
}
