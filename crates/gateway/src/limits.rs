//! Limits: on one call, on calls at once, and on calls per time. The last are kept by `governor`:
//! one bucket for each (rule, tenant).
//!
//! They hold per process: N replicas allow N times as much.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use dialect_api::{EdgeError, OperationClass, RateRule};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter as Governor};
use keypair_core::TenantId;

use crate::config::{Limits, RateLimits};

type Buckets = DefaultKeyedRateLimiter<TenantId>;

/// What one call may take. A call keeps those that it began with.
#[derive(Debug, Clone)]
pub(crate) struct CallRules {
    /// Bytes of a body, over all dialects.
    pub(crate) max_body_bytes: Option<usize>,
    /// Time for a body.
    pub(crate) body_timeout: Duration,
    /// Time for a call, its body included.
    pub(crate) call_timeout: Duration,
    /// Calls a second, where the dialect has no rule.
    pub(crate) rates: RateLimits,
}

impl CallRules {
    /// As the settings say.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            max_body_bytes: limits.max_body_bytes,
            body_timeout: Duration::from_secs(limits.body_timeout),
            call_timeout: Duration::from_secs(limits.call_timeout),
            rates: limits.rate.clone(),
        }
    }

    /// The rule for a class of operations.
    pub(crate) fn rate_rule(&self, class: OperationClass) -> Option<RateRule> {
        let (bucket, limit) = match class {
            OperationClass::Discovery => ("discovery", self.rates.discovery),
            OperationClass::Read => ("read", self.rates.read),
            OperationClass::Write => ("write", self.rates.write),
            OperationClass::Generate => ("generate", self.rates.generate),
        };
        limit.map(|limit| RateRule {
            bucket,
            limit,
            period_seconds: 1,
        })
    }
}

/// Calls at once. A lower limit lets those that are too many finish.
#[derive(Debug)]
pub(crate) struct InFlightLimit {
    most: AtomicUsize,
    taken: AtomicUsize,
}

/// A place that is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place<'a>(&'a AtomicUsize);

impl InFlightLimit {
    /// So many at once.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: AtomicUsize::new(most),
            taken: AtomicUsize::new(0),
        }
    }

    /// How many at once.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Sets how many at once.
    pub(crate) fn set_most(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// A place, if one is free.
    pub(crate) fn try_take(&self) -> Option<Place<'_>> {
        let most = self.most();
        let one_more = |taken| (taken < most).then_some(taken + 1);
        let took = self
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        took.ok().map(|_| Place(&self.taken))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Every rule's buckets. A rule that is changed begins with full buckets; those of the others stay.
#[derive(Default)]
pub(crate) struct RateLimiter {
    rules: RwLock<HashMap<(&'static str, RateRule), Arc<Buckets>>>,
    clock: DefaultClock,
}

impl RateLimiter {
    /// Counts a call under a rule.
    ///
    /// # Errors
    /// [`EdgeError::RateLimited`] if the tenant has to wait.
    pub(crate) fn check(
        &self,
        dialect: &'static str,
        tenant: &TenantId,
        rule: RateRule,
    ) -> Result<(), EdgeError> {
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

    /// Forgets the buckets of tenants that have not called for as long as a bucket takes to fill,
    /// and rules without buckets: such a rule may be none any more.
    pub(crate) fn prune(&self) {
        if let Ok(rules) = self.rules.read() {
            for buckets in rules.values() {
                buckets.retain_recent();
                buckets.shrink_to_fit();
            }
        }
        if let Ok(mut rules) = self.rules.write() {
            // Somebody who holds the buckets of a rule is about to count a call in them.
            rules.retain(|_, buckets| !buckets.is_empty() || Arc::strong_count(buckets) > 1);
        }
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

    fn rule(bucket: &'static str, limit: u32, period_seconds: u32) -> RateRule {
        RateRule {
            bucket,
            limit,
            period_seconds,
        }
    }

    #[test]
    fn each_tenant_and_bucket_is_counted_by_itself() {
        let limiter = RateLimiter::default();
        let create = rule("create", 2, 60);
        let (a, b) = (TenantId::new("a"), TenantId::new("b"));
        let check = |tenant, rule| limiter.check("one", tenant, rule);
        assert!(check(&a, create).is_ok());
        assert!(check(&a, create).is_ok());
        let Err(EdgeError::RateLimited {
            limit, retry_after, ..
        }) = check(&a, create)
        else {
            panic!("the third call must wait");
        };
        assert_eq!(limit, 2);
        assert!(retry_after > Duration::from_secs(25) && retry_after <= Duration::from_secs(30));
        assert!(check(&b, create).is_ok());
        assert!(limiter.check("two", &a, create).is_ok());
        assert!(check(&a, rule("list", 2, 60)).is_ok());
    }

    #[test]
    fn a_pruned_limiter_keeps_the_buckets_that_are_not_full() {
        let limiter = RateLimiter::default();
        let (slow, fast) = (rule("slow", 1, 3600), rule("fast", 1000, 1));
        let tenant = TenantId::new("a");
        assert!(limiter.check("one", &tenant, slow).is_ok());
        assert!(limiter.check("one", &tenant, fast).is_ok());
        let until = std::time::Instant::now() + Duration::from_secs(60);
        while limiter.rules.read().unwrap().len() > 1 {
            assert!(std::time::Instant::now() < until);
            limiter.prune();
        }
        assert!(limiter.check("one", &tenant, slow).is_err());
    }

    #[test]
    fn classes_have_rules_where_the_settings_say_so() {
        let rules = CallRules::new(&Limits {
            rate: RateLimits {
                read: Some(1),
                ..RateLimits::default()
            },
            ..Limits::default()
        });
        assert_eq!(
            rules.rate_rule(OperationClass::Read),
            Some(rule("read", 1, 1))
        );
        assert_eq!(rules.rate_rule(OperationClass::Write), None);
    }

    #[test]
    fn a_lower_limit_lets_what_is_in_flight_finish() {
        let limit = InFlightLimit::new(2);
        let (one, two) = (limit.try_take(), limit.try_take());
        assert!(one.is_some() && two.is_some() && limit.try_take().is_none());
        limit.set_most(1);
        drop(one);
        assert!(limit.try_take().is_none());
        drop(two);
        let three = limit.try_take();
        assert!(three.is_some() && limit.try_take().is_none());
        limit.set_most(2);
        assert!(limit.try_take().is_some());
    }
}
