//! What a person's word meets: of two that overlap each is told what came of it.

mod fleet;

use fleet::Fleet;
use nixfleet_rollout::Command;

const PLAN: &str = r#"{"waves": [{"name": "web"}, {"name": "rest"}]}"#;

fn told(fleet: &mut Fleet, command: Command) -> String {
    let met = fleet.rollout.meets(&command).unwrap_or_default();
    fleet.say(command);
    met
}

#[test]
fn of_two_words_that_overlap_the_second_is_told_what_it_meets() {
    let mut fleet = Fleet::new(PLAN, &["a:web", "b:rest"]);
    let host = || "a".to_owned();
    let since = "by ops since 2026-11-25 12:00 UTC";
    for (command, met) in [
        (Command::Resume, "it was not paused".to_owned()),
        (Command::Pause, String::new()),
        (Command::Pause, format!("it was paused already, {since}")),
        (Command::Resume, String::new()),
        (Command::Release { host: host() }, "nobody held it".into()),
        (Command::Hold { host: host() }, String::new()),
        (Command::Hold { host: host() }, format!("it was held already, {since}")),
        (
            Command::Skip { host: host() },
            format!("it is held, {since}, and stays so in the rollouts after this"),
        ),
        (Command::Skip { host: host() }, format!("it was left out already, {since}")),
        (Command::Release { host: host() }, String::new()),
        (
            Command::Hold { host: host() },
            format!("this rollout does without it, {since}: it is held in those after it"),
        ),
        (Command::Promote { wave: "web".into() }, String::new()),
        (
            Command::Promote { wave: "web".into() },
            "it was done already, since 2026-11-25 12:00 UTC".into(),
        ),
        (Command::Abort, String::new()),
        (Command::Abort, format!("it was ended already, {since}")),
        (
            Command::Pause,
            format!("the rollout was ended before, {since}, and that changes nothing any more"),
        ),
        // It is for later rollouts too.
        (Command::Hold { host: "b".into() }, String::new()),
    ] {
        assert_eq!(told(&mut fleet, command.clone()), met, "{command:?}");
    }
}

#[test]
fn a_failure_is_tried_again_and_one_who_was_left_out_is_taken_in_again() {
    let mut fleet = Fleet::new(PLAN, &["a:web", "b:rest"]);
    let nothing = told(&mut fleet, Command::Retry { host: "b".into() });
    assert_eq!(nothing, "nothing has failed there");
    fleet.pass(1);
    fleet.go();
    fleet.fail("a");
    assert_eq!(told(&mut fleet, Command::Retry { host: "a".into() }), "");
    assert_eq!(told(&mut fleet, Command::Skip { host: "b".into() }), "");
    fleet.pass(1);
    assert_eq!(told(&mut fleet, Command::Retry { host: "b".into() }), "");
}
