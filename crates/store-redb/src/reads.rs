//! What can be read in any transaction.

use keypair_core::ports::{Look, StoreError};
use keypair_core::{
    KeyName, KeyPair, KeyPairId, Limit, Listing, Partition, QuotaRule, Realm, Scope, Selector,
    TenantId, Window,
};
use redb::ReadTransaction;

use crate::keys::{self, Key};
use crate::record::{self, RecordError};
use crate::tables::{
    self, Failure, IDS, LIMITS, PARTITIONS, RECORDS, Readable, TENANTS, counters, get, has,
};

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Storage(error) => Self::Unavailable(error.into()),
            Failure::Record(error) => error.into(),
        }
    }
}

/// The name of the selected key pair as far as the indices know; it may not exist.
pub(crate) fn name_of(
    ids: &impl Readable,
    scope: &Scope,
    which: &Selector,
) -> Result<Option<Vec<u8>>, Failure> {
    match which {
        Selector::Name(name) => Ok(Some(name.as_str().as_bytes().to_vec())),
        Selector::Id(id) => {
            let place = ids.get(&*keys::id(scope, id))?;
            Ok(place.and_then(|place| {
                keys::name_at(place.value(), &scope.partition).map(<[u8]>::to_vec)
            }))
        }
    }
}

/// Finds a key pair with its identifiers.
pub(crate) fn find_with_ids(
    records: &impl Readable,
    ids: &impl Readable,
    scope: &Scope,
    which: &Selector,
) -> Result<Option<(KeyPair, Vec<KeyPairId>)>, Failure> {
    let Some(name) = name_of(ids, scope, which)? else {
        return Ok(None);
    };
    let mut key = keys::records(scope);
    key.extend_from_slice(&name);
    let record = records.get(&*key)?;
    let by_id = matches!(which, Selector::Id(_));
    match record {
        Some(record) => record::decode_with_ids(record.value(), &scope.partition, &name)
            .map(Some)
            .map_err(Failure::Record),
        None if by_id => Err(Failure::Record(RecordError::Lost)),
        None => Ok(None),
    }
}

/// The limit under a tenant's key.
pub(crate) fn limit_at(limits: &impl Readable, key: &[u8]) -> Result<Option<Limit>, Failure> {
    let Some(value) = limits.get(key)? else {
        return Ok(None);
    };
    match <[u8; 4]>::try_from(value.value()) {
        Ok(most) => Ok(Some(Limit::AtMost(u32::from_be_bytes(most)))),
        Err(_) if value.value().is_empty() => Ok(Some(Limit::Unlimited)),
        Err(_) => Err(Failure::Record(RecordError::Counter)),
    }
}

/// The first limit that is stored under one of the keys.
pub(crate) fn first_limit(
    limits: &impl Readable,
    holders: &[Key],
) -> Result<Option<Limit>, Failure> {
    for holder in holders {
        if let Some(limit) = limit_at(limits, holder)? {
            return Ok(Some(limit));
        }
    }
    Ok(None)
}

/// A limit as it is stored.
pub(crate) fn limit_to_bytes(limit: Limit) -> Vec<u8> {
    match limit {
        Limit::Unlimited => Vec::new(),
        Limit::AtMost(most) => most.to_be_bytes().to_vec(),
    }
}

/// One consistent view of the last commit.
pub(crate) struct Snapshot(pub(crate) ReadTransaction);

impl Snapshot {
    pub(crate) fn find(&self, scope: &Scope, which: &Selector) -> Result<Option<KeyPair>, Failure> {
        let ids = self.0.open_table(IDS)?;
        let records = self.0.open_table(RECORDS)?;
        let found = find_with_ids(&records, &ids, scope, which)?;
        Ok(found.map(|(key_pair, _)| key_pair))
    }

