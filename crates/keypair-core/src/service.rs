//! The one implementation of [`KeyPairs`], [`Quotas`](crate::ports::Quotas) and
//! [`Notes`](crate::ports::Notes): the rules that every cloud shares, and nothing that only one of
//! them has.

mod generate;
mod notes;
mod quotas;
mod refusals;

use std::fmt;
use std::sync::Arc;

use self::refusals::{change_error, obstacles, refusal};
use crate::error::{Error, Source};
use crate::material::PrivateKey;
use crate::model::{
    Attachment, CertifyKeyPair, Change, CreateKeyPair, CreatedKeyPair, ImportKeyPair, KeyName,
    KeyPair, KeyPairSeed, Listing, MintId, Obstacles, Partition, Passphrase, Precedence, QuotaRule,
    Realm, Receipt, Scope, SealedPrivateKey, Selector, TenantId, Window,
};
use crate::ports::{
    BoxFuture, Clock, Entropy, InsertError, KeyGenerator, KeyPairs, NewRecord, ScanError, Sealer,
    Store,
};
use crate::public_key::PublicMaterial;

/// How often a seed is drawn again when one of its identifiers is taken. With the shortest
/// identifiers of 41 bits and a million key pairs a second draw happens once in two million.
const SEED_DRAWS: usize = 8;

/// What the service stands on.
pub struct ServicePorts {
    /// Keeps key pairs.
    pub store: Arc<dyn Store>,
    /// Makes private keys.
    pub generator: Arc<dyn KeyGenerator>,
    /// Seals the private keys that are kept.
    pub sealer: Arc<dyn Sealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Draws random bits.
    pub entropy: Arc<dyn Entropy>,
    /// How each dialect derives its identifier: every key pair gets all of them.
    pub minters: Vec<MintId>,
}

/// The rules of the domain over a store, a generator, a sealer, a clock and randomness.
pub struct Service {
    ports: ServicePorts,
}

impl fmt::Debug for ServicePorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServicePorts({})", self.store.backend())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Service").field(&self.ports).finish()
    }
}

/// The parts of a key pair that are known before it is stored.
struct Draft {
    name: KeyName,
    public: PublicMaterial,
    generated: bool,
    attributes: crate::model::Attributes,
    unique_public_key: bool,
    receipt: Option<Receipt>,
}

impl Service {
    /// Puts the service together.
    pub fn new(ports: ServicePorts) -> Self {
        Self { ports }
    }

    /// Draws a seed, builds the record, seals what is to be kept, and inserts; draws again as long
    /// as an identifier is taken.
    async fn insert(
        &self,
        scope: &Scope,
        draft: Draft,
        keep: Option<(&PrivateKey, Option<&Passphrase>)>,
        quota: &QuotaRule,
        precedence: Precedence,
    ) -> Result<KeyPair, Error> {
        let now = self.ports.clock.now();
        let mut key_pair = KeyPair {
            name: draft.name,
            partition: scope.partition.clone(),
            seed: KeyPairSeed(0),
            sequence: 0,
            public: draft.public,
            generated: draft.generated,
            created_at: now,
            changed_at: now,
            attributes: draft.attributes,
            private_key: None,
            attachments: std::collections::BTreeSet::new(),
        };
        let mut receipt = draft.receipt;
        for _ in 0..SEED_DRAWS {
            key_pair.seed = KeyPairSeed(self.ports.entropy.bits128());
            key_pair.private_key = match keep {
                Some((key, passphrase)) => {
                    Some(self.seal(scope, key_pair.seed, key, passphrase).await?)
                }
                None => None,
            };
            let mut record = NewRecord {
                ids: self
                    .ports
                    .minters
                    .iter()
                    .map(|mint| mint(key_pair.seed))
                    .collect(),
                unique_public_key: draft.unique_public_key,
                key_pair,
                receipt,
            };
            match self.ports.store.insert(scope, &record, quota).await {
                Ok(sequence) => {
                    record.key_pair.sequence = sequence;
                    return Ok(record.key_pair);
                }
                Err(InsertError::Conflicts(conflicts)) => {
                    if let Some(error) =
                        refusal(conflicts, precedence, || record.key_pair.name.clone())
                    {
                        return Err(error);
                    }
                    NewRecord {
                        key_pair,
                        receipt,
                        ..
                    } = record;
                }
                Err(InsertError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::GenerationFailed {
            source: Source::from("no free identifier could be drawn"),
        })
    }

    async fn seal(
        &self,
        scope: &Scope,
        seed: KeyPairSeed,
        key: &PrivateKey,
        passphrase: Option<&Passphrase>,
    ) -> Result<SealedPrivateKey, Error> {
        let context = seal_context(scope, seed);
        self.ports
            .sealer
            .seal(key, passphrase, &context)
            .await
            .map_err(Error::from)
    }

    async fn find(&self, scope: &Scope, which: &Selector) -> Result<KeyPair, Error> {
        self.ports
            .store
            .find(scope, which)
            .await?
            .ok_or_else(|| Error::KeyPairNotFound {
                selector: which.clone(),
            })
    }
}

/// Binds a sealed private key to its place, so that one record's sealed bytes are worthless in
/// another. Lengths go first: no two places give the same bytes.
fn seal_context(scope: &Scope, seed: KeyPairSeed) -> Vec<u8> {
    let (realm, tenant) = (scope.realm.as_str(), scope.tenant.as_str());
    let mut context = Vec::with_capacity(32 + realm.len() + tenant.len());
    for text in [realm, tenant] {
        context.extend_from_slice(&(text.len() as u64).to_be_bytes());
        context.extend_from_slice(text.as_bytes());
    }
    context.extend_from_slice(&seed.0.to_be_bytes());
    context
}

impl KeyPairs for Service {
    fn obstacles<'a>(
        &'a self,
        scope: &'a Scope,
        name: &'a KeyName,
        quota: &'a QuotaRule,
    ) -> BoxFuture<'a, Result<Obstacles, Error>> {
        Box::pin(async move {
            let look = self.ports.store.look(scope, name, quota).await?;
            Ok(obstacles(look, quota.default))
        })
    }

