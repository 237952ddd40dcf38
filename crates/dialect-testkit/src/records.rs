//! Looks at what a store holds: only whole records.

use std::collections::BTreeSet;

use dialect_api::Configured;
use keypair_core::{KeyPair, KeyPairs, PublicKey, PublicMaterial, Quotas, Scope, Selector, Window};

use crate::executor::block_on;
use crate::world::World;

/// Checks every record in every scope that something was made in.
///
/// # Errors
/// The first record that is not whole.
pub(crate) fn all_whole<D: Configured>(world: &World<D>) -> Result<(), String> {
    for scope in world.core.scopes() {
        block_on(whole_scope(world, &scope)).ok_or("the store waits for ever")??;
    }
    Ok(())
}

async fn whole_scope<D: Configured>(world: &World<D>, scope: &Scope) -> Result<(), String> {
    let service = world.core.service();
    let failed = |error: keypair_core::Error| format!("{scope:?}: {error}");
    let listing = service.list(scope, Window::All).await.map_err(failed)?;
    let count = listing.key_pairs.len() as u64;
    if listing.total != count {
        return Err(format!(
            "{scope:?}: {count} listed, {} counted",
            listing.total
        ));
    }
    let usage = service.usage(&scope.realm, &scope.tenant).await;
    let usage = usage.map_err(failed)?;
    if usage < count {
        return Err(format!("{scope:?}: {count} listed, {usage} used"));
    }
    let sequences: BTreeSet<u64> = listing.key_pairs.iter().map(|it| it.sequence).collect();
    if sequences.len() as u64 != count || sequences.contains(&0) {
        return Err(format!("{scope:?}: sequence numbers {sequences:?}"));
    }
    for key_pair in &listing.key_pairs {
        let mint_id = world.dialect.descriptor().mint_id;
        let by_id = mint_id.map(|mint_id| Selector::Id(mint_id(key_pair.seed)));
        for selector in by_id
            .into_iter()
            .chain([Selector::Name(key_pair.name.clone())])
        {
            let found = service.get(scope, &selector).await.map_err(failed)?;
            if found != *key_pair {
                return Err(format!("{selector:?} finds {found:?}, not {key_pair:?}"));
            }
        }
        whole(scope, key_pair).map_err(|problem| format!("{problem}: {key_pair:?}"))?;
    }
    Ok(())
}

fn whole(scope: &Scope, key_pair: &KeyPair) -> Result<(), &'static str> {
    if key_pair.partition != scope.partition {
        return Err("lies in another partition");
    }
    match &key_pair.public {
        PublicMaterial::Ssh(key) => match PublicKey::from_stored(key.as_str()) {
            Ok(read) if read == *key => Ok(()),
            Ok(_) | Err(_) => Err("its public key does not read back"),
        },
        PublicMaterial::X509(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::SystemTime;

    use keypair_core::{
        Attributes, KeyName, KeyPair, KeyPairSeed, Partition, PublicMaterial, Realm, Scope,
        TenantId, encoding,
    };

    use super::whole;

    #[test]
    fn a_record_in_a_partition_that_is_not_its_own_is_not_whole() {
        let pem = include_str!("../fixtures/ed25519.pem");
        let key = encoding::parse_private_key(pem).unwrap();
        let scope = |partition: &str| Scope {
            realm: Realm::new("toy"),
            tenant: TenantId::new("red"),
            partition: Partition::new(partition),
        };
        let key_pair = KeyPair {
            name: KeyName::parse("first").unwrap(),
            partition: Partition::new("a"),
            seed: KeyPairSeed(1),
            sequence: 1,
            public: PublicMaterial::Ssh(key.public_key("").unwrap()),
            generated: true,
            created_at: SystemTime::UNIX_EPOCH,
            changed_at: SystemTime::UNIX_EPOCH,
            attributes: Attributes::default(),
            private_key: None,
            attachments: BTreeSet::new(),
        };
        assert_eq!(whole(&scope("a"), &key_pair), Ok(()));
        assert_eq!(
            whole(&scope("b"), &key_pair),
            Err("lies in another partition")
        );
    }
}
