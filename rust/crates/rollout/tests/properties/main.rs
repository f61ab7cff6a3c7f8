//! What holds of every plan, whatever hosts and people do and in whatever order it is heard.

#[path = "../fleet/mod.rs"]
mod fleet;
mod limits;
mod op;
mod order;
mod sentences;
mod shape;
mod world;

use nixfleet_rollout::{Standing, State};
use proptest::prelude::*;

use op::op;
use shape::shape;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn limits_hold_and_the_canary_goes_first(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
    }

    /// It ends, or a person's word is what it waits for; and it says so.
    #[test]
    fn every_rollout_ends_or_says_what_it_waits_for(
        shape in shape(),
        ops in prop::collection::vec(op(), 0..60),
    ) {
        let mut world = World::new(&shape);
        world.run_all(&ops);
        let decision = world.end();
        prop_assert!(decision.sentence.starts_with("release 41"));
        for (host, verdict) in decision.verdicts() {
            let sentence = world.fleet.rollout.sentence(&decision, host).unwrap();
            prop_assert!(!sentence.is_empty() && sentence != "it waits", "{host} {verdict:?}");
        }
        if decision.state == State::Running {
            let held = decision.verdicts().filter(|it| it.1.standing == Standing::Held).count();
            let going_held = decision.verdicts().any(|it| it.1.standing == Standing::Going);
            prop_assert!(held > 0 || going_held, "{}", decision.sentence);
            prop_assert!(decision.sentence.contains('h'), "{}", decision.sentence);
        }
        prop_assert_eq!(decision.tally.unheard, 0);
    }
}
