//! What somebody does by hand is theirs.

use super::fault::Fault;
use super::machine::Machine;
use super::{fine, *};

#[test]
fn a_switch_by_hand_is_left_alone() {
    let mut machine = Machine::new(Way::Live, true);
    machine.run(vec![
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::ByHand,
    ]);
    assert_eq!(machine.last(), Some(Outcome::Overridden));
    assert_eq!(machine.running(), "by-hand");
}

#[test]
fn what_is_done_by_hand_in_the_middle_is_left_alone_wherever_it_comes() {
    // From the guard on: before that, the release simply comes after it.
    for at in 4..12 {
        let mut machine = Machine::new(Way::Live, true);
        machine.run([vec![Fault::None; at], vec![Fault::Meanwhile]].concat());
        assert_eq!((machine.running(), machine.default()), ("by-hand", "by-hand"), "{at}");
    }
}

#[test]
fn what_is_done_by_hand_stays_until_the_next_release_or_a_word() {
    for by_release in [true, false] {
        let mut machine = Machine::new(Way::Live, true);
        machine.run(fine());
        machine.run(vec![Fault::Meanwhile]);
        machine.run(fine());
        assert_eq!((machine.running(), machine.switches_to_new), ("by-hand", 1));
        if by_release {
            machine.offer("newer", true);
        } else {
            machine.command(Command::Retry);
        }
        machine.run(fine());
        assert_eq!(machine.running(), if by_release { "newer" } else { "new" });
    }
}

#[test]
fn a_system_that_somebody_left_by_hand_is_not_tried_again() {
    let mut machine = Machine::new(Way::Live, true);
    // Poll, room, fetch, ask, arm, test, and a first look.
    machine.run([vec![Fault::None; 7], vec![Fault::GoneBack]].concat());
    assert_eq!((machine.running(), machine.default(), machine.switches_to_new), ("old", "old", 1));
    assert!(matches!(machine.last(), Some(Outcome::Reverted { .. })), "{:?}", machine.last());
}

/// `nixos-rebuild boot` before anything is touched: the old system runs on, and theirs is what boots.
#[test]
fn another_boot_default_by_hand_is_left_alone_before_anything_is_touched() {
    let machine = Machine::new(Way::Live, true);
    let facts = Facts { running: "old".into(), default: "old".into(), ..Facts::default() };
    let target = Target { sequence: 41, system: "new".into(), closure: String::new() };
    for way in [Way::Live, Way::Reboot] {
        let terms = (&machine.settings).into();
        let attempt = Attempt::new(target.clone(), way, facts.clone(), terms);
        let at = if way == Way::Live { Step::Arm(attempt) } else { Step::Stage(attempt) };
        let state = State { step: at, ..State::default() };
        let now = Moment { since_boot: 1, window_open: true };
        let event = Event::Overridden { running: "old".into() };
        let (state, action) = step(state, event, now, &machine.settings);
        assert_eq!(action, Action::Disarm);
        assert_eq!((state.left, state.denied), (Some(41), None));
    }
}
