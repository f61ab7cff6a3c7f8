//! The cases, each a fleet at a moment.

use nixfleet_rollout::{Command, Kind, Phase, Report};

use crate::fleet::{Fleet, OLD, member};

/// What no case comes to: each stands where something is asked for that always is there, as the reason of a
/// report that failed.
pub const UNREAD: &[&str] = &[
    "is on the way",
    "it did not say why",
    "held since ",
    "no time that is known",
    "it is about to begin",
    "` does not open: release anew with another",
];

const PLAN: &str = r#"{"waves": [
    {"name": "canary"}, {"name": "web", "atMost": 2, "need": "50%"}, {"name": "rest"}]}"#;
const HOSTS: [&str; 6] = ["a:canary", "b:web", "c:web", "d:web", "e:web", "f:rest"];
const TWO: [&str; 2] = ["a:canary", "b:rest"];

type Case = (&'static str, Fleet);

pub fn all() -> Vec<Case> {
    let parts = [on_the_way(), waiting(), lost(), said(), ended(), away()];
    parts.into_iter().flatten().collect()
}

fn of(plan: &str, hosts: &[&str], what: impl FnOnce(&mut Fleet)) -> Fleet {
    let mut fleet = Fleet::new(plan, hosts);
    fleet.decide();
    fleet.decide();
    what(&mut fleet);
    fleet
}

/// The same whose canary has arrived.
fn with_canary(plan: &str, what: impl FnOnce(&mut Fleet)) -> Fleet {
    of(plan, &HOSTS, |it| {
        it.commit("a");
        it.decide();
        it.decide();
        what(it);
    })
}

fn host(host: &str) -> String {
    host.into()
}

fn on_the_way() -> Vec<Case> {
    let phase = |phase: Phase| of(PLAN, &TWO, |it| it.report("a", phase, OLD));
    vec![
        ("it begins", Fleet::new(PLAN, &HOSTS)),
        ("one without waves", of("{}", &["a", "b"], |it| it.commit("a"))),
        ("fetching", phase(Phase::Fetching)),
        ("switching", phase(Phase::Switching)),
        ("restarting", phase(Phase::Restarting)),
        ("on probation", phase(Phase::Probation)),
        ("going back", phase(Phase::Reverting)),
        ("refused, and tried again", phase(Phase::Refused { why: "no room".into() })),
        (
            "busy with another release",
            of(PLAN, &TWO, |it| {
                let report = Report {
                    phase: Phase::Switching,
                    sequence: Some(40),
                    target: Some("/nix/store/older".into()),
                    running: OLD.into(),
                    boot: "boot".into(),
                    turn: 99,
                    ..Report::default()
                };
                it.event(Kind::Report { host: host("b"), report });
            }),
        ),
        ("the next wave", with_canary(PLAN, |it| it.report("b", Phase::Fetching, OLD))),
    ]
}

fn waiting() -> Vec<Case> {
    let budget = r#"{"waves": [{"name": "all", "need": "30%"}], "budgets": [{"tags": ["db"], "atMost": 1}]}"#;
    let hosts = ["a:all+db", "b:all+db", "c:all"];
    let soaking = r#"{"waves": [{"name": "canary", "soak": "30m"}, {"name": "rest"}]}"#;
    let window = |zone: &str| {
        format!(
            r#"{{"waves": [{{"name": "canary"}}, {{"name": "rest", "window": "02:00-05:00 {zone}"}}]}}"#
        )
    };
    vec![
        ("a budget is full", of(budget, &hosts, |_| {})),
        (
            "a budget is used up",
            of(budget, &hosts, |it| {
                it.fail("a");
                it.commit("c");
            }),
        ),
        ("soaking", of(soaking, &TWO, |it| it.commit("a"))),
        ("a window", of(&window("Europe/Berlin"), &TWO, |it| it.commit("a"))),
        ("a window of no zone", of(&window("Mars/Olympus"), &TWO, |it| it.commit("a"))),
        ("behind two waves", with_canary(PLAN, |_| {})),
    ]
}

fn lost() -> Vec<Case> {
    let back = PLAN.replacen('{', r#"{"onFailure": "rollback", "#, 1);
    vec![
        ("the canary failed", of(PLAN, &HOSTS, |it| it.fail("a"))),
        ("given up before anybody arrived", of(&back, &HOSTS, |it| it.fail("a"))),
        (
            "given up after some arrived",
            with_canary(&back, |it| {
                it.fail("b");
                it.report("c", Phase::Probation, OLD);
                it.decide();
                it.fail("c");
            }),
        ),
        ("failed, and others may be", with_canary(PLAN, |it| it.fail("b"))),
        (
            "failed as many as may be on the way",
            with_canary(PLAN, |it| {
                it.fail("b");
                it.fail("c");
            }),
        ),
        ("silent", of(PLAN, &HOSTS, |it| it.pass_without(61, &["a"]))),
        ("several silent", with_canary(PLAN, |it| it.pass_without(61, &["b", "c"]))),
        (
            "a failure that is tried again",
            of(PLAN, &TWO, |it| {
                it.fail("a");
                it.decide();
                it.say(Command::Retry { host: host("a") });
            }),
        ),
        (
            "given up, and the failure is left out",
            of(&back, &TWO, |it| {
                it.fail("a");
                it.decide();
                it.say(Command::Skip { host: host("a") });
            }),
        ),
    ]
}

fn said() -> Vec<Case> {
    let hold = |it: &mut Fleet, at: &str| it.say(Command::Hold { host: host(at) });
    let skip = |it: &mut Fleet, at: &str| it.say(Command::Skip { host: host(at) });
    vec![
        ("paused before one began", of(PLAN, &TWO, |it| it.say(Command::Pause))),
        (
            "held by a person, and on the host",
            of(PLAN, &HOSTS, |it| {
                hold(it, "b");
                it.report("c", Phase::Held { why: "looking at it".into() }, OLD);
            }),
        ),
        ("held after it was let go", of(PLAN, &TWO, |it| hold(it, "a"))),
        ("left out", with_canary(PLAN, |it| skip(it, "e"))),
        ("left out after it was let go", with_canary(PLAN, |it| skip(it, "b"))),
        (
            "taken as done",
            of(PLAN, &HOSTS, |it| {
                it.say(Command::Promote { wave: "canary".into() });
            }),
        ),
        (
            "taken as done with failures",
            with_canary(PLAN, |it| {
                it.fail("b");
                it.say(Command::Promote { wave: "web".into() });
            }),
        ),
    ]
}

fn ended() -> Vec<Case> {
    let expires = PLAN.replacen('{', r#"{"expires": "2026-11-25T13:00:00Z", "#, 1);
    vec![
        ("aborted", with_canary(PLAN, |it| it.say(Command::Abort))),
        ("superseded", with_canary(PLAN, |it| it.event(Kind::Superseded { sequence: 42 }))),
        ("expired", with_canary(&expires, |it| it.pass_without(61, &[]))),
        (
            "complete",
            of(PLAN, &TWO, |it| {
                it.commit("a");
                it.decide();
                it.decide();
                it.commit("b");
            }),
        ),
        ("complete, all the same", {
            let plan = r#"{"waves": [{"name": "all", "need": "30%"}]}"#;
            let hosts = ["a", "b", "c", "d", "e", "f", "g"];
            of(plan, &hosts, |it| {
                for arrives in ["a", "f", "g"] {
                    it.commit(arrives);
                }
                it.fail("b");
                it.say(Command::Skip { host: host("c") });
                it.stays("c");
                it.report("d", Phase::Held { why: "looking at it".into() }, OLD);
                it.say(Command::Hold { host: host("d") });
                it.stays("d");
                it.pass_without(61, &["e"]);
            })
        }),
        ("complete, and one is off", {
            let mut fleet = Fleet::unheard("{}", &["a", "b"]);
            fleet.commit("a");
            fleet.pass_without(11, &["b"]);
            fleet
        }),
    ]
}

fn away() -> Vec<Case> {
    let off = |without_key: bool, minutes: i64| {
        let mut fleet = Fleet::unheard(PLAN, &[]);
        let members = TWO.map(|it| nixfleet_rollout::Member { without_key, ..member(it) });
        let plan = serde_json::from_str(&PLAN.replacen('{', r#"{"sequence": 41, "#, 1)).unwrap();
        fleet.rollout = nixfleet_rollout::Rollout::new(plan, members.into(), fleet.now);
        fleet.pass(minutes);
        fleet
    };
    vec![
        ("nobody was heard of yet", off(false, 0)),
        ("nobody was ever heard of", off(false, 11)),
        ("nobody can ask, and it was begun", off(true, 0)),
        ("nobody can ask", off(true, 11)),
        ("one was heard of, and is off", {
            let mut fleet = Fleet::new(PLAN, &HOSTS);
            fleet.pass(11);
            fleet
        }),
    ]
}