    pub(crate) fn look(
        &self,
        scope: &Scope,
        name: &KeyName,
        quota: &QuotaRule,
    ) -> Result<Look, Failure> {
        let records = self.0.open_table(RECORDS)?;
        let limits = self.0.open_table(LIMITS)?;
        Ok(Look {
            name_taken: has(&records, &keys::record(scope, name))?,
            used: self.usage(&scope.realm, &scope.tenant)?,
            stored_limit: first_limit(&limits, &keys::holders(scope, quota))?,
        })
    }

    pub(crate) fn usage(&self, realm: &Realm, tenant: &TenantId) -> Result<u64, Failure> {
        let tenants = self.0.open_table(TENANTS)?;
        let [used, _] = counters(&tenants, &keys::tenant(realm, tenant))?;
        Ok(used)
    }

    pub(crate) fn limit(&self, realm: &Realm, tenant: &TenantId) -> Result<Option<Limit>, Failure> {
        let limits = self.0.open_table(LIMITS)?;
        limit_at(&limits, &keys::tenant(realm, tenant))
    }

    pub(crate) fn partitions(
        &self,
        realm: &Realm,
        tenant: &TenantId,
    ) -> Result<Vec<Partition>, Failure> {
        let partitions = self.0.open_table(PARTITIONS)?;
        let prefix = keys::tenant(realm, tenant);
        let range = partitions.range(&*prefix..&*keys::end_of(&prefix))?;
        range
            .map(|row| {
                let (key, _) = row?;
                let text = key.value().get(prefix.len()..).map(std::str::from_utf8);
                match text {
                    Some(Ok(text)) => Ok(Partition::new(text)),
                    Some(Err(_)) | None => Err(Failure::Record(RecordError::Text)),
                }
            })
            .collect()
    }

    /// How many key pairs the scope's partition holds.
    pub(crate) fn total(&self, scope: &Scope) -> Result<u64, Failure> {
        let partitions = self.0.open_table(PARTITIONS)?;
        let [total] = counters(&partitions, &keys::partition(scope))?;
        Ok(total)
    }

    /// Whether a mark is remembered at a time.
    pub(crate) fn is_remembered(&self, mark: &str, now: &[u8; 12]) -> Result<bool, Failure> {
        let marks = self.0.open_table(tables::MARKS)?;
        let until = get(&marks, mark.as_bytes())?;
        Ok(until.is_some_and(|until| now.as_slice() < until.as_slice()))
    }

    /// Reads a part of the partition, of which the total is known; `None` if the marker does not
    /// exist.
    pub(crate) fn scan(
        &self,
        scope: &Scope,
        window: &Window,
        total: u64,
    ) -> Result<Option<Listing>, Failure> {
        let records = self.0.open_table(RECORDS)?;
        let prefix = keys::records(scope);
        let (start, skip, take) = match window {
            Window::All => (prefix.clone(), 0, u64::MAX),
            Window::Offset { offset, limit } => (prefix.clone(), *offset, u64::from(*limit)),
            Window::After {
                marker: None,
                limit,
            } => (prefix.clone(), 0, u64::from(*limit)),
            Window::After {
                marker: Some(marker),
                limit,
            } => {
                let marker = keys::record(scope, marker);
                if !has(&records, &marker)? {
                    return Ok(None);
                }
                (marker, 1, u64::from(*limit))
            }
        };
        let key_pairs = if skip >= total || take == 0 {
            Vec::new()
        } else {
            read_range(&records, &scope.partition, &prefix, &start, skip, take)?
        };
        Ok(Some(Listing { key_pairs, total }))
    }
}

/// Reads the records of a partition from a key on.
fn read_range(
    records: &impl Readable,
    partition: &Partition,
    prefix: &[u8],
    start: &[u8],
    skip: u64,
    take: u64,
) -> Result<Vec<KeyPair>, Failure> {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let range = records.range(start..&*keys::end_of(prefix))?;
    range
        .skip(count(skip))
        .take(count(take))
        .map(|row| {
            let (key, record) = row?;
            let name = key.value().get(prefix.len()..).unwrap_or_default();
            record::decode(record.value(), partition, name).map_err(Failure::Record)
        })
        .collect()
}
