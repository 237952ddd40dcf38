//! Keys that were made ahead, one pool for each kind. Knows no threads and no clock.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use keypair_core::KeySpec;

/// A pool that has fallen below this many hundredths of its capacity is filled again, to the top.
const REFILL_BELOW: usize = 75;

/// Below this many hundredths it is filled even while keys are taken.
const REFILL_AT_ONCE_BELOW: usize = 25;

/// How long no key must have been taken before a pool is filled: in a burst the callers who come for
/// ready keys have the processor to themselves. Whoever takes fewer keys than can be made takes them
/// further apart than this.
const PAUSE: Duration = Duration::from_millis(50);

/// The pools.
#[derive(Debug)]
pub(crate) struct Pools<K> {
    by_kind: Vec<Pool<K>>,
    max_age: Duration,
    /// How often the pools were emptied: a key that was begun before is not put in after.
    epoch: u64,
}

#[derive(Debug)]
struct Pool<K> {
    spec: KeySpec,
    capacity: usize,
    /// The oldest in front.
    ready: VecDeque<Ready<K>>,
    in_work: usize,
    filling: bool,
    taken_at: Option<Instant>,
}

#[derive(Debug)]
struct Ready<K> {
    key: K,
    made_at: Instant,
}

/// A key that is being made for a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) spec: KeySpec,
    epoch: u64,
}

impl<K> Pools<K> {
    /// Empty pools; kinds without capacity have none.
    pub(crate) fn new(capacities: &[(KeySpec, usize)], max_age: Duration) -> Self {
        let with_room = capacities.iter().filter(|(_, capacity)| *capacity > 0);
        Self {
            by_kind: with_room
                .map(|&(spec, capacity)| Pool::new(spec, capacity))
                .collect(),
            max_age,
            epoch: 0,
        }
    }

    /// Takes new capacities and a new age. The oldest keys go first where there are too many.
    pub(crate) fn resize(
        &mut self,
        capacities: &[(KeySpec, usize)],
        max_age: Duration,
        now: Instant,
    ) {
        self.max_age = max_age;
        for pool in &mut self.by_kind {
            let wanted = capacities.iter().find(|(spec, _)| *spec == pool.spec);
            pool.capacity = wanted.map_or(0, |(_, capacity)| *capacity);
            let surplus = pool.ready.len().saturating_sub(pool.capacity);
            pool.ready.drain(..surplus);
        }
        for &(spec, capacity) in capacities {
            if capacity > 0 && self.pool(spec).is_none() {
                self.by_kind.push(Pool::new(spec, capacity));
            }
        }
        self.drop_expired(now);
    }

    /// How many keys of a kind are ready.
    pub(crate) fn ready(&self, spec: KeySpec) -> usize {
        let pool = self.by_kind.iter().find(|pool| pool.spec == spec);
        pool.map_or(0, |pool| pool.ready.len())
    }

    /// Moves a ready key out.
    pub(crate) fn take(&mut self, spec: KeySpec, now: Instant) -> Option<K> {
        let max_age = self.max_age;
        let pool = self.pool(spec)?;
        pool.drop_older_than(max_age, now);
        let ready = pool.ready.pop_front();
        pool.taken_at = Some(now);
        pool.judge();
        ready.map(|ready| ready.key)
    }

    /// Puts a key in if there is room; a key too many is dropped.
    pub(crate) fn put(&mut self, spec: KeySpec, key: K, now: Instant) {
        if let Some(pool) = self.pool(spec)
            && pool.ready.len() < pool.capacity
        {
            pool.ready.push_back(Ready { key, made_at: now });
            pool.judge();
        }
    }

