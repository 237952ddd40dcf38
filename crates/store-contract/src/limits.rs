//! Stored limits.

use keypair_core::Limit;

use crate::desk::Desk;
use crate::subject::Subject;

/// Whatever the limit.
pub async fn a_limit_is_stored_replaced_and_forgotten(subject: Subject) {
    let desk = Desk::new(&subject);
    assert_eq!(desk.limit().await, None);
    let limits = [
        Limit::AtMost(0),
        Limit::AtMost(u32::MAX),
        Limit::Unlimited,
        Limit::AtMost(100),
    ];
    for limit in limits {
        desk.set_limit(Some(limit)).await;
        assert_eq!(desk.limit().await, Some(limit));
    }
    desk.set_limit(None).await;
    assert_eq!(desk.limit().await, None);
    desk.set_limit(None).await;
    assert_eq!(desk.limit().await, None);
}

/// Nobody else has it.
pub async fn limits_belong_to_one_tenant_of_one_realm(subject: Subject) {
    let desk = Desk::new(&subject);
    let others = [
        desk.at("realm", "other", ""),
        desk.at("other", "tenant", ""),
    ];
    desk.set_limit(Some(Limit::AtMost(5))).await;
    for other in &others {
        assert_eq!(other.limit().await, None);
        other.set_limit(Some(Limit::Unlimited)).await;
        other.set_limit(None).await;
    }
    assert_eq!(desk.limit().await, Some(Limit::AtMost(5)));
}

/// A limit is all that a tenant has who has only a limit.
pub async fn a_limit_makes_no_partition_and_no_usage(subject: Subject) {
    let desk = Desk::new(&subject);
    desk.set_limit(Some(Limit::AtMost(5))).await;
    assert_eq!(desk.usage().await, 0);
    assert_eq!(desk.partitions().await, [""; 0]);
}
