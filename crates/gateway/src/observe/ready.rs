//! Metrics that a call finds by the addresses of its labels: hashing the texts of the labels takes
//! longer than all that is counted with them.

use std::sync::Arc;

use arc_swap::ArcSwap;

/// Metrics of `N` labels each, all of them literals of the program, so that their number is small
/// and never grows for long. A label that lies in two places leads to the same metric twice.
pub(super) struct Ready<M, const N: usize>(ArcSwap<Vec<Labelled<M, N>>>);

type Labelled<M, const N: usize> = ([&'static str; N], Arc<M>);

impl<M, const N: usize> Default for Ready<M, N> {
    fn default() -> Self {
        Self(ArcSwap::default())
    }
}

impl<M, const N: usize> Ready<M, N> {
    /// Counts something with the metrics of these labels, which are made if it is the first time.
    pub(super) fn count(
        &self,
        labels: [&'static str; N],
        make: impl FnOnce() -> M,
        count: impl FnOnce(&M),
    ) {
        if let Some(known) = find(&self.0.load(), labels) {
            return count(known);
        }
        let first = Arc::new(make());
        count(&first);
        self.0.rcu(|all| {
            let mut more = Vec::clone(all);
            if find(all, labels).is_none() {
                more.push((labels, Arc::clone(&first)));
            }
            more
        });
    }
}

fn find<'a, M, const N: usize>(
    all: &'a [Labelled<M, N>],
    labels: [&'static str; N],
) -> Option<&'a M> {
    let same = |known: &[&'static str; N]| {
        let mut pairs = known.iter().zip(labels);
        pairs.all(|(known, label)| std::ptr::eq(*known, label))
    };
    let (_, metrics) = all.iter().find(|(known, _)| same(known))?;
    Some(metrics)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn metrics_are_made_once_and_found_from_then_on() {
        let ready = Ready::<AtomicUsize, 2>::default();
        let times = AtomicUsize::new(0);
        let count = |labels, seen: usize| {
            let make = || {
                times.fetch_add(1, Ordering::Relaxed);
                AtomicUsize::new(0)
            };
            ready.count(labels, make, |counter| {
                assert_eq!(counter.fetch_add(1, Ordering::Relaxed), seen);
            });
        };
        count(["one", "show"], 0);
        count(["one", "list"], 0);
        count(["one", "show"], 1);
        count(["other", "show"], 0);
        count(["one", "list"], 1);
        assert_eq!(times.load(Ordering::Relaxed), 3);
    }
}
