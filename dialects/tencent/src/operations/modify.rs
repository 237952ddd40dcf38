//! `ModifyKeyPairAttribute`.

use dialect_api::Response;
use keypair_core::Change;

use super::Call;
use crate::error::Error;
use crate::response::Done;
use crate::validate::{self, NameCodes};

/// Renames or describes a key pair.
///
/// # Errors
/// In this order: [`Error::MissingParameter`], [`Error::KeyIdMalformed`], [`Error::KeyIdNotFound`],
/// the name's, [`Error::DescriptionTooLong`], [`Error::NameDuplicate`].
pub(super) async fn run(call: &Call<'_>) -> Result<Response, Error> {
    let name = call.arguments.text("KeyName");
    let description = call.arguments.text("Description");
    if name.is_none() && description.is_none() {
        return Err(Error::MissingParameter("KeyName".to_owned()));
    }
    let selector = validate::key_id(call.arguments.required_text("KeyId")?)?;
    // Whether it exists comes before what is wrong with the new name.
    call.ports.keypairs.get(&call.scope, &selector).await?;
    let change = Change {
        name: name
            .map(|name| validate::key_name(name, NameCodes::of_modify()))
            .transpose()?,
        description: description
            .map(|text| validate::description(text, call.surface))
            .transpose()?,
        changed_by: Some(call.caller.name.clone()),
        ..Change::default()
    };
    let keypairs = call.ports.keypairs;
    keypairs.update(&call.scope, &selector, change).await?;
    Ok(call.success(Done {}))
}
