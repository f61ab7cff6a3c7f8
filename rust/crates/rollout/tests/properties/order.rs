//! What is decided follows from what happened, not from the order in which it is heard, nor from how it
//! was kept.

use std::collections::BTreeMap;

use nixfleet_rollout::{Event, Kind, Rollout};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::op::op;
use crate::shape::shape;
use crate::world::World;

fn again(world: &World, events: &[Event]) -> Rollout {
    let rollout = &world.fleet.rollout;
    let began = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut again = Rollout::new(rollout.plan().clone(), rollout.members().to_vec(), began);
    for event in events {
        again.apply(event);
    }
    again
}

/// Who an event is from: each keeps its own order.
fn origin(event: &Event) -> String {
    match &event.kind {
        Kind::Report { host, .. } | Kind::Seen { host, .. } => host.clone(),
        Kind::Said { .. } => "people".into(),
        _ => "decisions".into(),
    }
}

fn shuffled(events: &[Event], order: &[Index]) -> Vec<Event> {
    let mut queues: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events.iter().rev() {
        queues.entry(origin(event)).or_default().push(event.clone());
    }
    let mut order = order.iter().cycle();
    let mut all = Vec::new();
    while !queues.is_empty() {
        let names: Vec<String> = queues.keys().cloned().collect();
        let name = order.next().unwrap().get(&names);
        let queue = queues.get_mut(name).unwrap();
        all.extend(queue.pop());
        if queue.is_empty() {
            queues.remove(name);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
        order in prop::collection::vec(any::<Index>(), 1..60),
        later in 0..600_i64,
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let log = world.fleet.log.clone();
        let at = world.fleet.now + jiff::SignedDuration::from_mins(later);
        let decision = world.fleet.rollout.decide(at);
        prop_assert_eq!(&again(&world, &log).decide(at), &decision);
        prop_assert_eq!(&again(&world, &shuffled(&log, &order)).decide(at), &decision);
    }

    /// A log that was cut down to what matters, or written and read, decides the same.
    #[test]
    fn a_log_that_was_cut_down_decides_the_same(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
        later in 0..600_i64,
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let at = world.fleet.now + jiff::SignedDuration::from_mins(later);
        let events = world.fleet.rollout.events();
        prop_assert!(events.len() <= world.fleet.names().len() * 10 + 12);
        let json = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &events);
        let cut = again(&world, &read);
        prop_assert_eq!(cut.decide(at), world.fleet.rollout.decide(at));
        prop_assert_eq!(cut.events(), events);
    }
}
