//! A guest that dies of slow emulation alone.

use super::Stage;
use crate::accelerator::Choice;
use crate::fake::{Behaviour, Fake, plan};
use crate::preflight::Plan;
use crate::run::Options;
use crate::{Accelerator, test::test};

const PANIC: &str = "Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with apic\n";

/// The exit status of a test, and how often a guest was started anew.
fn tested(accelerator: Accelerator, dies_again: bool) -> (u8, u32) {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour { console: PANIC, dies_again, ..Behaviour::default() });
    let choice = Choice { accelerator, reason: None };
    let plan = Plan { accelerator: choice, ..plan(&stage.root) };
    let world = fake.world(&stage.root.join("store"));
    let report = test(&world, &plan, &stage.folder, &Options::default());
    assert_eq!(fake.alive(), 0);
    stage.is_clean("a panic");
    (report.exit_status(), fake.resets())
}

#[test]
fn a_guest_whose_timer_came_too_late_is_started_anew_once() {
    // Once for the installer, and once for the host.
    assert_eq!(tested(Accelerator::Tcg, false), (0, 2));
    assert_eq!(tested(Accelerator::Tcg, true), (1, 1));
    assert_eq!(tested(Accelerator::Kvm, false), (1, 0));
}
