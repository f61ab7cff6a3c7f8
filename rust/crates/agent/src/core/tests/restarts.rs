//! What takes a restart of the machine.

use super::machine::Machine;
use super::{fine, *};

#[test]
fn a_kernel_is_proved_by_one_boot() {
    let mut machine = Machine::new(Way::Reboot, true);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("new", "new"));
    assert_eq!(machine.boots, 1);
}

#[test]
fn a_kernel_that_does_not_hold_is_left_by_a_second_boot() {
    let mut machine = Machine::new(Way::Reboot, false);
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("old", "old"));
    assert!(matches!(machine.last(), Some(Outcome::Reverted { .. })), "{:?}", machine.last());
}

#[test]
fn a_kernel_that_does_not_boot_is_left_by_the_loader() {
    let mut machine = Machine::new(Way::Reboot, true);
    machine.boots_new = false;
    machine.run(fine());
    assert_eq!((machine.running(), machine.default()), ("old", "old"));
    assert!(matches!(machine.last(), Some(Outcome::Reverted { .. })), "{:?}", machine.last());
}

#[test]
fn a_restart_waits_until_it_may_be() {
    let waiting = |reboot, window_open| {
        let mut machine = Machine::new(Way::Reboot, true);
        (machine.settings.reboot, machine.window_open) = (reboot, window_open);
        machine.run(fine());
        machine
    };
    for (reboot, window_open) in [(Reboot::Never, true), (Reboot::InWindow, false)] {
        let mut machine = waiting(reboot, window_open);
        assert_eq!((machine.running(), machine.default(), machine.boots), ("old", "old", 0));
        // A person restarts it.
        machine.boot();
        machine.run(fine());
        assert_eq!((machine.running(), machine.default(), machine.boots), ("new", "new", 1));
    }
    let mut machine = waiting(Reboot::InWindow, false);
    machine.window_open = true;
    machine.run(fine());
    assert_eq!((machine.running(), machine.default(), machine.boots), ("new", "new", 1));
}
