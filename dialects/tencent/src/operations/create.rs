//! `CreateKeyPair`.

use std::collections::BTreeMap;

use dialect_api::Response;
use keypair_core::{Attributes, CreateKeyPair, KeyName, KeySpec, Precedence, Retention, encoding};
use serde::Serialize;

use super::Call;
use crate::error::Error;
use crate::response::{self, KeyPairView, PROJECT_PROPERTY};
use crate::validate::{self, NameCodes};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    key_pair: KeyPairView<'a>,
}

/// Generates a key pair and hands its private half over; nothing of that is kept.
///
/// # Errors
/// In this order: the name's, the project's, the tags', [`Error::NameDuplicate`],
/// [`Error::KeyPairLimit`].
pub(super) async fn run(call: &Call<'_>) -> Result<Response, Error> {
    let (name, project) = name_and_project(call)?;
    let attributes = attributes(call, project)?;
    let new = CreateKeyPair {
        name,
        spec: KeySpec::Rsa {
            bits: call.config.rsa_bits,
        },
        // The comment is made when the key pair is shown: its number is not known before.
        comment: String::new(),
        quota: call.quota(),
        precedence: Precedence::NameFirst,
        retention: Retention::Discard,
        attributes,
        receipt: None,
    };
    let created = call.ports.keypairs.create(&call.scope, new).await?;
    let pem = encoding::to_pkcs1_pem(&created.private_key).map_err(|error| Error::Internal {
        source: Some(error.into()),
    })?;
    let key_pair = KeyPairView::new(&created.key_pair, call.config).with_private_key(&pem);
    Ok(response::secret(Created { key_pair }, call.head, call.cx))
}

/// The first checks of both calls that make key pairs.
pub(super) fn name_and_project(call: &Call<'_>) -> Result<(KeyName, i64), Error> {
    let codes = NameCodes::of_create(call.surface, call.config);
    let name = validate::key_name(call.arguments.required_text("KeyName")?, codes)?;
    let project = call.arguments.required_integer("ProjectId")?;
    Ok((name, validate::project(project, call.config)?))
}

/// What is kept beside a new key pair; checks the tags.
pub(super) fn attributes(call: &Call<'_>, project: i64) -> Result<Attributes, Error> {
    let project = (PROJECT_PROPERTY.to_owned(), project.to_string());
    Ok(Attributes {
        description: None,
        tags: validate::tag_specification(&call.arguments)?,
        last_changed_by: Some(call.caller.name.clone()),
        properties: BTreeMap::from([project]),
    })
}
