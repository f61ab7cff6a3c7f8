//! Every action of the core is rehearsed on a real machine.

/// The rows of `checks/agent/cases`, by which an action is cut short on a guest.
const KILLED: &str = include_str!("../../../../checks/agent/cases/30-killed");
const KERNEL: &str = include_str!("../../../../checks/agent/cases/50-kernel");

#[test]
fn each_action_has_its_row() {
    // Asking the sources touches nothing, and a restart is what the power's cut is.
    let apart = ["poll", "reboot"];
    for name in nixfleet_agent::core::Action::NAMES {
        let has_row =
            |text: &str| text.split(|it: char| !it.is_alphabetic()).any(|word| word == name);
        assert!(apart.contains(&name) || has_row(KILLED) || has_row(KERNEL), "`{name}` has no row");
    }
}
