//! Generating key pairs: look for what is in the way, make the key, derive the public half, insert.

use super::refusals::{generation_error, refusal};
use super::{Draft, Service};
use crate::error::Error;
use crate::material::{KeySpec, MaterialError, PrivateKey};
use crate::model::{
    CertifyKeyPair, CreateKeyPair, CreatedKeyPair, KeyName, Precedence, QuotaRule, Retention, Scope,
};
use crate::ports::{Conflicts, KeyPairs as _};
use crate::public_key::PublicMaterial;

impl Service {
    /// Generates a key pair with an OpenSSH line.
    pub(super) async fn generate_line(
        &self,
        scope: &Scope,
        new: CreateKeyPair,
    ) -> Result<CreatedKeyPair, Error> {
        self.look_first(scope, &new.name, &new.quota, new.precedence)
            .await?;
        let keep = match &new.retention {
            Retention::Discard => None,
            Retention::Keep { .. } if !self.ports.sealer.can_seal() => {
                return Err(Error::KeepingUnavailable);
            }
            Retention::Keep { passphrase } => Some(passphrase.as_ref()),
        };
        let private_key = self.generate(new.spec).await?;
        let public = private_key.public_key(&new.comment).map_err(failed)?;
        let draft = Draft {
            name: new.name,
            public: PublicMaterial::Ssh(public),
            generated: true,
            attributes: new.attributes,
            unique_public_key: false,
            receipt: new.receipt,
        };
        let keep = keep.map(|passphrase| (&private_key, passphrase));
        let key_pair = self
            .insert(scope, draft, keep, &new.quota, new.precedence)
            .await?;
        Ok(CreatedKeyPair {
            key_pair,
            private_key,
        })
    }

    /// Generates a key pair with a certificate.
    pub(super) async fn generate_certified(
        &self,
        scope: &Scope,
        new: CertifyKeyPair,
    ) -> Result<CreatedKeyPair, Error> {
        self.look_first(scope, &new.name, &new.quota, new.precedence)
            .await?;
        let private_key = self.generate(new.spec).await?;
        let certificate = private_key
            .certify(&new.certificate, self.ports.clock.now())
            .map_err(failed)?;
        let draft = Draft {
            name: new.name,
            public: PublicMaterial::X509(certificate),
            generated: true,
            attributes: new.attributes,
            unique_public_key: false,
            receipt: new.receipt,
        };
        let key_pair = self
            .insert(scope, draft, None, &new.quota, new.precedence)
            .await?;
        Ok(CreatedKeyPair {
            key_pair,
            private_key,
        })
    }

    /// A look before the dear part; the insert decides all the same.
    async fn look_first(
        &self,
        scope: &Scope,
        name: &KeyName,
        quota: &QuotaRule,
        precedence: Precedence,
    ) -> Result<(), Error> {
        let found = self.obstacles(scope, name, quota).await?;
        let seen = Conflicts {
            name_taken: found.name_taken,
            quota_reached: found.quota_reached,
            ..Conflicts::default()
        };
        refusal(seen, precedence, || name.clone()).map_or(Ok(()), Err)
    }

    async fn generate(&self, spec: KeySpec) -> Result<PrivateKey, Error> {
        let made = self.ports.generator.generate(spec).await;
        made.map_err(|error| generation_error(error, spec))
    }
}

fn failed(error: MaterialError) -> Error {
    Error::GenerationFailed {
        source: error.into(),
    }
}
