//! Who may be on the way at a time, and who goes first.

use nixfleet_rollout::Kind;

use crate::world::{Host, World};

impl World {
    /// Never more at once than a wave and each budget allow: what is on the way, or has failed.
    pub fn limits_hold(&self) {
        let is_rolling_back = self.fleet.log.iter().any(|it| it.kind == Kind::GiveUp);
        let takes = |it: &Host| {
            !it.room_was_given && (it.steps.is_some() || it.has_failed && !is_rolling_back)
        };
        let members = self.fleet.rollout.members();
        let plan = self.fleet.rollout.plan();
        for wave in &plan.waves {
            let of: Vec<_> =
                members.iter().filter(|it| it.wave.as_ref() == Some(&wave.name)).collect();
            let forgives = self.promoted.contains(&wave.name);
            let takes = |it: &Host| takes(it) && !(forgives && it.has_failed);
            let taking = of.iter().filter(|it| takes(&self.hosts[&it.name])).count();
            let most = wave.at_most.map_or(of.len(), |it| it.at_most(of.len()));
            assert!(taking <= most, "wave {}: {taking} of at most {most}", wave.name);
        }
        for budget in &plan.budgets {
            let of =
                members.iter().filter(|it| budget.tags.iter().any(|tag| it.tags.contains(tag)));
            let of: Vec<_> = of.collect();
            let taking = of.iter().filter(|it| takes(&self.hosts[&it.name])).count();
            let most = budget.at_most.at_most(of.len());
            assert!(taking <= most, "budget {:?}: {taking} of at most {most}", budget.tags);
        }
    }

    /// No host before a canary committed, but where a person took the canaries as done or left them out.
    pub fn the_canary_went_first(&self, name: &str) {
        let members = self.fleet.rollout.members();
        let wave_of = |name: &str| members.iter().find(|it| it.name == name).unwrap().wave.clone();
        let of = |wave: &str| -> Vec<&Host> {
            let of = members.iter().filter(|it| it.wave.as_deref() == Some(wave));
            of.map(|it| &self.hosts[&it.name]).collect()
        };
        let mut waves = self.fleet.rollout.waves();
        let canaries = waves.find(|it| of(it).iter().any(|it| !it.is_skipped));
        let Some(canaries) = canaries else { return };
        // Or of a wave before: it was left out, and somebody wanted it to try again.
        let mut until = self.fleet.rollout.waves().take_while(|it| *it != canaries);
        let own = wave_of(name);
        let is_one = own.as_deref() == Some(canaries) || until.any(|it| own.as_deref() == Some(it));
        let has_committed = of(canaries).iter().any(|it| it.has_committed);
        let promoted = self.promoted.iter().any(|it| it == canaries);
        assert!(
            is_one || has_committed || promoted || members[0].wave.is_none(),
            "{name} went before a host of {canaries} had committed"
        );
    }
}
