//! The decisions, on a small model of a machine whose every step can fail or be cut short.

mod by_hand;
mod fault;
mod lasting;
mod machine;
mod restarts;

use fault::Fault;
use machine::Machine;
use proptest::prelude::*;

use super::*;

fn fine() -> Vec<Fault> {
    Vec::new()
}

#[test]
fn a_good_release_runs_and_boots() {
    let mut machine = Machine::new(Way::Live, true);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("new", "new"));
    assert_eq!(machine.last(), Some(Outcome::Committed));
}

#[test]
fn a_bad_release_is_reverted_and_not_tried_again() {
    let mut machine = Machine::new(Way::Live, false);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("old", "old"));
    assert!(matches!(machine.last(), Some(Outcome::Reverted { .. })), "{:?}", machine.last());
    assert_eq!(machine.switches_to_new, 1);
    machine.run(fine());
    assert_eq!(machine.switches_to_new, 1);
    machine.command(Command::Retry);
    machine.run(fine());
    assert_eq!(machine.switches_to_new, 2);
}

#[test]
fn what_comes_and_goes_is_named_when_time_is_over() {
    let mut machine = Machine::new(Way::Live, true);
    // Up to the switch all is well, and it begins to hold when there is no time left to go on.
    machine.run([vec![Fault::None; 6], vec![Fault::Fails; 20]].concat());
    let Some(Outcome::Reverted { why }) = machine.last() else { panic!("{:?}", machine.last()) };
    assert_eq!(why, "it did not hold for 10 s at a stretch\nweb.service failed");
}

#[test]
fn a_system_that_could_not_be_asked_is_asked_again() {
    let mut machine = Machine::new(Way::Live, true);
    machine.run(vec![Fault::None, Fault::None, Fault::None, Fault::Fails]);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("new", "new"));
    assert_eq!(machine.switches_to_new, 1);
}

#[test]
fn another_path_is_tried_after_a_bad_one() {
    let mut machine = Machine::new(Way::Live, false);
    machine.run(fine());
    machine.offer("newer", true);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("newer", "newer"));
}

#[test]
fn a_host_on_hold_begins_nothing() {
    let mut machine = Machine::new(Way::Live, true);
    machine.command(Command::Hold("we look at it first".into()));
    machine.run(fine());
    assert_eq!((machine.running(), machine.switches_to_new), ("old", 0));
    machine.command(Command::Resume);
    machine.run(fine());
    assert_eq!(machine.running(), "new");
}

#[test]
fn a_dry_run_touches_nothing() {
    let mut machine = Machine::new(Way::Live, true);
    machine.settings.dry_run = true;
    machine.run(fine());
    assert_eq!((machine.running(), machine.switches_to_new), ("old", 0));
    assert_eq!(machine.last(), Some(Outcome::Shown));
}

#[test]
fn a_try_whose_record_was_lost_goes_back_to_what_boots() {
    let mut machine = Machine::new(Way::Live, false);
    machine.run([vec![Fault::None; 7], vec![Fault::Forgotten]].concat());
    assert_eq!((machine.running(), machine.default()), ("old", "old"));
    assert_eq!(machine.switches_to_new, 2);
}

#[test]
fn where_going_back_fails_the_machine_is_restarted() {
    let mut machine = Machine::new(Way::Live, false);
    machine.reverts = false;
    machine.run(fine());
    assert_eq!((machine.running(), machine.default(), machine.boots), ("old", "old", 1));
    assert!(matches!(machine.last(), Some(Outcome::Reverted { .. })), "{:?}", machine.last());
}

#[test]
fn a_month_without_a_source_changes_nothing_and_the_next_release_is_taken() {
    const MONTH: u64 = 30 * 24 * 3_600_000;
    let machine = Machine::new(Way::Live, true);
    let (mut state, mut looks) = (State { runs: Some(40), ..State::default() }, 0);
    let mut now = Moment { since_boot: 1, window_open: true };
    while now.since_boot < MONTH {
        let gone = Event::Polled(Poll::Failed("`https://a` does not answer".into()));
        let action;
        (state, action) = step(state, gone, now, &machine.settings);
        let Action::Poll { after } = action else { panic!("{action:?}") };
        now.since_boot += after.max(1);
        looks += 1;
    }
    assert!(looks < MONTH / machine.settings.poll_every + 10, "{looks}");
    assert_eq!(
        (state.runs, state.wait.as_deref()),
        (Some(40), Some("`https://a` does not answer"))
    );
    let target = Target { sequence: 41, system: "new".into(), closure: String::new() };
    let offer = Offer { target: target.clone(), wait: None, asked: false, facts: Facts::default() };
    let (_, action) = step(state, Event::Polled(Poll::Offer(offer)), now, &machine.settings);
    assert_eq!(action, Action::Room(target));
}

proptest! {
    /// The same where a switch outlives the machine's start: what it is set up by is what it runs.
    #[test]
    fn it_ends_whole_or_says_that_it_does_not(
        holds in any::<bool>(),
        reverts in any::<bool>(),
        faults in proptest::collection::vec(fault::fault(), 0..40),
    ) {
        let mut machine = Machine::new(Way::Live, holds);
        machine.settings.switch_lasts = true;
        machine.reverts = reverts;
        machine.run(faults);
        if !matches!(machine.last(), Some(Outcome::Stranded { .. })) {
            prop_assert_eq!(machine.running(), machine.default());
            prop_assert_eq!(machine.running(), machine.set_up.as_str());
            prop_assert!(holds || machine.running() == "old");
        }
        prop_assert!(machine.unproven_default.is_none(), "{:?}", machine.unproven_default);
    }

    /// Whatever fails, wherever the agent or the machine is ended: it comes to rest on the old
    /// system or on the new one, with that as the boot default, and a system that did not hold is
    /// never what boots.
    #[test]
    fn it_ends_committed_or_back(
        holds in any::<bool>(),
        reboot in any::<bool>(),
        boots_new in any::<bool>(),
        reverts in any::<bool>(),
        faults in proptest::collection::vec(fault::fault(), 0..40),
    ) {
        let way = if reboot { Way::Reboot } else { Way::Live };
        let mut machine = Machine::new(way, holds);
        machine.boots_new = boots_new;
        machine.reverts = reverts;
        machine.run(faults);
        prop_assert!(matches!(machine.running(), "old" | "new" | "by-hand"));
        if machine.running() != "by-hand" {
            prop_assert_eq!(machine.running(), machine.default());
            prop_assert_eq!(machine.running(), machine.profile());
        }
        prop_assert!(machine.unproven_default.is_none(), "{:?}", machine.unproven_default);
        if !holds {
            prop_assert_ne!(machine.running(), "new");
        }
    }

    /// What is read from a folder that anybody may have written to never panics.
    #[test]
    fn any_state_and_event_is_borne(text in ".{0,200}") {
        let _ = serde_json::from_str::<State>(&text);
    }
}
