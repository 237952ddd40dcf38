//! Limits on calls per time, by `governor`: one bucket for each (rule, tenant).
//!
//! They hold per process: N replicas allow N times as much.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use dialect_api::{EdgeError, OperationClass, RateRule};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter as Governor};
use keypair_core::TenantId;

use crate::config::RateLimits;

type Buckets = DefaultKeyedRateLimiter<TenantId>;

/// Every rule's buckets.
pub(crate) struct RateLimiter {
    by_class: RateLimits,
    rules: RwLock<HashMap<(&'static str, RateRule), Arc<Buckets>>>,
    clock: DefaultClock,
}

impl RateLimiter {
    /// With the limits for operations whose dialect has no rule.
    pub(crate) fn new(by_class: RateLimits) -> Self {
        Self {
            by_class,
            rules: RwLock::default(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// [`EdgeError::RateLimited`] if the tenant has to wait.
    pub(crate) fn check(
        &self,
        dialect: &'static str,
        tenant: &TenantId,
        rule: Option<RateRule>,
        class: OperationClass,
    ) -> Result<(), EdgeError> {
        let Some(rule) = rule.or_else(|| self.class_rule(class)) else {
            return Ok(());
        };
        let Some(buckets) = self.buckets(dialect, rule) else {
            return Ok(());
        };
        let Err(wait) = buckets.check_key(tenant) else {
            return Ok(());
        };
        Err(EdgeError::RateLimited {
            limit: rule.limit,
            period_seconds: rule.period_seconds,
            retry_after: wait.wait_time_from(self.clock.now()),
        })
    }

    /// Forgets the buckets of tenants that have not called for as long as a bucket takes to fill.
    pub(crate) fn prune(&self) {
        let Ok(rules) = self.rules.read() else { return };
        for buckets in rules.values() {
            buckets.retain_recent();
            buckets.shrink_to_fit();
        }
    }

    fn class_rule(&self, class: OperationClass) -> Option<RateRule> {
        let (bucket, limit) = match class {
            OperationClass::Discovery => ("discovery", self.by_class.discovery),
            OperationClass::Read => ("read", self.by_class.read),
            OperationClass::Write => ("write", self.by_class.write),
            OperationClass::Generate => ("generate", self.by_class.generate),
        };
        limit.map(|limit| RateRule {
            bucket,
            limit,
            period_seconds: 1,
        })
    }

    /// The buckets of a rule; `None` for a rule that cannot be met by any call, which is no rule.
    fn buckets(&self, dialect: &'static str, rule: RateRule) -> Option<Arc<Buckets>> {
        if let Some(known) = self.rules.read().ok()?.get(&(dialect, rule)) {
            return Some(Arc::clone(known));
        }
        let limit = NonZeroU32::new(rule.limit)?;
        let period = Duration::from_secs(u64::from(rule.period_seconds.max(1)));
        let quota = Quota::with_period(period / limit.get())?.allow_burst(limit);
        let mut rules = self.rules.write().ok()?;
        let fresh = rules
            .entry((dialect, rule))
            .or_insert_with(|| Arc::new(Governor::keyed(quota)));
        Some(Arc::clone(fresh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_and_bucket_is_counted_by_itself() {
        let limiter = RateLimiter::new(RateLimits::default());
        let rule = Some(RateRule {
            bucket: "create",
            limit: 2,
            period_seconds: 60,
        });
        let (a, b) = (TenantId::new("a"), TenantId::new("b"));
        let check = |tenant, rule| limiter.check("one", tenant, rule, OperationClass::Generate);
        assert!(check(&a, rule).is_ok());
        assert!(check(&a, rule).is_ok());
        let Err(EdgeError::RateLimited {
            limit, retry_after, ..
        }) = check(&a, rule)
        else {
            panic!("the third call must wait");
        };
        assert_eq!(limit, 2);
        assert!(retry_after > Duration::from_secs(25) && retry_after <= Duration::from_secs(30));
        assert!(check(&b, rule).is_ok());
        assert!(
            limiter
                .check("two", &a, rule, OperationClass::Generate)
                .is_ok()
        );
        let other = Some(RateRule {
            bucket: "list",
            limit: 2,
            period_seconds: 60,
        });
        assert!(check(&a, other).is_ok());
        assert!(check(&a, None).is_ok());
    }

    #[test]
    fn the_class_counts_where_the_dialect_has_no_rule() {
        let limiter = RateLimiter::new(RateLimits {
            read: Some(1),
            ..RateLimits::default()
        });
        let tenant = TenantId::new("a");
        assert!(
            limiter
                .check("one", &tenant, None, OperationClass::Read)
                .is_ok()
        );
        assert!(
            limiter
                .check("one", &tenant, None, OperationClass::Read)
                .is_err()
        );
        assert!(
            limiter
                .check("one", &tenant, None, OperationClass::Write)
                .is_ok()
        );
    }
}
