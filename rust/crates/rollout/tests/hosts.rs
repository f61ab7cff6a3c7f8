//! What is known of hosts outlives whoever decides, releases and bad lines.

mod fleet;

use fleet::{Fleet, NEW, OLD, member};
use nixfleet_rollout::{
    Command, Event, Kind, Limits, May, Member, Phase, Plan, Report, Rollout, Standing, State,
    WHY_LETTERS, impossible,
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
fn a_host_that_went_another_way_by_hand_is_let_go_anew_and_a_cut_log_knows() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    fleet.go();
    fleet.pass(1);
    fleet.commit("a");
    fleet.pass(1);
    fleet.report("a", Phase::Idle, "/nix/store/by-hand");
    let mut cut = Rollout::new(Plan::default(), vec![], fleet.now);
    std::mem::swap(&mut cut, &mut fleet.rollout);
    let began = "2026-11-25T12:00:00Z".parse().unwrap();
    fleet.rollout = Rollout::new(cut.plan().clone(), cut.members().to_vec(), began);
    for event in cut.events() {
        fleet.rollout.apply(&event);
    }
    // Its leave was used: whoever is first by name gets the next.
    assert_eq!(fleet.rollout.decide(fleet.now), cut.decide(fleet.now));
    let decision = fleet.decide();
    let new: Vec<&Event> =
        decision.events.iter().filter(|it| matches!(it.kind, Kind::Go { .. })).collect();
    assert_eq!(new.len(), 1, "{:?}", decision.events);
}

/// The same rollout, of a newer release.
fn newer(fleet: &mut Fleet) {
    let member = |it: &Member| Member { system: "/nix/store/newer".into(), ..it.clone() };
    let members = fleet.rollout.members().iter().map(member).collect();
    let plan = Plan { sequence: 42, ..fleet.rollout.plan().clone() };
    fleet.event(Kind::Superseded { sequence: 42 });
    fleet.rollout = fleet.rollout.newer(plan, members, fleet.now);
}

#[test]
fn leave_of_an_older_release_takes_room_until_the_host_has_heard_of_the_newer() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    let refused = |why: &str| Phase::Refused { why: why.into() };
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass(1);
    newer(&mut fleet);
    // It said so before it heard of the newer one, and may have begun the older since.
    fleet.pass(1);
    fleet.report("a", refused("no room"), OLD);
    fleet.seen("a");
    assert_eq!((fleet.standing("a"), fleet.may("a")), (Standing::Going, May::Wait));
    assert!(fleet.go().is_empty());
    fleet.report("a", Phase::Fetching, OLD);
    assert!(fleet.go().is_empty());
    fleet.report("a", refused("no room at all"), OLD);
    assert!(fleet.go().is_empty());
    fleet.pass(1);
    fleet.stays("a");
    assert_eq!(fleet.go(), ["a"]);
}

#[test]
fn who_is_held_before_it_began_gives_its_room_back_and_needs_leave_anew() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass(1);
    fleet.say(Command::Hold { host: "a".into() });
    // What it is heard of with may be from before it began.
    fleet.pass_without(1, &[]);
    assert_eq!((fleet.standing("a"), fleet.may("a")), (Standing::Going, May::Wait));
    assert!(fleet.go().is_empty());
    fleet.stays("a");
    assert_eq!(fleet.go(), ["b"]);
    assert_eq!(fleet.standing("a"), Standing::Held);
    // The leave that it had is nothing any more, also where the log was cut down.
    fleet.pass(1);
    fleet.say(Command::Release { host: "a".into() });
    let began = "2026-11-25T12:00:00Z".parse().unwrap();
    let (plan, members) = (fleet.rollout.plan().clone(), fleet.rollout.members().into());
    let mut again = Rollout::new(plan, members, began);
    fleet.rollout.events().iter().for_each(|it| again.apply(it));
    assert_eq!(again.decide(fleet.now), fleet.rollout.decide(fleet.now));
    assert_eq!(fleet.go(), ["b"]);
    fleet.commit("b");
    assert_eq!(fleet.go(), ["a"]);
}

#[test]
fn who_is_held_by_its_operator_before_it_began_gives_its_room_back() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    assert_eq!(fleet.go(), ["a"]);
    fleet.pass(1);
    fleet.report("a", Phase::Held { why: "a disk is changed".into() }, OLD);
    assert_eq!((fleet.standing("a"), fleet.may("a")), (Standing::Going, May::Wait));
    fleet.pass(1);
    fleet.stays("a");
    assert_eq!(fleet.go(), ["b"]);
    assert_eq!(fleet.standing("a"), Standing::Held);
}

#[test]
fn who_never_says_that_it_heard_to_wait_takes_room_for_a_while_and_no_longer() {
    let host = || "a".to_owned();
    let stops: [fn(&mut Fleet, String); 3] = [
        |fleet, host| fleet.say(Command::Hold { host }),
        |fleet, host| fleet.say(Command::Skip { host }),
        |fleet, _| newer(fleet),
    ];
    for stop in stops {
        let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
        assert_eq!(fleet.go(), ["a"]);
        fleet.pass(1);
        stop(&mut fleet, host());
        fleet.pass_without(9, &[]);
        assert!(fleet.go().is_empty());
        fleet.pass_without(1, &[]);
        assert_eq!(fleet.go().len(), 1);
        assert!(fleet.log.iter().any(|it| it.kind == Kind::Seen { host: host(), stays: true }));
    }
    // One that is not heard of is silent.
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    fleet.go();
    fleet.say(Command::Hold { host: host() });
    fleet.pass_without(61, &["a"]);
    assert_eq!(fleet.standing("a"), Standing::Silent);
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

#[test]
fn a_plan_that_can_never_finish_says_why() {
    let plan = r#"{"expires": "2026-11-26T00:00:00Z", "waves": [
        {"name": "canary", "need": 3, "soak": "2d"},
        {"name": "web", "window": "02:00-05:00 Mars/Olympus"},
        {"name": "rest"}]}"#;
    let plan: Plan = serde_json::from_str(plan).unwrap();
    let members = ["a:canary", "b:web", "c:gone"].map(member);
    let begins = "2026-11-25T12:00:00Z".parse().unwrap();
    let found: Vec<String> =
        impossible(&plan, &members, begins).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "wave `canary` needs 3 and has 1 host: write a part, as `\"90%\"`, or 1 at most",
            "wave `web` never opens: there is no time zone `Mars/Olympus`",
            "wave `web` can open at 2026-11-27T12:00:00Z at the earliest, and the release expires at 2026-11-26T00:00:00Z: let it expire later, or shorten the soaks before",
            "wave `rest` can open at 2026-11-27T12:00:00Z at the earliest, and the release expires at 2026-11-26T00:00:00Z: let it expire later, or shorten the soaks before",
            "`c` is in the wave `gone`, and there is none",
        ]
    );
    assert!(impossible(&Plan::default(), &[member("a")], begins).is_empty());
}
