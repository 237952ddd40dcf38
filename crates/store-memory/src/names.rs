//! A partition's records in the order of their names.

use std::cmp::Ordering;

/// The most slots of a run: two kilobytes are moved in no time, and a million names are two
/// thousand runs.
const RUN: usize = 512;

/// The slots of a partition's records, sorted by the names that the records have: four bytes each,
/// where a tree of names would hold pointers in half-full nodes. Sorted runs in sorted order; none
/// is empty.
///
/// Only the caller can see a name: it says how the name of a slot compares to the one in question.
#[derive(Debug, Default)]
pub(crate) struct Names {
    runs: Vec<Vec<u32>>,
    count: usize,
}

/// A run, and a place in it.
type Place = (usize, usize);

impl Names {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Where a name is, or where it would have to go.
    fn place(&self, order: impl Fn(u32) -> Ordering) -> Result<Place, Place> {
        let reached = |run: &Vec<u32>| run.first().is_some_and(|first| order(*first).is_le());
        let run = self.runs.partition_point(reached).saturating_sub(1);
        let slots = self.runs.get(run).map_or(&[][..], Vec::as_slice);
        match slots.binary_search_by(|slot| order(*slot)) {
            Ok(at) => Ok((run, at)),
            Err(at) => Err((run, at)),
        }
    }

    /// Takes the slot of a name that is not there yet.
    pub(crate) fn insert(&mut self, slot: u32, order: impl Fn(u32) -> Ordering) {
        let Err((run, at)) = self.place(order) else {
            return;
        };
        self.count += 1;
        let is_last = run + 1 >= self.runs.len();
        match self.runs.get_mut(run) {
            Some(slots) if slots.len() < RUN => slots.insert(at, slot),
            Some(slots) if at < RUN || !is_last => {
                let mut upper = slots.split_off(RUN / 2);
                match at.checked_sub(slots.len()) {
                    Some(at) => upper.insert(at, slot),
                    None => slots.insert(at, slot),
                }
                self.runs.insert(run + 1, upper);
            }
            // Names that come in their order leave full runs behind.
            Some(_) | None => self.runs.push(vec![slot]),
        }
    }

    /// Takes a name out.
    pub(crate) fn remove(&mut self, order: impl Fn(u32) -> Ordering) {
        let Ok((run, at)) = self.place(order) else {
            return;
        };
        self.count -= 1;
        if let Some(slots) = self.runs.get_mut(run) {
            slots.remove(at);
            if slots.is_empty() {
                self.runs.remove(run);
            }
        }
        self.join(run);
        self.join(run.saturating_sub(1));
    }

    /// Makes one of a run and the next if that is half full at most.
    fn join(&mut self, run: usize) {
        if let Some([slots, next]) = self.runs.get_mut(run..run.saturating_add(2))
            && slots.len() + next.len() <= RUN / 2
        {
            slots.append(next);
            self.runs.remove(run + 1);
        }
    }

    /// All slots from a position on.
    pub(crate) fn from(&self, mut offset: usize) -> impl Iterator<Item = u32> {
        let mut run = 0;
        while let Some(slots) = self.runs.get(run)
            && slots.len() <= offset
        {
            offset -= slots.len();
            run += 1;
        }
        self.walk((run, offset))
    }

    /// All slots behind a name; `None` if it is not there.
    pub(crate) fn behind(
        &self,
        order: impl Fn(u32) -> Ordering,
    ) -> Option<impl Iterator<Item = u32>> {
        let (run, at) = self.place(order).ok()?;
        Some(self.walk((run, at + 1)))
    }

    fn walk(&self, (run, at): Place) -> impl Iterator<Item = u32> {
        let runs = self.runs.get(run..).unwrap_or_default();
        runs.iter().flatten().skip(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Slots are their own names here.
    fn order(wanted: u32) -> impl Fn(u32) -> Ordering {
        move |slot| slot.cmp(&wanted)
    }

    fn assert_same(names: &Names, expected: &BTreeSet<u32>) {
        let all: Vec<u32> = names.from(0).collect();
        let expected: Vec<u32> = expected.iter().copied().collect();
        assert_eq!(all, expected);
        assert_eq!(names.len(), expected.len());
        assert!(names.runs.iter().all(|run| (1..=RUN).contains(&run.len())));
        for (at, name) in expected.iter().enumerate().step_by(97) {
            assert!(names.from(at).eq(expected.iter().skip(at).copied()));
            let behind = names.behind(order(*name)).unwrap();
            assert!(behind.eq(expected.iter().skip(at + 1).copied()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn names_are_what_a_sorted_set_is(
            steps in prop::collection::vec((0_u32..3000, prop::bool::weighted(0.7)), 0..6000),
        ) {
            let (mut names, mut expected) = (Names::default(), BTreeSet::new());
            for (name, put) in steps {
                if put {
                    names.insert(name, order(name));
                    expected.insert(name);
                } else {
                    names.remove(order(name));
                    expected.remove(&name);
                }
            }
            assert_same(&names, &expected);
            for name in 0..3000 {
                prop_assert_eq!(names.behind(order(name)).is_some(), expected.contains(&name));
            }
            prop_assert!(names.from(expected.len()).next().is_none());
        }
    }

    #[test]
    fn names_in_their_order_fill_the_runs() {
        let mut names = Names::default();
        for name in 0..10_000 {
            names.insert(name, order(name));
        }
        assert_eq!(names.runs.len(), 10_000_usize.div_ceil(RUN));
    }

    #[test]
    fn few_names_are_in_few_runs_however_many_there_were() {
        let (mut names, mut expected) = (Names::default(), BTreeSet::new());
        for name in (0..20_000).rev() {
            names.insert(name, order(name));
        }
        for name in 0..20_000 {
            if name % 500 == 0 {
                expected.insert(name);
            } else {
                names.remove(order(name));
            }
        }
        assert_same(&names, &expected);
        assert!(names.runs.len() <= 2);
        for name in 0..20_000 {
            names.remove(order(name));
        }
        assert!(names.runs.is_empty());
    }
}
