//! `ImportKeyPair`.

use dialect_api::Response;
use keypair_core::{ImportKeyPair, Precedence};
use serde::Serialize;

use super::Call;
use super::create::{attributes, name_and_project};
use crate::error::Error;
use crate::response;
use crate::validate;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Imported {
    key_id: String,
}

/// Stores a public key.
///
/// # Errors
/// In this order: the name's, the project's, [`Error::PublicKeyMalformed`], the tags',
/// [`Error::NameDuplicate`], [`Error::PublicKeyDuplicate`], [`Error::KeyPairLimit`].
pub(super) async fn run(call: &Call<'_>) -> Result<Response, Error> {
    let (name, project) = name_and_project(call)?;
    let public = validate::public_key(call.arguments.required_text("PublicKey")?)?;
    let new = ImportKeyPair {
        name,
        public,
        unique_public_key: true,
        quota: call.quota(),
        precedence: Precedence::NameFirst,
        attributes: attributes(call, project)?,
        receipt: None,
    };
    let key_pair = call.ports.keypairs.import(&call.scope, new).await?;
    let key_id = response::key_id(key_pair.seed).as_str().to_owned();
    Ok(call.success(Imported { key_id }))
}
