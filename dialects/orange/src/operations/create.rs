//! `keyPairCreate`: generates a key pair, or imports a public key.

use base64ct::{Base64, Encoding as _};
use dialect_api::Response;
use keypair_core::model::{CreateKeyPair, ImportKeyPair};
use keypair_core::{
    Attributes, Error as CoreError, KeySpec, Precedence, PrivateKey, PublicMaterial, QuotaRule,
    Retention, encoding,
};
use zeroize::Zeroizing;

use super::Call;
use crate::error::Error;
use crate::jobs::Work;
use crate::request::resource::Zone;
use crate::{request, response, validate};

/// Steps 11 to 16, and the answer.
pub(super) async fn create(call: Call<'_>, zone: &Zone, prefix: &str) -> Result<Response, Error> {
    let members = request::body_members(call.request.body()?)?;
    let new = validate::new_key_pair(members, call.settings.public_key)?;
    let scope = call.scope_of(zone);
    let quota = QuotaRule {
        exception: None,
        holder: scope.tenant.clone(),
        default: call.settings.quota,
    };
    let attributes = Attributes {
        description: new.description,
        tags: new.tags,
        last_changed_by: Some(call.caller.name.clone()),
        ..Attributes::default()
    };
    let job = call.job(Work::Create, &new.name);
    let receipt = Some(job.receipt()?);
    let keypairs = call.ports.keypairs;
    let (key_pair, private_key) = if let Some(key) = new.public_key {
        let import = ImportKeyPair {
            name: new.name,
            public: PublicMaterial::Ssh(key),
            unique_public_key: false,
            quota,
            precedence: Precedence::NameFirst,
            attributes,
            receipt,
        };
        (keypairs.import(&scope, import).await?, None)
    } else {
        let create = CreateKeyPair {
            name: new.name,
            spec: KeySpec::Rsa {
                bits: call.settings.rsa_bits,
            },
            comment: String::new(),
            quota,
            precedence: Precedence::NameFirst,
            retention: Retention::Discard,
            attributes,
            receipt,
        };
        let created = keypairs.create(&scope, create).await?;
        (created.key_pair, Some(encode(&created.private_key)?))
    };
    let private_key = private_key.as_ref().map(|key| key.as_str());
    Ok(response::created(
        zone,
        prefix,
        &job.id,
        &key_pair,
        private_key,
    ))
}

/// Base64 of `PrivateKeyInfo` in one line, without the lines of a PEM file. Source: the seed's
/// example, decoded.
fn encode(key: &PrivateKey) -> Result<Zeroizing<String>, Error> {
    let der = encoding::to_pkcs8_der(key).map_err(|error| CoreError::GenerationFailed {
        source: Box::new(error),
    })?;
    Ok(Zeroizing::new(Base64::encode_string(&der)))
}
