//! A long random walk through a small world, step by step beside the reference.
//!
//! The world is so small that every step is likely to be in some other step's way.

use keypair_core::ports::NewRecord;
use keypair_core::{Attachment, Change, KeyPairId, Limit, Partition, Selector, Window};

use crate::desk::{Desk, by_name};
use crate::reference::Reference;
use crate::samples::{ED25519_A, ED25519_B, ED25519_C, draft, map, millis, name, ssh};
use crate::subject::Subject;

const NAMES: [&str; 6] = ["a", "b", "b:c", "c", "\u{e9}", "z"];
const IDS: [&str; 8] = ["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"];
const MACHINES: [&str; 3] = ["m0", "m1", "m2"];
const LINES: [&str; 3] = [ED25519_A, ED25519_B, ED25519_C];

/// Repeatable randomness (xorshift): a failing walk fails again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }

    fn selector(&mut self) -> Selector {
        if self.roll(3) == 0 {
            Selector::Id(KeyPairId::new(self.pick(&IDS)))
        } else {
            by_name(self.pick(&NAMES))
        }
    }

    fn selectors(&mut self) -> Vec<Selector> {
        (0..self.roll(4)).map(|_| self.selector()).collect()
    }

    fn machines(&mut self) -> Vec<&'static str> {
        (0..=self.roll(2)).map(|_| self.pick(&MACHINES)).collect()
    }

    fn record(&mut self) -> NewRecord {
        let mut record = draft(self.pick(&NAMES));
        record.key_pair.public = ssh(self.pick(&LINES));
        record.ids = (0..=self.roll(2))
            .map(|_| KeyPairId::new(self.pick(&IDS)))
            .collect();
        record.unique_public_key = self.roll(4) == 0;
        record
    }

    fn change(&mut self) -> Change {
        let optional = |on: usize, text: &str| (on == 0).then(|| text.to_owned());
        Change {
            name: (self.roll(2) == 0).then(|| name(self.pick(&NAMES))),
            description: optional(self.roll(3), "described"),
            set_tags: map(&[("t0", "x"), ("t1", "y")][..self.roll(3)]),
            drop_tags: [self.pick(&["t0", "t1", "t2"]).to_owned()].into(),
            changed_by: optional(self.roll(3), "somebody"),
        }
    }

    fn window(&mut self) -> Window {
        let limit = u32::try_from(self.roll(5)).unwrap_or_default();
        match self.roll(4) {
            0 => Window::All,
            1 => Window::After {
                marker: None,
                limit,
            },
            2 => Window::After {
                marker: Some(name(self.pick(&NAMES))),
                limit,
            },
            _ => Window::Offset {
                offset: self.roll(5) as u64,
                limit,
            },
        }
    }
}

/// Every answer on the way is compared, and now and then the whole.
pub async fn a_thousand_random_steps_agree_with_the_reference(subject: Subject) {
    let desk = Desk::new(&subject);
    let places = [
        desk.clone(),
        desk.in_partition("p"),
        desk.at("realm", "other", ""),
    ];
    let mut reference = Reference::default();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for step in 0..1_000 {
        let place = &places[dice.roll(places.len())];
        one_step(step, place, &mut reference, &mut dice).await;
        if step % 20 == 0 {
            for place in &places {
                assert_same(step, place, &reference).await;
            }
        }
    }
}

async fn one_step(step: u64, place: &Desk, reference: &mut Reference, dice: &mut Dice) {
    let scope = &place.scope;
    match dice.roll(10) {
        0..=3 => insert(step, place, reference, dice).await,
        4 | 5 => {
            let which = dice.selectors();
            let expected = reference.remove(scope, &which);
            assert_eq!(place.remove(&which).await, expected, "step {step}");
        }
        6 => {
            let (which, change) = (dice.selector(), dice.change());
            let expected = reference.update(scope, &which, &change, millis(step));
            let updated = place.update(&which, &change, millis(step)).await;
            assert_eq!(updated, expected, "step {step}");
        }
        7 => {
            let (machines, which) = (dice.machines(), dice.selectors());
            let attachments: Vec<_> = machines.iter().map(|m| Attachment::new(*m)).collect();
            let expected = reference.attach(scope, &attachments, &which);
            let attached = place.attach(&machines, &which).await;
            assert_eq!(attached, expected, "step {step}");
        }
        8 => {
            // Most walks would end in a world where everything is in use.
            let which: Vec<_> = NAMES.map(by_name).into_iter().skip(dice.roll(6)).collect();
            let attachments = MACHINES.map(Attachment::new);
            let expected = reference.detach(scope, &attachments, &which);
            let detached = place.detach(&MACHINES, &which).await;
            assert_eq!(detached, expected, "step {step}");
            for machine in MACHINES.iter().take(dice.roll(4)) {
                let attachment = [Attachment::new(*machine)];
                let expected = reference.attach(scope, &attachment, &[]);
                assert_eq!(place.attach(&[machine], &[]).await, expected, "step {step}");
            }
        }
        _ => {
            let added = reference.add_partition(scope);
            assert_eq!(place.add_partition().await, added, "step {step}");
        }
    }
}

async fn insert(step: u64, place: &Desk, reference: &mut Reference, dice: &mut Dice) {
    let record = dice.record();
    let limit = dice.pick(&[Limit::Unlimited, Limit::AtMost(5), Limit::AtMost(0)]);
    let expected = reference.conflicts(&place.scope, &record, limit);
    let inserted = place.insert_within(&record, &place.own_quota(limit)).await;
    match inserted {
        Ok(sequence) => {
            assert!(!expected.any(), "step {step}: {expected:?} was overlooked");
            reference.insert(&place.scope, &record, sequence);
        }
        Err(conflicts) => assert_eq!(conflicts, expected, "step {step}"),
    }
    let window = dice.window();
    let listed = place.list(window.clone()).await;
    assert_eq!(listed, reference.list(&place.scope, &window), "step {step}");
}

async fn assert_same(step: u64, place: &Desk, reference: &Reference) {
    let scope = &place.scope;
    assert_eq!(place.usage().await, reference.usage(scope), "step {step}");
    let partitions: Vec<&str> = reference
        .partitions(scope)
        .into_iter()
        .map(Partition::as_str)
        .collect();
    assert_eq!(place.partitions().await, partitions, "step {step}");
    let ids = IDS.map(|id| Selector::Id(KeyPairId::new(id)));
    for which in NAMES.map(by_name).iter().chain(&ids) {
        let found = place.find(which).await;
        assert_eq!(found.as_ref(), reference.find(scope, which), "step {step}");
    }
}
