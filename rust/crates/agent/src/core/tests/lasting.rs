//! Where what a switch changes outlives a start of the machine, as on a Mac.

use super::fault::Fault;
use super::machine::Machine;
use super::{fine, *};

/// On a Mac a start names the old system again, and leaves files and services as the switch made them.
#[test]
fn where_a_switch_outlives_a_start_it_is_gone_back_from_after_it() {
    let mut machine = Machine::new(Way::Live, false);
    machine.settings.switch_lasts = true;
    // Poll, room, fetch, ask, arm, test, and a first look.
    machine.run([vec![Fault::None; 6], vec![Fault::PowerBefore]].concat());
    assert_eq!((machine.running(), machine.set_up.as_str()), ("old", "old"));
    assert_eq!(machine.boots, 1);
}

#[test]
fn where_a_start_brings_nothing_back_none_is_made_and_the_host_says_so() {
    let mut machine = Machine::new(Way::Live, false);
    machine.settings.switch_lasts = true;
    machine.reverts = false;
    machine.run(fine());
    assert_eq!((machine.boots, machine.switches_to_new), (0, 1));
    let Some(Outcome::Stranded { why }) = machine.last() else { panic!("{:?}", machine.last()) };
    assert!(why.contains("web.service failed; going back failed: planted"), "{why}");
    // The next release is taken none the less.
    machine.reverts = true;
    machine.offer("newer", true);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("newer", "newer"));
}
