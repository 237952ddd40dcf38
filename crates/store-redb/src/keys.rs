//! The keys of the tables.
//!
//! A part that something follows is led by its length (four bytes, big endian); the last part is
//! open to the end. All texts are UTF-8 and all times are of this age, so the byte 0xFF ends every
//! range of a prefix.

use std::time::{SystemTime, UNIX_EPOCH};

use keypair_core::ports::split_time;

use keypair_core::{
    Attachment, KeyName, KeyPairId, Partition, PublicMaterial, QuotaRule, Realm, Scope, TenantId,
};

/// A key.
pub(crate) type Key = Vec<u8>;

fn part(key: &mut Key, text: &str) {
    // A text of 4 GiB cannot come in: request bodies end long before.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    key.extend_from_slice(&length.to_be_bytes());
    key.extend_from_slice(text.as_bytes());
}

fn join(mut prefix: Key, last: &[u8]) -> Key {
    prefix.extend_from_slice(last);
    prefix
}

/// Of a tenant's counters and limit, and the beginning of all its other keys.
pub(crate) fn tenant(realm: &Realm, tenant: &TenantId) -> Key {
    let (realm, tenant) = (realm.as_str(), tenant.as_str());
    let mut key = Key::with_capacity(128 + realm.len() + tenant.len());
    part(&mut key, realm);
    part(&mut key, tenant);
    key
}

/// Of those whose limits count.
pub(crate) fn holders(scope: &Scope, quota: &QuotaRule) -> Vec<Key> {
    let of = |holder| tenant(&scope.realm, holder);
    quota.holders().map(of).collect()
}

/// Of a partition's row in the list of partitions.
pub(crate) fn partition(scope: &Scope) -> Key {
    let tenant = tenant(&scope.realm, &scope.tenant);
    join(tenant, scope.partition.as_str().as_bytes())
}

/// What the keys of all notes of a drawer begin with.
pub(crate) fn drawer(realm: &Realm, owner: &TenantId, drawer: &str) -> Key {
    let mut key = tenant(realm, owner);
    part(&mut key, drawer);
    key
}

/// Of a note.
pub(crate) fn note(drawer: &[u8], name: &str) -> Key {
    join(drawer.to_vec(), name.as_bytes())
}

/// Of a note in the order in which they end.
pub(crate) fn note_end(drawer: &[u8], until: &[u8; 12], name: &[u8]) -> Key {
    join(join(drawer.to_vec(), until), name)
}

/// What the keys of all records of the scope's partition begin with.
pub(crate) fn records(scope: &Scope) -> Key {
    let mut key = tenant(&scope.realm, &scope.tenant);
    part(&mut key, scope.partition.as_str());
    key
}

/// Of a record.
pub(crate) fn record(scope: &Scope, name: &KeyName) -> Key {
    join(records(scope), name.as_str().as_bytes())
}

/// Of an identifier.
pub(crate) fn id(scope: &Scope, id: &KeyPairId) -> Key {
    let tenant = tenant(&scope.realm, &scope.tenant);
    join(tenant, id.as_str().as_bytes())
}

/// Of a public key.
pub(crate) fn public_key(scope: &Scope, public: &PublicMaterial) -> Key {
    join(tenant(&scope.realm, &scope.tenant), &public.digest())
}

/// What the keys of an attachment begin with; a key pair's name follows.
pub(crate) fn attachment(scope: &Scope, attachment: &Attachment) -> Key {
    let mut key = records(scope);
    part(&mut key, attachment.as_str());
    key
}

/// Of a key pair that has an attachment.
pub(crate) fn attached(scope: &Scope, to: &Attachment, name: &KeyName) -> Key {
    join(attachment(scope, to), name.as_str().as_bytes())
}

/// Where an identifier leads: a partition and a name.
pub(crate) fn place(partition: &Partition, name: &KeyName) -> Vec<u8> {
    let mut place = Vec::new();
    part(&mut place, partition.as_str());
    join(place, name.as_str().as_bytes())
}

/// The name at a place, if it lies in the partition.
pub(crate) fn name_at<'a>(place: &'a [u8], partition: &Partition) -> Option<&'a [u8]> {
    let mut prefix = Vec::new();
    part(&mut prefix, partition.as_str());
    place.strip_prefix(&*prefix)
}

/// The first key behind all that begin with the prefix.
pub(crate) fn end_of(prefix: &[u8]) -> Key {
    join(prefix.to_vec(), &[0xff])
}

/// A time as twelve bytes that sort as times do.
pub(crate) fn time(time: SystemTime) -> [u8; 12] {
    let (seconds, nanos) = split_time(time);
    let mut key = [0; 12];
    // With the sign bit flipped, negative numbers sort before the others.
    let (head, tail) = key.split_at_mut(8);
    head.copy_from_slice(&(seconds ^ i64::MIN).to_be_bytes());
    tail.copy_from_slice(&nanos.to_be_bytes());
    key
}

/// Of a mark in the order of times.
pub(crate) fn mark_time(until: &[u8; 12], mark: &[u8]) -> Key {
    join(until.to_vec(), mark)
}

/// The time of so many seconds since the epoch, as [`time`] gives it.
pub(crate) fn time_of_seconds(seconds: u64) -> [u8; 12] {
    time(UNIX_EPOCH + std::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_sort_as_their_bytes() {
        let nanos = Duration::from_nanos;
        let times = [
            UNIX_EPOCH - nanos(1_000_000_001),
            UNIX_EPOCH - nanos(1),
            UNIX_EPOCH,
            UNIX_EPOCH + nanos(1),
            UNIX_EPOCH + Duration::from_secs(256) - nanos(1),
            UNIX_EPOCH + Duration::from_secs(256),
            UNIX_EPOCH + Duration::from_secs(253_402_300_799),
        ];
        assert!(times.is_sorted());
        assert!(times.map(time).is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn parts_do_not_run_into_one_another() {
        let scope = |realm: &str, tenant: &str, partition: &str| Scope {
            realm: Realm::new(realm),
            tenant: TenantId::new(tenant),
            partition: Partition::new(partition),
        };
        let scopes = [
            scope("a", "b", "c"),
            scope("ab", "", "c"),
            scope("", "ab", "c"),
            scope("a", "bc", ""),
            scope("a", "", "bc"),
            scope("a\0\0\0\u{1}b", "", ""),
        ];
        for (at, one) in scopes.iter().enumerate() {
            for other in &scopes[at + 1..] {
                assert!(!records(one).starts_with(&records(other)));
                assert!(!records(other).starts_with(&records(one)));
            }
        }
    }
}
