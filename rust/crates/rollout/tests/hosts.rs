//! What is known of hosts outlives whoever decides, releases and bad lines.

mod fleet;

use fleet::{Fleet, NEW, OLD, member};
use nixfleet_rollout::{
    Command, Kind, Limits, May, Phase, Plan, Report, Standing, State, WHY_LETTERS,
};

const ONE_AT_A_TIME: &str = r#"{"waves": [{"name": "web", "atMost": 1}]}"#;

#[test]
fn after_a_start_a_host_that_nobody_heard_of_may_be_on_the_way() {
    // Whatever log there was is gone: this one was let go.
    let mut fleet = Fleet::unheard(ONE_AT_A_TIME, &["a:web", "b:web"]);
    fleet.report("b", Phase::Idle, OLD);
    assert_eq!(fleet.standing("a"), Standing::Unheard);
    assert!(fleet.go().is_empty());
    fleet.report("a", Phase::Fetching, OLD);
    assert!(!fleet.go().contains(&"b".to_owned()));
    fleet.pass_without(1, &[]);
    fleet.commit("a");
    assert_eq!(fleet.go(), ["b"]);

    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    fleet.pass(1);
    let now = fleet.now;
    fleet.rollout.listening_since(now);
    fleet.seen("b");
    assert!(fleet.go().is_empty());
    fleet.pass_without(10, &["a"]);
    assert_eq!(fleet.standing("a"), Standing::Offline);
    assert_eq!(fleet.go(), ["b"]);
}

#[test]
fn a_host_that_fails_again_has_failed_again() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    fleet.go();
    fleet.pass(1);
    fleet.fail("a");
    fleet.pass(1);
    fleet.say(Command::Retry { host: "a".into() });
    assert_eq!(fleet.go(), ["a"]);
    // The same report again is no news of the try that was allowed since.
    fleet.pass(1);
    fleet.fail("a");
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass(1);
    fleet.report("a", Phase::Fetching, OLD);
    fleet.pass(1);
    fleet.fail("a");
    assert_eq!(fleet.decide().state, State::Halted);
    assert!(fleet.go().is_empty());
}

#[test]
fn what_comes_late_changes_nothing() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    let report = |turn, boot: &str, phase| {
        let report =
            Report { phase, running: NEW.into(), boot: boot.into(), turn, ..Report::default() };
        Kind::Report { host: "a".into(), report }
    };
    fleet.event(report(50, "boot", Phase::Committed));
    fleet.event(report(40, "boot", Phase::Probation));
    assert_eq!(fleet.standing("a"), Standing::Arrived);
    fleet.event(report(1, "next", Phase::Committed));
    fleet.event(report(60, "boot", Phase::Fetching));
    assert_eq!(fleet.standing("a"), Standing::Arrived);
    // What comes late from two boots before is taken for a newer one, and not for ever.
    fleet.event(report(1, "third", Phase::Committed));
    fleet.event(report(70, "boot", Phase::Fetching));
    assert_eq!(fleet.standing("a"), Standing::OnTheWay);
    fleet.pass(11);
    fleet.event(report(2, "third", Phase::Committed));
    assert_eq!(fleet.standing("a"), Standing::Arrived);
}

#[test]
fn a_newer_release_takes_over_what_is_on_the_way() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web", "c:web"]);
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass_without(1, &["a"]);
    fleet.say(Command::Hold { host: "b".into() });
    let member = |it| nixfleet_rollout::Member { system: "/nix/store/newer".into(), ..member(it) };
    let members = ["a:web", "b:web", "c:web"].map(member).to_vec();
    let plan = Plan { sequence: 42, ..fleet.rollout.plan().clone() };
    let now = fleet.now;
    fleet.event(Kind::Superseded { sequence: 42 });
    let decision = fleet.decide();
    assert_eq!(decision.state, State::Superseded);
    assert_eq!(decision.sentence, "release 41: release 42 took its place; a on the way still");
    fleet.rollout = fleet.rollout.newer(plan, members, now);
    // It may be on its way to 41 still, and that is no leave for 42.
    assert!(fleet.go().is_empty());
    fleet.pass(1);
    fleet.report("a", Phase::Probation, NEW);
    assert_eq!((fleet.standing("a"), fleet.may("a")), (Standing::OnTheWay, May::Wait));
    fleet.pass(1);
    fleet.commit("a");
    fleet.pass(1);
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass(1);
    fleet.report("a", Phase::Committed, "/nix/store/newer");
    assert_eq!(fleet.go(), ["c"]);
    assert_eq!(fleet.standing("b"), Standing::Held);
}

#[test]
fn a_host_is_not_believed_to_be_brief_or_harmless() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    let why = format!("\u{1b}[2J{}", "x".repeat(1_000_000));
    fleet.report("a", Phase::Reverted { why }, OLD);
    let sentence = fleet.sentence("a");
    assert!(sentence.len() < WHY_LETTERS + 200 && !sentence.contains('\u{1b}'), "{sentence}");
}

#[test]
fn a_fetch_has_longer() {
    let limits = Limits::default();
    assert!(limits.silent_fetching > limits.silent && limits.silent > limits.offline);
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    fleet.go();
    fleet.report("a", Phase::Fetching, OLD);
    fleet.pass(180);
    assert_eq!(fleet.standing("a"), Standing::OnTheWay);
    fleet.pass(180);
    assert_eq!(fleet.standing("a"), Standing::Silent);
}

#[test]
fn a_command_for_what_is_not_there_is_refused() {
    let fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    let error = |command| fleet.rollout.check(&command).unwrap_err().to_string();
    assert_eq!(error(Command::Skip { host: "b".into() }), "the release has no host `b`");
    assert_eq!(error(Command::Promote { wave: "x".into() }), "the release has no wave `x`");
    assert!(fleet.rollout.check(&Command::Promote { wave: "web".into() }).is_ok());
    assert!(fleet.rollout.check(&Command::Abort).is_ok());
}

#[test]
fn a_host_that_runs_it_already_needs_no_leave() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    fleet.report("a", Phase::Idle, NEW);
    assert_eq!(fleet.may("a"), May::Wait);
    assert_eq!(fleet.decide().state, State::Complete);
}
