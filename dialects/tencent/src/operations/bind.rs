//! `AssociateInstancesKeyPairs` and `DisassociateInstancesKeyPairs`. There are no instances here:
//! what is kept is which of them use a key pair.

use dialect_api::Response;
use keypair_core::{Attachment, Selector};

use super::Call;
use crate::error::Error;
use crate::response::Done;
use crate::validate;

/// The most ids of each kind in one call. Source: the actions' pages.
const MAX_IDS: usize = 100;

/// Makes the key pairs of each instance exactly those of the call; earlier ones are displaced.
///
/// # Errors
/// Those of [`targets`], then [`Error::KeyIdNotFound`].
pub(super) async fn associate(call: &Call<'_>) -> Result<Response, Error> {
    let (instances, keys) = targets(call)?;
    let keypairs = call.ports.keypairs;
    keypairs.attach(&call.scope, &instances, &keys).await?;
    Ok(call.success(Done {}))
}

/// Takes the key pairs of the call off its instances.
///
/// # Errors
/// Those of [`targets`], then [`Error::KeyIdNotFound`].
pub(super) async fn disassociate(call: &Call<'_>) -> Result<Response, Error> {
    let (instances, keys) = targets(call)?;
    let keypairs = call.ports.keypairs;
    keypairs.detach(&call.scope, &instances, &keys).await?;
    Ok(call.success(Done {}))
}

/// The instances and key pairs of a call.
///
/// # Errors
/// In this order: [`Error::TooMany`], [`Error::InstanceIdMalformed`],
/// [`Error::InstanceIdNotFound`], [`Error::KeyIdMalformed`].
fn targets(call: &Call<'_>) -> Result<(Vec<Attachment>, Vec<Selector>), Error> {
    let instances = call.arguments.texts("InstanceIds");
    let keys = call.arguments.texts("KeyIds");
    validate::at_most(MAX_IDS, "InstanceIds", instances.len())?;
    validate::at_most(MAX_IDS, "KeyIds", keys.len())?;
    for instance in &instances {
        validate::instance_id(instance, call.config)?;
    }
    let keys = validate::key_ids(&keys)?;
    Ok((instances.into_iter().map(Attachment::new).collect(), keys))
}
