//! What changes nothing.

use std::time::SystemTime;

use keypair_core::ports::Look;
use keypair_core::{
    KeyName, KeyPair, Limit, Partition, QuotaRule, Realm, Scope, Selector, TenantId,
};
use redis::{cmd, pipe};

use crate::failure::Failure;
use crate::keys;
use crate::link::Repeat;
use crate::mutations::{selector, when};
use crate::record::{self, RecordError};
use crate::scripts;
use crate::store::Inner;

/// A name and the value under it.
pub(crate) type Found = (Vec<u8>, Vec<u8>);

impl Inner {
    /// Finds a key pair.
    pub(crate) async fn find(
        &self,
        scope: &Scope,
        which: &Selector,
    ) -> Result<Option<KeyPair>, Failure> {
        let found = self.find_value(scope, which).await?;
        let decode = |(name, value): Found| record::decode(&name, &value, &scope.partition);
        Ok(found.map(decode).transpose()?)
    }

    /// Finds a key pair as it is stored.
    pub(crate) async fn find_value(
        &self,
        scope: &Scope,
        which: &Selector,
    ) -> Result<Option<Found>, Failure> {
        match which {
            Selector::Name(name) => {
                let mut get = cmd("HGET");
                get.arg(self.keys.records(scope)).arg(name.as_str());
                let value: Option<Vec<u8>> = self.link.ask(&get, Repeat::Harmless).await?;
                Ok(value.map(|value| (name.as_str().into(), value)))
            }
            Selector::Id(_) => {
                let mut find = scripts::FIND.prepare_invoke();
                find.key(self.keys.partition(scope).as_slice())
                    .arg(keys::here(scope))
                    .arg(selector(which));
                let found: Option<(Vec<u8>, Option<Vec<u8>>)> =
                    self.link.run(&find, Repeat::Harmless).await?;
                match found {
                    None => Ok(None),
                    Some((name, Some(value))) => Ok(Some((name, value))),
                    Some((_, None)) => Err(RecordError::Lost.into()),
                }
            }
        }
    }

    /// What an insert would find, in one round trip.
    pub(crate) async fn look(
        &self,
        scope: &Scope,
        name: &KeyName,
        quota: &QuotaRule,
    ) -> Result<Look, Failure> {
        let mut look = pipe();
        look.hexists(self.keys.records(scope), name.as_str())
            .hget(self.keys.meta(&scope.realm, &scope.tenant), "used")
            .mget(self.keys.limits(scope, quota));
        let (name_taken, used, limits): (bool, Option<u64>, Vec<Option<String>>) =
            self.link.ask_all(&look, Repeat::Harmless).await?;
        Ok(Look {
            name_taken,
            used: used.unwrap_or_default(),
            stored_limit: limits
                .into_iter()
                .flatten()
                .next()
                .map(parse_limit)
                .transpose()?,
        })
    }

    /// The tenant's partitions.
    pub(crate) async fn partitions(
        &self,
        realm: &Realm,
        tenant: &TenantId,
    ) -> Result<Vec<Partition>, Failure> {
        let mut range = cmd("ZRANGE");
        range
            .arg(self.keys.partitions(realm, tenant))
            .arg(0)
            .arg(-1);
        let partitions: Vec<String> = self.link.ask(&range, Repeat::Harmless).await?;
        Ok(partitions.into_iter().map(Partition::new).collect())
    }

    /// The tenant's stored limit.
    pub(crate) async fn limit(
        &self,
        realm: &Realm,
        tenant: &TenantId,
    ) -> Result<Option<Limit>, Failure> {
        let mut get = cmd("GET");
        get.arg(self.keys.limit(realm, tenant));
        let limit: Option<String> = self.link.ask(&get, Repeat::Harmless).await?;
        limit.map(parse_limit).transpose()
    }

    /// How many key pairs the tenant has.
    pub(crate) async fn usage(&self, realm: &Realm, tenant: &TenantId) -> Result<u64, Failure> {
        let mut get = cmd("HGET");
        get.arg(self.keys.meta(realm, tenant)).arg("used");
        let used: Option<u64> = self.link.ask(&get, Repeat::Harmless).await?;
        Ok(used.unwrap_or_default())
    }

    /// Whether a mark is remembered at a time.
    pub(crate) async fn is_remembered(&self, mark: &str, now: SystemTime) -> Result<bool, Failure> {
        let mut get = cmd("GET");
        get.arg(self.keys.mark(mark));
        let until: Option<String> = self.link.ask(&get, Repeat::Harmless).await?;
        Ok(until.is_some_and(|until| when(now) < until))
    }

    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<(), Failure> {
        self.link.ask(&cmd("PING"), Repeat::Harmless).await
    }
}

/// How the scripts and the server know no limit.
const UNLIMITED: &str = "unlimited";

/// A limit as it is stored.
pub(crate) fn limit_text(limit: Limit) -> String {
    match limit {
        Limit::Unlimited => UNLIMITED.to_owned(),
        Limit::AtMost(most) => most.to_string(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the form that `Option::map` calls for"
)]
fn parse_limit(text: String) -> Result<Limit, Failure> {
    if text == UNLIMITED {
        return Ok(Limit::Unlimited);
    }
    let most = text.parse().map_err(|_| RecordError::Answer)?;
    Ok(Limit::AtMost(most))
}
