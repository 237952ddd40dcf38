//! What each operation does: decode, judge, ask the domain, answer, in the cloud's order of checks.

use std::collections::BTreeSet;

use dialect_api::{Caller, Ports, Request, RequestContext, Response};
use keypair_core::{
    Attributes, CreateKeyPair, Error as CoreError, KeyPair, KeySpec, Limit, Partition, Precedence,
    QuotaRule, Scope, Selector, Window,
};

use crate::NAME;
use crate::error::{Error, Fault};
use crate::request::{CreateKeyPairRequest, Halves as Wanted, KeyPairQuery, decode_key_store_name};
use crate::response::{self, Halves};
use crate::validate::{self, DEFAULT_KEY_STORE, NewKeyPair, Slug, Subject, in_key_store};

/// Size of every generated key. No request changes it.
const RSA_BITS: u16 = 4096;

/// A call on its way: who makes it, where, and what it may ask.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a Caller,
    pub(crate) cx: &'a RequestContext,
    pub(crate) ports: Ports<'a>,
}

impl Call<'_> {
    /// Generates a key pair, and its key store if there is none.
    pub(crate) async fn create_key_pair(&self, quota: Limit) -> Result<Response, Error> {
        let request = CreateKeyPairRequest::decode(self.request.body()?)?;
        let NewKeyPair {
            subject,
            name,
            retention,
        } = validate::new_key_pair(request)?;
        let new = CreateKeyPair {
            name,
            spec: KeySpec::Rsa { bits: RSA_BITS },
            comment: String::new(),
            quota: QuotaRule {
                exception: None,
                holder: self.caller.tenant.clone(),
                default: quota,
            },
            precedence: Precedence::NameFirst,
            retention,
            attributes: Attributes::default(),
            receipt: None,
        };
        let scope = self.scope(&subject.key_store);
        match self.ports.keypairs.create(&scope, new).await {
            Ok(created) => Halves::both(&created.key_pair.public, &created.private_key)
                .map(|halves| response::key_pair_created(&subject, &halves))
                .ok_or_else(|| Fault::GenerationFailed.into()),
            Err(error) => Err(Error::creating(error, subject)),
        }
    }

    /// Shows one half of a key pair or both.
    pub(crate) async fn read_key_pair(&self) -> Result<Response, Error> {
        let query = self.query();
        let key_store = validate::key_store(query.key_store.as_deref())?;
        let Some(sent) = query.key_pair_id else {
            self.must_exist(&key_store).await?;
            return Err(Fault::NoKeyPairId.into());
        };
        let subject = Subject {
            key_pair: Slug::of(&String::from_utf8_lossy(&sent)),
            sent,
            key_store,
        };
        match self.halves(&subject, &query.halves).await {
            Ok(halves) => Ok(response::key_pair_read(&subject, &halves)),
            Err(error) => {
                // A key store that does not exist is reported before anything that is not in it.
                if matches!(error.fault(), Fault::InvalidKeyPairId | Fault::NoPrivateKey) {
                    self.must_exist(&subject.key_store).await?;
                }
                Err(error)
            }
        }
    }

    /// Lists the ids of a key store.
    pub(crate) async fn list_key_pairs(&self) -> Result<Response, Error> {
        let key_store = validate::key_store(self.query().key_store.as_deref())?;
        let scope = self.scope(&key_store);
        let listing = self.ports.keypairs.list(&scope, Window::All).await;
        let listing = listing.map_err(Error::from)?;
        // A realm shared with another cloud may hold names that are no ids.
        let ids: BTreeSet<Slug> = listing.key_pairs.iter().filter_map(id).collect();
        let subject = in_key_store(key_store);
        if ids.is_empty() {
            self.must_exist(&subject.key_store).await?;
            return Err(Error::about(Fault::EmptyKeyStore, subject));
        }
        let ids: Vec<Slug> = ids.into_iter().collect();
        Ok(response::key_pair_list(&subject, &ids))
    }

    /// Makes an empty key store.
    pub(crate) async fn create_key_store(&self) -> Result<Response, Error> {
        let name = decode_key_store_name(self.request.body()?);
        let key_store = validate::new_key_store(&name)?;
        let scope = self.scope(&key_store);
        self.ports.keypairs.create_partition(&scope).await?;
        Ok(response::key_store_created(&key_store))
    }

    /// Lists the key stores.
    pub(crate) async fn list_key_stores(&self) -> Result<Response, Error> {
        Ok(response::key_store_list(&self.key_stores().await?))
    }

    fn query(&self) -> KeyPairQuery {
        KeyPairQuery::decode(self.request.head.uri.query().unwrap_or_default())
    }

    fn scope(&self, key_store: &Slug) -> Scope {
        Scope {
            realm: self.cx.realm.clone(),
            tenant: self.caller.tenant.clone(),
            partition: Partition::new(key_store.as_str()),
        }
    }

    /// The key stores in the order of their bytes; the default one exists from the start.
    async fn key_stores(&self) -> Result<Vec<Slug>, Error> {
        let (realm, tenant) = (&self.cx.realm, &self.caller.tenant);
        let partitions = self.ports.keypairs.list_partitions(realm, tenant).await?;
        let mut key_stores: BTreeSet<Slug> = partitions.iter().filter_map(key_store).collect();
        key_stores.insert(Slug::of(DEFAULT_KEY_STORE));
        Ok(key_stores.into_iter().collect())
    }

    async fn must_exist(&self, key_store: &Slug) -> Result<(), Error> {
        let is_default = key_store.as_str() == DEFAULT_KEY_STORE;
        if is_default || self.key_stores().await?.contains(key_store) {
            return Ok(());
        }
        let subject = in_key_store(key_store.clone());
        Err(Error::about(Fault::InvalidKeyStore, subject))
    }

    /// The wanted halves of a key pair.
    async fn halves(&self, subject: &Subject, wanted: &Wanted) -> Result<Halves, Error> {
        let missing = match wanted {
            Wanted::Public => Fault::InvalidKeyPairId,
            Wanted::Both(_) => Fault::NoPrivateKey,
        };
        let missing = || Error::about(missing, subject.clone());
        let name = validate::name(&subject.key_pair).ok_or_else(missing)?;
        let scope = self.scope(&subject.key_store);
        let which = Selector::Name(name);
        let halves = match wanted {
            Wanted::Public => {
                let mut found = self.ports.keypairs.get(&scope, &which).await;
                if let Err(CoreError::KeyPairNotFound { .. }) = found
                    && let Some(foreign) = self.foreign_key_pair(&scope, &subject.key_pair).await?
                {
                    found = Ok(foreign);
                }
                let key_pair = found.map_err(|error| Error::of(error, subject.clone()))?;
                Halves::public(&key_pair.public)
            }
            Wanted::Both(passphrase) => {
                let opened = self
                    .ports
                    .keypairs
                    .reveal(&scope, &which, passphrase.as_ref());
                let opened = opened
                    .await
                    .map_err(|error| Error::revealing(error, subject.clone()))?;
                Halves::both(&opened.key_pair.public, &opened.private_key)
            }
        };
        halves.ok_or_else(missing)
    }

    /// A key pair of another cloud in a shared realm, whose name is none of this cloud's ids but
    /// becomes the one asked for.
    async fn foreign_key_pair(
        &self,
        scope: &Scope,
        wanted: &Slug,
    ) -> Result<Option<KeyPair>, Error> {
        if scope.realm.as_str() == NAME {
            return Ok(None);
        }
        let listing = self.ports.keypairs.list(scope, Window::All).await?;
        let mut key_pairs = listing.key_pairs.into_iter();
        Ok(key_pairs.find(|key_pair| id(key_pair).as_ref() == Some(wanted)))
    }
}

/// The id of a key pair; `None` for one that this cloud cannot show.
fn id(key_pair: &KeyPair) -> Option<Slug> {
    let id = Slug::of(key_pair.name.as_str());
    let shown = !id.is_empty() && Halves::can_show(&key_pair.public);
    shown.then_some(id)
}

/// The id of a key store; `None` for a folder of another cloud's that cannot be named here.
fn key_store(partition: &Partition) -> Option<Slug> {
    let id = Slug::of(partition.as_str());
    (!id.is_empty() && id.as_str() == partition.as_str()).then_some(id)
}
