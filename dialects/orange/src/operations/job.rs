//! `jobGet`: a job is told from what it made.

use std::time::Duration;

use dialect_api::Response;
use keypair_core::{Error as CoreError, KeyPair, KeyPairId, Selector, TenantId};

use super::Call;
use crate::error::Error;
use crate::ids::{CanonicalUuid, made_by};
use crate::response;

/// How long a job can be asked for.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Steps 15 and 16, and the answer.
pub(super) async fn get(
    call: Call<'_>,
    project: &str,
    job: CanonicalUuid,
) -> Result<Response, Error> {
    let key_pair = made_in_any_zone(call, project, made_by(job))
        .await?
        .ok_or(Error::ResourceNotFound)?;
    // A clock that was set back makes an age that is none.
    let age = call.cx.received_at.duration_since(key_pair.created_at);
    if age.unwrap_or_default() > KEPT {
        return Err(Error::ResourceNotFound);
    }
    Ok(response::creation_job(project, &job.to_string(), &key_pair))
}

/// The path of a job does not name the zone, so every zone that the project ever used is looked
/// into.
async fn made_in_any_zone(
    call: Call<'_>,
    project: &str,
    key_pair: CanonicalUuid,
) -> Result<Option<KeyPair>, Error> {
    let which = Selector::Id(KeyPairId::new(key_pair.to_string()));
    let tenant = TenantId::new(project);
    let keypairs = call.ports.keypairs;
    for partition in keypairs.list_partitions(&call.cx.realm, &tenant).await? {
        let scope = call.scope(project, partition);
        match keypairs.get(&scope, &which).await {
            Ok(key_pair) => return Ok(Some(key_pair)),
            Err(CoreError::KeyPairNotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}
