//! `DescribeKeyPairs`.

use std::time::UNIX_EPOCH;

use dialect_api::Response;
use keypair_core::{Error as CoreError, KeyPair, Selector, Window};
use serde::Serialize;

use super::Call;
use super::filter::Filter;
use crate::error::Error;
use crate::response::{self, KeyPairView};
use crate::validate;

/// The most ids in one call. Source: the `DescribeKeyPairs` page.
const MAX_IDS: usize = 100;

/// The largest page, and the one that a call without `Limit` gets. Source: the same page.
const MAX_LIMIT: i64 = 100;
const DEFAULT_LIMIT: i64 = 20;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described<'a> {
    total_count: usize,
    key_pair_set: Vec<KeyPairView<'a>>,
}

/// Lists key pairs by their ids, or those that pass all filters.
///
/// # Errors
/// In this order: [`Error::IdsWithFilters`], [`Error::TooMany`], [`Error::KeyIdMalformed`],
/// [`Error::OffsetInvalid`], [`Error::LimitOutOfRange`], those of the filters.
pub(super) async fn run(call: &Call<'_>) -> Result<Response, Error> {
    let ids = call.arguments.texts("KeyIds");
    let filters = call.arguments.structs("Filters");
    if !ids.is_empty() && !filters.is_empty() {
        return Err(Error::IdsWithFilters);
    }
    validate::at_most(MAX_IDS, "KeyIds", ids.len())?;
    let selectors = validate::key_ids(&ids)?;
    let (offset, limit) = window(call)?;
    let filters = Filter::read_all(&filters)?;
    let mut found = if selectors.is_empty() {
        let listing = call.ports.keypairs.list(&call.scope, Window::All).await?;
        listing.key_pairs
    } else {
        by_id(call, &selectors).await?
    };
    found.retain(|key_pair| filters.iter().all(|filter| filter.passes(key_pair)));
    found.sort_by_cached_key(|key_pair| {
        // Times are shown in seconds, and what is shown is what counts.
        let created = key_pair.created_at.duration_since(UNIX_EPOCH);
        let id = response::key_id(key_pair.seed);
        (created.unwrap_or_default().as_secs(), id)
    });
    let page = found.iter().skip(offset).take(limit);
    Ok(call.success(Described {
        total_count: found.len(),
        key_pair_set: page
            .map(|key_pair| KeyPairView::new(key_pair, call.config).listed_on(call.surface))
            .collect(),
    }))
}

/// How many to pass over, and the most to give.
fn window(call: &Call<'_>) -> Result<(usize, usize), Error> {
    let offset = call.arguments.integer("Offset").unwrap_or_default();
    let offset = u64::try_from(offset).map_err(|_| Error::OffsetInvalid)?;
    let limit = call.arguments.integer("Limit").unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Error::LimitOutOfRange);
    }
    let limit = usize::try_from(limit).map_err(|_| Error::LimitOutOfRange)?;
    Ok((usize::try_from(offset).unwrap_or(usize::MAX), limit))
}

/// Key pairs by id. One that does not exist is not among them, which is no error: Terraform reads
/// what it has deleted.
pub(super) async fn by_id(
    call: &Call<'_>,
    selectors: &[Selector],
) -> Result<Vec<KeyPair>, CoreError> {
    let mut found = Vec::with_capacity(selectors.len());
    for selector in selectors {
        match call.ports.keypairs.get(&call.scope, selector).await {
            Ok(key_pair) => found.push(key_pair),
            Err(CoreError::KeyPairNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