    fn create<'a>(
        &'a self,
        scope: &'a Scope,
        new: CreateKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        Box::pin(self.generate_line(scope, new))
    }

    fn certify<'a>(
        &'a self,
        scope: &'a Scope,
        new: CertifyKeyPair,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        Box::pin(self.generate_certified(scope, new))
    }

    fn import<'a>(
        &'a self,
        scope: &'a Scope,
        new: ImportKeyPair,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        Box::pin(async move {
            let draft = Draft {
                name: new.name,
                public: new.public,
                generated: false,
                attributes: new.attributes,
                unique_public_key: new.unique_public_key,
                receipt: new.receipt,
            };
            self.insert(scope, draft, None, &new.quota, new.precedence)
                .await
        })
    }

    fn get<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        Box::pin(self.find(scope, which))
    }

    fn reveal<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        passphrase: Option<&'a Passphrase>,
    ) -> BoxFuture<'a, Result<CreatedKeyPair, Error>> {
        Box::pin(async move {
            let key_pair = self.find(scope, which).await?;
            let Some(sealed) = &key_pair.private_key else {
                return Err(Error::PrivateKeyNotKept {
                    selector: which.clone(),
                });
            };
            let context = seal_context(scope, key_pair.seed);
            let private_key = self.ports.sealer.open(sealed, passphrase, &context).await?;
            Ok(CreatedKeyPair {
                key_pair,
                private_key,
            })
        })
    }

    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        window: Window,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        Box::pin(async move {
            match self.ports.store.scan(scope, &window).await {
                Ok(listing) => Ok(listing),
                Err(ScanError::Store(error)) => Err(error.into()),
                Err(ScanError::MarkerNotFound) => match window {
                    Window::After {
                        marker: Some(marker),
                        ..
                    } => Err(Error::MarkerNotFound { marker }),
                    Window::After { marker: None, .. } | Window::All | Window::Offset { .. } => {
                        Err(Error::CorruptRecord {
                            source: Source::from("a marker was missed that nobody asked for"),
                        })
                    }
                },
            }
        })
    }

    fn delete<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a [Selector],
        receipt: Option<&'a Receipt>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let removed = self.ports.store.remove(scope, which, receipt).await;
            removed.map_err(|error| change_error(error, which, None))
        })
    }

    fn update<'a>(
        &'a self,
        scope: &'a Scope,
        which: &'a Selector,
        change: Change,
    ) -> BoxFuture<'a, Result<KeyPair, Error>> {
        Box::pin(async move {
            let updated = self
                .ports
                .store
                .update(scope, which, &change, self.ports.clock.now())
                .await;
            updated.map_err(|error| {
                change_error(error, std::slice::from_ref(which), change.name.as_ref())
            })
        })
    }

    fn attach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let attached = self.ports.store.attach(scope, attachments, which).await;
            attached.map_err(|error| change_error(error, which, None))
        })
    }

    fn detach<'a>(
        &'a self,
        scope: &'a Scope,
        attachments: &'a [Attachment],
        which: &'a [Selector],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let detached = self.ports.store.detach(scope, attachments, which).await;
            detached.map_err(|error| change_error(error, which, None))
        })
    }

    fn create_partition<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            if self.ports.store.add_partition(scope).await? {
                Ok(())
            } else {
                Err(Error::PartitionExists {
                    partition: scope.partition.clone(),
                })
            }
        })
    }

    fn list_partitions<'a>(
        &'a self,
        realm: &'a Realm,
        tenant: &'a TenantId,
    ) -> BoxFuture<'a, Result<Vec<Partition>, Error>> {
        Box::pin(async move { Ok(self.ports.store.partitions(realm, tenant).await?) })
    }
}