    /// Which key should be made next: one for the pool that is emptiest for its size. None while
    /// the pools that want keys pause.
    pub(crate) fn order(&mut self, now: Instant) -> Option<Order> {
        self.drop_expired(now);
        let epoch = self.epoch;
        let wanting = self.by_kind.iter_mut().filter(|pool| pool.filling);
        let wanting = wanting.filter(|pool| pool.pause(now).is_zero());
        let pool = wanting.min_by(|one, other| {
            let (one_full, other_full) = (one.full(), other.full());
            (one_full * other.capacity).cmp(&(other_full * one.capacity))
        })?;
        pool.in_work += 1;
        pool.judge();
        let spec = pool.spec;
        Some(Order { spec, epoch })
    }

    /// Ends an order, and says whether its key may still be used.
    pub(crate) fn close(&mut self, order: Order) -> bool {
        if let Some(pool) = self.pool(order.spec) {
            pool.in_work = pool.in_work.saturating_sub(1);
            pool.judge();
        }
        order.epoch == self.epoch
    }

    /// How often the pools were emptied.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether a pool wants to be filled.
    pub(crate) fn wanting(&self) -> bool {
        self.by_kind.iter().any(|pool| pool.filling)
    }

    /// How long the pools that want to be filled pause; `None` if none does.
    pub(crate) fn pause(&self, now: Instant) -> Option<Duration> {
        let wanting = self.by_kind.iter().filter(|pool| pool.filling);
        wanting.map(|pool| pool.pause(now)).min()
    }

    /// Drops every ready key, and those that are being made once they are done; how many were
    /// ready.
    pub(crate) fn flush(&mut self) -> usize {
        self.epoch += 1;
        let mut dropped = 0;
        for pool in &mut self.by_kind {
            dropped += pool.ready.len();
            pool.ready.clear();
            pool.judge();
        }
        dropped
    }

    /// Drops the keys that are too old.
    pub(crate) fn drop_expired(&mut self, now: Instant) {
        for pool in &mut self.by_kind {
            pool.drop_older_than(self.max_age, now);
            pool.judge();
        }
    }

    fn pool(&mut self, spec: KeySpec) -> Option<&mut Pool<K>> {
        self.by_kind.iter_mut().find(|pool| pool.spec == spec)
    }
}

impl<K> Pool<K> {
    fn new(spec: KeySpec, capacity: usize) -> Self {
        Self {
            spec,
            capacity,
            ready: VecDeque::with_capacity(capacity),
            in_work: 0,
            filling: true,
            taken_at: None,
        }
    }

    fn full(&self) -> usize {
        self.ready.len() + self.in_work
    }

    /// Starts to fill below one level and stops at another, so that a lone caller wakes nobody.
    fn judge(&mut self) {
        let full = self.full();
        if full >= self.capacity {
            self.filling = false;
        } else if full * 100 < self.capacity * REFILL_BELOW {
            self.filling = true;
        }
    }

    /// How long it is not to be filled yet.
    fn pause(&self, now: Instant) -> Duration {
        let low = self.full() * 100 < self.capacity * REFILL_AT_ONCE_BELOW;
        let end = self.taken_at.filter(|_| !low).map(|at| at + PAUSE);
        end.map_or(Duration::ZERO, |end| end.saturating_duration_since(now))
    }

