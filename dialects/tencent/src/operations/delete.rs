//! `DeleteKeyPairs`.

use dialect_api::Response;
use keypair_core::{Error as CoreError, Selector};

use super::Call;
use crate::error::Error;
use crate::response::Done;
use crate::validate;

/// The most ids in one call. Source: the `DeleteKeyPairs` page.
const MAX_IDS: usize = 100;

/// Deletes key pairs, all or none.
///
/// # Errors
/// In this order: [`Error::TooMany`], [`Error::KeyIdMalformed`], [`Error::KeyIdNotFound`],
/// [`Error::KeyPairNotSupported`].
pub(super) async fn run(call: &Call<'_>) -> Result<Response, Error> {
    let ids = call.arguments.texts("KeyIds");
    validate::at_most(MAX_IDS, "KeyIds", ids.len())?;
    let selectors = validate::key_ids(&ids)?;
    match call
        .ports
        .keypairs
        .delete(&call.scope, &selectors, None)
        .await
    {
        Ok(()) => Ok(call.success(Done {})),
        Err(error @ CoreError::KeyPairInUse { .. }) => {
            all_exist(call, &selectors).await?;
            Err(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The cloud names a key pair that does not exist before one that is in use, wherever they stand.
async fn all_exist(call: &Call<'_>, selectors: &[Selector]) -> Result<(), CoreError> {
    for selector in selectors {
        call.ports.keypairs.get(&call.scope, selector).await?;
    }
    Ok(())
}
