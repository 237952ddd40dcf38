//! Creating and importing key pairs.

use bytes::Bytes;
use dialect_api::{Response, response};
use keypair_core::{
    Attributes, CertifyKeyPair, CreateKeyPair, ImportKeyPair, KeyName, Precedence, QuotaRule,
    Retention, Scope,
};

use super::Call;
use super::key_material::{GENERATED, Kind, certificate, comment};
use crate::error::Error;
use crate::request::json::Value;
use crate::request::key_pair::{Wanted, decode};
use crate::request::media::preferred_json;
use crate::response::key_pair;

/// Generates or imports a key pair.
///
/// # Errors
/// [`Error::Invalid`] and its like, [`Error::PolicyDenied`], [`Error::NoProject`],
/// [`Error::QuotaExceeded`], [`Error::BadPublicKey`], [`Error::BadCertificate`],
/// [`Error::KeyPairExists`], in this order.
pub(super) async fn create(call: &Call<'_>, body: &Value) -> Result<Response, Error> {
    let wanted = decode(call.api, body)?;
    let owner = wanted.user_id.as_deref().unwrap_or(&call.requester.user_id);
    call.requester.permit("os-keypairs:create", owner)?;
    let place = Place {
        scope: call.scope(owner),
        quota: call.quota(owner)?,
    };
    let body = match (&wanted.public_key, wanted.kind) {
        (Some(text), kind) => match kind.parse(text) {
            Ok(public) => {
                let new = ImportKeyPair {
                    name: wanted.name.clone(),
                    public,
                    unique_public_key: false,
                    quota: place.quota.clone(),
                    precedence: Precedence::QuotaFirst,
                    attributes: Attributes::default(),
                    receipt: None,
                };
                let key_pair = call.ports.keypairs.import(&place.scope, new).await?;
                key_pair::imported(call.api, &key_pair, owner)
            }
            Err(error) => return Err(place.unless_full(call, &wanted.name, error).await),
        },
        (None, Kind::Ssh) => generate(call, &place, &wanted, owner).await?,
        (None, Kind::X509) => certify(call, &place, &wanted, owner).await?,
    };
    let content_type = preferred_json(&call.request.head);
    Ok(response(call.api.created(), content_type, body))
}

async fn generate(
    call: &Call<'_>,
    place: &Place,
    wanted: &Wanted,
    owner: &str,
) -> Result<Bytes, Error> {
    let new = CreateKeyPair {
        name: wanted.name.clone(),
        spec: GENERATED,
        comment: comment(call.api.family).to_owned(),
        quota: place.quota.clone(),
        precedence: Precedence::QuotaFirst,
        retention: Retention::Discard,
        attributes: Attributes::default(),
        receipt: None,
    };
    let created = call.ports.keypairs.create(&place.scope, new).await?;
    Ok(key_pair::generated(call.api, &created, owner)?)
}

async fn certify(
    call: &Call<'_>,
    place: &Place,
    wanted: &Wanted,
    owner: &str,
) -> Result<Bytes, Error> {
    let new = CertifyKeyPair {
        name: wanted.name.clone(),
        spec: GENERATED,
        certificate: certificate(owner),
        quota: place.quota.clone(),
        precedence: Precedence::QuotaFirst,
        attributes: Attributes::default(),
        receipt: None,
    };
    let created = call.ports.keypairs.certify(&place.scope, new).await?;
    Ok(key_pair::generated(call.api, &created, owner)?)
}

/// Where a key pair is to go.
struct Place {
    scope: Scope,
    quota: QuotaRule,
}

impl Place {
    /// The error about a key, unless the quota is reached, which Nova sees before it looks at keys.
    /// Only bad keys pay for this look.
    async fn unless_full(&self, call: &Call<'_>, name: &KeyName, error: Error) -> Error {
        let found = call
            .ports
            .keypairs
            .obstacles(&self.scope, name, &self.quota)
            .await;
        match found {
            Ok(obstacles) if obstacles.quota_reached.is_some() => Error::QuotaExceeded,
            Ok(_) => error,
            Err(failure) => failure.into(),
        }
    }
}
