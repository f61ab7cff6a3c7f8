//! Leave: until when a host takes room that was let go, and what ends that.

mod fleet;

use fleet::{Fleet, NEW, OLD};
use nixfleet_rollout::{
    Command, Event, Kind, May, Member, Phase, Plan, Report, Rollout, Standing, State,
};

const ONE_AT_A_TIME: &str = r#"{"waves": [{"name": "web", "atMost": 1}]}"#;

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

#[test]
fn a_wave_that_is_full_of_who_is_left_out_but_may_have_begun_names_them() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    assert_eq!(fleet.go(), ["a"]);
    fleet.say(Command::Skip { host: "a".into() });
    assert_eq!(fleet.standing("a"), Standing::Skipped);
    assert_eq!(
        fleet.sentence("b"),
        "at most 1 of wave `web` may be on the way or have failed at a time: a"
    );
}

#[test]
fn a_wave_that_was_promoted_is_full_of_those_alone_that_take_room() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web", "c:web"]);
    fleet.go();
    fleet.pass(1);
    fleet.fail("a");
    fleet.say(Command::Promote { wave: "web".into() });
    assert_eq!(fleet.go(), ["b"]);
    let full = "at most 1 of wave `web` may be on the way or silent at a time: b";
    let wave = fleet.decide().waves[0].sentence.clone();
    assert!(wave.starts_with("taken as done by ops; 0 of 3 hosts arrived"), "{wave}");
    assert_eq!(fleet.sentence("c"), full);
    // Room that a host takes which may have begun is not used up: nothing has stopped.
    fleet.say(Command::Skip { host: "b".into() });
    assert_eq!((fleet.sentence("c"), fleet.decide().state), (full.into(), State::Running));
    // That of one that is silent is.
    fleet.say(Command::Retry { host: "b".into() });
    fleet.pass_without(61, &["b"]);
    assert_eq!((fleet.sentence("c"), fleet.decide().state), (full.into(), State::Halted));
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
fn the_end_of_a_try_that_is_said_again_ends_no_leave_that_was_given_since() {
    let held = || Phase::Held { why: "a disk is changed".into() };
    let said_again: [fn(&mut Report); 2] = [|_| {}, |it| it.boot = "next".into()];
    for change in said_again {
        let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
        let says = |fleet: &mut Fleet, tries, turn, phase| {
            fleet.pass(1);
            let target = Some("/nix/store/older".into());
            let (running, boot) = (OLD.into(), "boot".into());
            let mut report =
                Report { phase, target, running, boot, tries, turn, ..Report::default() };
            if turn > 12 {
                change(&mut report);
            }
            fleet.event(Kind::Report { host: "a".into(), report });
        };
        says(&mut fleet, 7, 11, Phase::Committed);
        assert_eq!(fleet.go(), ["a"]);
        // It has heard so; an operator holds it, and lets it go before that is answered.
        says(&mut fleet, 7, 12, held());
        says(&mut fleet, 7, 13, Phase::Committed);
        let leaves = |fleet: &mut Fleet| {
            fleet.go();
            fleet.log.iter().filter(|it| matches!(it.kind, Kind::Go { .. })).count()
        };
        assert_eq!(leaves(&mut fleet), 1, "it may be about to begin");
        // Another try has its own end.
        says(&mut fleet, 8, 14, Phase::Committed);
        assert_eq!(leaves(&mut fleet), 2);
    }
}

#[test]
fn a_failure_that_is_said_again_is_none_of_the_try_that_was_allowed_since() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    fleet.go();
    fleet.pass(1);
    fleet.report("a", Phase::Probation, NEW);
    fleet.fail("a");
    assert_eq!(fleet.standing("a"), Standing::Failed);
    fleet.pass(1);
    fleet.say(Command::Retry { host: "a".into() });
    for phase in [Phase::Held { why: "lunch".into() }, Phase::Reverted { why: "late".into() }] {
        fleet.pass(1);
        fleet.report("a", phase, OLD);
    }
    assert_eq!(fleet.go(), ["a"]);
    assert_eq!(fleet.may("a"), May::Go { again: true });
}

#[test]
fn the_end_of_a_try_that_was_said_under_an_older_release_ends_no_leave_of_the_newer() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web", "b:web"]);
    fleet.report_of("a", 7, Phase::Committed, OLD);
    fleet.pass(1);
    fleet.report_of("a", 7, Phase::Refused { why: "no room".into() }, OLD);
    newer(&mut fleet);
    assert_eq!(fleet.go(), ["a"]);
    // There is room again, and it says once more how its last try ended: it may be about to begin.
    fleet.pass(1);
    fleet.report_of("a", 7, Phase::Committed, OLD);
    fleet.go();
    let leaves = fleet.log.iter().filter(|it| matches!(it.kind, Kind::Go { .. })).count();
    assert_eq!((leaves, fleet.standing("a")), (1, Standing::Going));
}

#[test]
fn a_failure_is_another_end_than_a_success_also_of_a_host_that_counts_no_tries() {
    let mut fleet = Fleet::new(ONE_AT_A_TIME, &["a:web"]);
    fleet.report("a", Phase::Committed, OLD);
    fleet.pass(1);
    fleet.say(Command::Retry { host: "a".into() });
    fleet.go();
    fleet.pass(1);
    fleet.fail("a");
    assert_eq!(fleet.standing("a"), Standing::Failed);
}
