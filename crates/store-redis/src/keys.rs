//! The names of the keys in Redis.
//!
//! All keys of a tenant carry the same hash tag, so that Redis Cluster keeps them in one slot:
//!
//! | key | type | holds |
//! |---|---|---|
//! | `keyglot:{T}:meta` | hash | `sequence`, `used`; `realm` and `tenant` for people |
//! | `keyglot:{T}:limit` | string | the stored limit |
//! | `keyglot:{T}:ids` | hash | identifier → partition's length, `:`, partition, name |
//! | `keyglot:{T}:public` | hash | digest of a public key → how many hold it |
//! | `keyglot:{T}:partitions` | sorted set | the partitions, all with score 0: sorted by bytes |
//! | `keyglot:{T}:P:names` | sorted set | the names, all with score 0: sorted by bytes |
//! | `keyglot:{T}:P:records` | hash | name → value ([`crate::record`]) |
//! | `keyglot:{T}:P:attached` | sorted set | attachment's length, `:`, attachment, name |
//! | `keyglot:{T}:D:notes` | hash | a note's name → its end, its time of writing, its body |
//! | `keyglot:{T}:D:ends` | sorted set | a note's end and its name, all with score 0 |
//! | `keyglot:mark:M` | string | the time until which a mark is remembered |
//! | `keyglot:format` | string | the number of this format |
//!
//! `T`, `P`, `D` and `M` are digests: realms, tenants, partitions, drawers and marks may hold any
//! byte and be of any length, and a key in which they stood themselves could be mistaken for
//! another. Half of SHA-256 is kept: a hundred and twenty-eight bits cannot be made to meet somebody else's.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use keypair_core::{QuotaRule, Realm, Scope, TenantId};
use sha2::{Digest as _, Sha256};

/// Makes the keys of one store.
#[derive(Debug)]
pub(crate) struct Keys {
    prefix: String,
}

/// The keys of a partition, in the order in which the scripts take them.
pub(crate) type PartitionKeys = [String; 7];

impl Keys {
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// Of the format's number.
    pub(crate) fn format(&self) -> String {
        format!("{}format", self.prefix)
    }

    /// Of a mark.
    pub(crate) fn mark(&self, mark: &str) -> String {
        format!("{}mark:{}", self.prefix, digest(&[mark]))
    }

    fn tenant(&self, realm: &Realm, tenant: &TenantId) -> String {
        let tag = digest(&[realm.as_str(), tenant.as_str()]);
        format!("{}{{{tag}}}", self.prefix)
    }

    /// Of a tenant's counters.
    pub(crate) fn meta(&self, realm: &Realm, tenant: &TenantId) -> String {
        format!("{}:meta", self.tenant(realm, tenant))
    }

    /// Of a tenant's limit.
    pub(crate) fn limit(&self, realm: &Realm, tenant: &TenantId) -> String {
        format!("{}:limit", self.tenant(realm, tenant))
    }

    /// Of the limits of those whose limits count.
    pub(crate) fn limits(&self, scope: &Scope, quota: &QuotaRule) -> Vec<String> {
        let of = |holder| self.limit(&scope.realm, holder);
        quota.holders().map(of).collect()
    }

    /// Of a tenant's partitions.
    pub(crate) fn partitions(&self, realm: &Realm, tenant: &TenantId) -> String {
        format!("{}:partitions", self.tenant(realm, tenant))
    }

    /// Of a partition's records.
    pub(crate) fn records(&self, scope: &Scope) -> String {
        let tenant = self.tenant(&scope.realm, &scope.tenant);
        let partition = digest(&[scope.partition.as_str()]);
        format!("{tenant}:{partition}:records")
    }

    /// Of a drawer: its notes, and the order in which they end.
    pub(crate) fn drawer(&self, realm: &Realm, tenant: &TenantId, drawer: &str) -> [String; 2] {
        let (tenant, drawer) = (self.tenant(realm, tenant), digest(&[drawer]));
        [
            format!("{tenant}:{drawer}:notes"),
            format!("{tenant}:{drawer}:ends"),
        ]
    }

    /// All that the scripts of a partition may touch.
    pub(crate) fn partition(&self, scope: &Scope) -> PartitionKeys {
        let tenant = self.tenant(&scope.realm, &scope.tenant);
        let partition = digest(&[scope.partition.as_str()]);
        [
            format!("{tenant}:meta"),
            format!("{tenant}:ids"),
            format!("{tenant}:public"),
            format!("{tenant}:partitions"),
            format!("{tenant}:{partition}:names"),
            format!("{tenant}:{partition}:records"),
            format!("{tenant}:{partition}:attached"),
        ]
    }
}

/// Where the identifiers of a partition's key pairs lead; the name follows.
pub(crate) fn here(scope: &Scope) -> String {
    let partition = scope.partition.as_str();
    format!("{}:{partition}", partition.len())
}

/// 128 bits that tell one list of texts from every other, in 22 letters.
fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    let hash = hash.finalize();
    let half = hash.first_chunk::<16>().copied().unwrap_or_default();
    Base64UrlUnpadded::encode_string(&half)
}

#[cfg(test)]
mod tests {
    use keypair_core::Partition;

    use super::*;

    #[test]
    fn all_keys_of_a_tenant_share_one_hash_tag() {
        let keys = Keys::new("keyglot:".to_owned());
        let scope = |partition: &str| Scope {
            realm: Realm::new("{r}"),
            tenant: TenantId::new("}t{"),
            partition: Partition::new(partition),
        };
        let tag = |key: &str| {
            let (_, rest) = key.split_once('{').expect("a tag");
            rest.split_once('}').expect("a whole tag").0.to_owned()
        };
        let mut tags: Vec<String> = ["", "{x}"]
            .into_iter()
            .flat_map(|partition| keys.partition(&scope(partition)))
            .map(|key| tag(&key))
            .collect();
        let Scope { realm, tenant, .. } = scope("");
        tags.push(tag(&keys.limit(&realm, &tenant)));
        tags.push(tag(&keys.records(&scope("y"))));
        tags.extend(keys.drawer(&realm, &tenant, "}").map(|key| tag(&key)));
        tags.dedup();
        assert_eq!(tags.len(), 1);
        assert_eq!(tags[0].len(), 22);
    }

    #[test]
    fn digests_tell_where_one_text_ends() {
        assert_ne!(digest(&["a", "b"]), digest(&["ab", ""]));
        assert_ne!(digest(&["a", "b"]), digest(&["", "ab"]));
        assert_ne!(digest(&["a"]), digest(&["a", ""]));
    }
}