    fn drop_older_than(&mut self, max_age: Duration, now: Instant) {
        let old = |ready: &Ready<K>| now.saturating_duration_since(ready.made_at) >= max_age;
        while self.ready.front().is_some_and(old) {
            self.ready.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: KeySpec = KeySpec::Rsa { bits: 2048 };
    const B: KeySpec = KeySpec::Rsa { bits: 4096 };
    const HOUR: Duration = Duration::from_secs(3600);

    fn fill(pools: &mut Pools<u32>, now: Instant) -> Vec<KeySpec> {
        let mut made = Vec::new();
        while let Some(order) = pools.order(now) {
            assert!(pools.close(order));
            pools.put(order.spec, 0, now);
            made.push(order.spec);
        }
        made
    }

    #[test]
    fn pools_are_filled_evenly_for_their_size_and_to_the_top() {
        let mut pools = Pools::new(&[(A, 8), (B, 4)], HOUR);
        let now = Instant::now();
        let made = fill(&mut pools, now);
        assert_eq!((pools.ready(A), pools.ready(B)), (8, 4));
        let of_b = made.iter().take(6).filter(|spec| **spec == B).count();
        assert_eq!(of_b, 2, "{made:?}");
        assert_eq!(pools.order(now), None);
    }

    #[test]
    fn a_pool_is_filled_again_once_it_is_a_quarter_empty() {
        let mut pools = Pools::new(&[(A, 8)], HOUR);
        let now = Instant::now();
        fill(&mut pools, now);
        for left in [7, 6] {
            assert!(pools.take(A, now).is_some());
            assert_eq!((pools.ready(A), pools.wanting()), (left, false));
        }
        assert!(pools.take(A, now).is_some());
        assert_eq!(fill(&mut pools, now + PAUSE).len(), 3);
    }

    #[test]
    fn a_pool_is_not_filled_in_the_middle_of_a_burst_until_it_is_nearly_empty() {
        let mut pools = Pools::new(&[(A, 8)], HOUR);
        let now = Instant::now();
        fill(&mut pools, now);
        assert_eq!(pools.pause(now), None);
        for _ in 0..6 {
            assert!(pools.take(A, now).is_some());
        }
        assert_eq!(pools.order(now), None);
        assert_eq!(pools.pause(now), Some(PAUSE));
        assert_eq!(pools.pause(now + PAUSE), Some(Duration::ZERO));
        assert!(pools.take(A, now).is_some());
        assert_eq!(pools.pause(now), Some(Duration::ZERO));
        assert!(pools.order(now).is_some());
    }

    #[test]
    fn keys_that_are_too_old_are_not_given_out() {
        let mut pools = Pools::new(&[(A, 2)], HOUR);
        let now = Instant::now();
        pools.put(A, 1, now);
        pools.put(A, 2, now + HOUR / 2);
        assert_eq!(pools.take(A, now + HOUR), Some(2));
        pools.put(A, 3, now);
        pools.drop_expired(now + HOUR);
        assert_eq!(pools.ready(A), 0);
        assert!(pools.wanting());
    }

    #[test]
    fn a_flush_drops_what_is_ready_and_what_is_being_made() {
        let mut pools = Pools::new(&[(A, 2)], HOUR);
        let now = Instant::now();
        pools.put(A, 1, now);
        let before = pools.order(now).expect("there is room");
        assert_eq!(pools.flush(), 1);
        assert!(!pools.close(before));
        let after = pools.order(now).expect("there is room");
        assert!(pools.close(after));
    }

    #[test]
    fn a_pool_takes_a_new_size_and_keeps_what_has_room() {
        let mut pools = Pools::new(&[(A, 4), (B, 2)], HOUR);
        let now = Instant::now();
        for key in 1..=4 {
            pools.put(A, key, now);
        }
        let before = pools.order(now).expect("there is room for one of B");
        pools.resize(&[(A, 2)], HOUR, now);
        assert!(pools.close(before));
        pools.put(B, 9, now);
        assert_eq!((pools.ready(A), pools.ready(B)), (2, 0));
        assert_eq!(pools.order(now), None);
        assert_eq!(pools.take(A, now), Some(3));
        pools.resize(&[(A, 1), (B, 3)], HOUR, now);
        assert_eq!((pools.ready(A), fill(&mut pools, now)), (1, vec![B; 3]));
        pools.resize(&[(A, 1), (B, 3)], Duration::ZERO, now);
        assert_eq!((pools.ready(A), pools.wanting()), (0, true));
    }

    #[test]
    fn without_capacity_there_is_no_pool() {
        let mut pools = Pools::new(&[(A, 0)], HOUR);
        let now = Instant::now();
        pools.put(A, 1, now);
        assert_eq!((pools.take(A, now), pools.order(now)), (None, None));
    }
}
