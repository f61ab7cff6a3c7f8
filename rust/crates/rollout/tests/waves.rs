//! Waves open one after the other, each when the one before it has what it needs.

mod fleet;

use fleet::{Fleet, OLD};
use nixfleet_rollout::{Command, May, Phase, Standing, State, WaveState};

const TWO: &str = r#"{"waves": [{"name": "canary", "soak": "30m"}, {"name": "rest"}]}"#;

#[test]
fn the_canary_goes_first_and_the_rest_once_it_has_held() {
    let mut fleet = Fleet::new(TWO, &["web-01:canary", "db-01:rest", "web-02:rest"]);
    assert_eq!(fleet.go(), ["web-01"]);
    assert_eq!(
        fleet.sentence("db-01"),
        "wave `rest` opens after `canary`: 0 of 1 host arrived; on the way: web-01"
    );
    fleet.commit("web-01");
    assert!(fleet.go().is_empty());
    let decision = fleet.decide();
    assert_eq!(decision.waves[0].state, WaveState::Soaking);
    assert_eq!(
        decision.sentence,
        "release 41: wave `canary` (1 of 2): 1 of 1 host arrived; it has to hold until 2026-11-25 12:30:00 UTC"
    );
    fleet.pass_without(29, &[]);
    assert!(fleet.go().is_empty());
    fleet.pass(1);
    assert_eq!(fleet.go(), ["db-01", "web-02"]);
    fleet.commit("db-01");
    fleet.commit("web-02");
    let decision = fleet.decide();
    assert_eq!(decision.state, State::Complete);
    assert_eq!(decision.sentence, "release 41: 3 of 3 hosts run it");
}

#[test]
fn as_many_are_on_the_way_as_a_wave_allows() {
    let plan = r#"{"waves": [{"name": "web", "atMost": 2, "need": "50%"}]}"#;
    let mut fleet = Fleet::new(plan, &["a:web", "b:web", "c:web", "d:web"]);
    assert_eq!(fleet.go(), ["a", "b"]);
    assert_eq!(
        fleet.sentence("c"),
        "at most 2 of wave `web` may be on the way or have failed at a time: a and b"
    );
    fleet.commit("b");
    assert_eq!(fleet.go(), ["a", "c"]);
    // What failed takes room, too.
    fleet.fail("a");
    assert_eq!(fleet.go(), ["c"]);
}

#[test]
fn a_budget_holds_across_waves() {
    let plan = r#"{"waves": [{"name": "one", "need": 1}, {"name": "two"}], "budgets": [{"tags": ["db"], "atMost": 1}]}"#;
    let mut fleet = Fleet::new(plan, &["a:one", "b:one+db", "c:two+db", "d:two"]);
    assert_eq!(fleet.go(), ["a", "b"]);
    fleet.commit("a");
    assert_eq!(fleet.go(), ["b", "d"]);
    assert_eq!(
        fleet.sentence("c"),
        "at most 1 of the hosts with `db` may be on the way or have failed at a time: b"
    );
    fleet.commit("b");
    assert_eq!(fleet.go(), ["c", "d"]);
    fleet.fail("c");
    fleet.commit("d");
    assert_eq!(fleet.decide().state, State::Halted);
}

#[test]
fn a_failed_canary_stops_everything_until_a_person_says_otherwise() {
    let mut fleet = Fleet::new(TWO, &["web-01:canary", "db-01:rest"]);
    fleet.go();
    fleet.fail("web-01");
    let decision = fleet.decide();
    assert_eq!(decision.state, State::Halted);
    assert_eq!(
        decision.sentence,
        "release 41 stopped: in wave `canary` web-01 failed, 1 of 1 host, and 0 may: `retry` or `skip` them, `promote canary`, or release anew"
    );
    assert!(fleet.sentence("web-01").ends_with("nginx.service failed"));
    assert!(fleet.go().is_empty());
    fleet.pass_without(1, &[]);
    fleet.say(Command::Retry { host: "web-01".into() });
    assert_eq!(fleet.go(), ["web-01"]);
    assert_eq!(fleet.may("web-01"), May::Go { again: true });
    fleet.pass_without(1, &[]);
    fleet.commit("web-01");
    fleet.say(Command::Promote { wave: "canary".into() });
    assert_eq!(fleet.go(), ["db-01"]);
}

#[test]
fn an_offline_host_is_passed_over_and_goes_when_it_is_back() {
    let plan = r#"{"waves": [{"name": "canary"}, {"name": "laptops"}, {"name": "rest"}]}"#;
    let mut fleet =
        Fleet::new(plan, &["web-01:canary", "lap-1:laptops", "lap-2:laptops", "db-01:rest"]);
    fleet.pass_without(15, &["lap-1", "lap-2"]);
    assert_eq!(fleet.go(), ["web-01"]);
    assert_eq!(fleet.standing("lap-1"), Standing::Offline);
    fleet.commit("web-01");
    assert_eq!(fleet.go(), ["db-01"]);
    fleet.commit("db-01");
    assert_eq!(fleet.decide().state, State::Complete);
    fleet.seen("lap-2");
    assert_eq!(fleet.go(), ["lap-2"]);
}

#[test]
fn no_wave_goes_ahead_of_a_canary_that_nobody_hears_of() {
    let mut fleet = Fleet::new(TWO, &["web-01:canary", "db-01:rest"]);
    fleet.pass_without(15, &["web-01"]);
    assert!(fleet.go().is_empty());
    let sentence = fleet.decide().sentence;
    assert!(sentence.contains("start web-01 or `skip` it"), "{sentence}");
    fleet.say(Command::Skip { host: "web-01".into() });
    assert_eq!(fleet.go(), ["db-01"]);
}

#[test]
fn a_host_that_says_nothing_once_let_go_is_an_outcome_of_its_own() {
    let mut fleet = Fleet::new(TWO, &["web-01:canary", "db-01:rest"]);
    fleet.go();
    fleet.pass_without(59, &["web-01"]);
    assert_eq!(fleet.standing("web-01"), Standing::Going);
    fleet.pass_without(1, &["web-01"]);
    let decision = fleet.decide();
    assert_eq!((decision.state, decision.tally.silent), (State::Halted, 1));
    assert!(
        decision.sentence.contains("web-01 has been silent since let go"),
        "{}",
        decision.sentence
    );
    fleet.commit("web-01");
    assert_eq!(fleet.decide().state, State::Running);
}

#[test]
fn a_window_opens_at_its_time() {
    let plan = r#"{"waves": [{"name": "all", "window": "14:00-15:00 Europe/Berlin"}]}"#;
    let mut fleet = Fleet::new(plan, &["web-01:all"]);
    assert!(fleet.go().is_empty());
    let decision = fleet.decide();
    assert_eq!(decision.waves[0].state, WaveState::Window);
    assert_eq!(
        fleet.sentence("web-01"),
        "the window `14:00-15:00 Europe/Berlin` opens at 2026-11-25 13:00:00 UTC"
    );
    fleet.pass_without(60, &[]);
    assert_eq!(fleet.go(), ["web-01"]);
}

#[test]
fn a_release_is_given_up_where_the_plan_says_so_and_stays_so() {
    let plan = r#"{"waves": [{"name": "all", "atMost": 1}], "onFailure": "rollback"}"#;
    let mut fleet = Fleet::new(plan, &["a:all", "b:all", "c:all"]);
    fleet.go();
    fleet.pass_without(1, &[]);
    fleet.commit("a");
    assert_eq!(fleet.go(), ["b"]);
    fleet.pass_without(1, &[]);
    fleet.fail("b");
    let decision = fleet.decide();
    assert_eq!(decision.state, State::GivenUp);
    let back = "a run it, and go back with the next release: `nixfleet release --rollback-to 40`";
    assert!(decision.sentence.ends_with(back), "{}", decision.sentence);
    fleet.say(Command::Retry { host: "b".into() });
    assert!(fleet.go().is_empty());
}

#[test]
fn people_pause_hold_and_end_a_rollout() {
    let mut fleet = Fleet::new("{}", &["a", "b"]);
    fleet.say(Command::Hold { host: "b".into() });
    fleet.say(Command::Pause);
    assert!(fleet.go().is_empty());
    assert_eq!(
        fleet.decide().sentence,
        "release 41: ops paused it at 2026-11-25 12:00 UTC: `resume` goes on"
    );
    fleet.pass_without(1, &[]);
    fleet.say(Command::Resume);
    assert_eq!(fleet.go(), ["a"]);
    assert!(fleet.sentence("b").starts_with("held by ops since"), "{}", fleet.sentence("b"));
    fleet.say(Command::Release { host: "b".into() });
    assert_eq!(fleet.go(), ["a", "b"]);
    fleet.say(Command::Abort);
    assert!(fleet.go().is_empty());
    assert_eq!(fleet.decide().state, State::Aborted);
}

#[test]
fn an_expired_release_goes_nowhere_and_says_so() {
    let plan = r#"{"expires": "2026-11-25T13:00:00Z", "waves": [{"name": "all", "atMost": 1}]}"#;
    let mut fleet = Fleet::new(plan, &["a:all", "b:all"]);
    assert_eq!(fleet.decide().next, Some("2026-11-25T12:10:00Z".parse().unwrap()));
    fleet.pass_without(30, &[]);
    fleet.commit("a");
    fleet.pass_without(31, &[]);
    fleet.report("b", nixfleet_rollout::Phase::Idle, fleet::OLD);
    let decision = fleet.decide();
    assert_eq!(decision.state, State::Expired);
    assert!(decision.sentence.starts_with("release 41 expired at 2026-11-25 13:00:00 UTC"));
    assert!(fleet.go().is_empty());
}

/// Whoever pauses in a window and resumes after it has the next one: what had not begun waits until then.
#[test]
fn a_pause_over_the_end_of_a_window_is_a_wait_for_the_next() {
    let plan = r#"{"waves": [{"name": "all", "atMost": 1, "window": "12:30-14:00 UTC"}]}"#;
    let mut fleet = Fleet::new(plan, &["web-01", "web-02"]);
    fleet.pass_without(31, &[]);
    assert_eq!(fleet.go(), ["web-01"]);
    fleet.report("web-01", Phase::Fetching, OLD);
    fleet.say(Command::Pause);
    fleet.pass_without(30, &[]);
    fleet.commit("web-01");
    assert!(fleet.go().is_empty());
    fleet.pass_without(90, &[]);
    fleet.say(Command::Resume);
    assert!(fleet.go().is_empty());
    let next = "the window `12:30-14:00 UTC` opens at 2026-11-26 12:30:00 UTC";
    assert_eq!(fleet.sentence("web-02"), next);
    assert!(fleet.decide().sentence.contains(next));
    fleet.now = "2026-11-26T12:31:00Z".parse().unwrap();
    fleet.seen("web-02");
    assert_eq!(fleet.go(), ["web-02"]);
}

/// A clock that is set a day ahead, and back: nobody goes twice, and nobody is asked for at a time that is
/// past. Times never go back: what happens meanwhile happens at the latest of them.
#[test]
fn a_day_ahead_and_all_are_off_until_they_are_heard_of() {
    let plan = r#"{"waves": [{"name": "canary", "soak": "1h"}, {"name": "rest"}]}"#;
    let mut fleet = Fleet::new(plan, &["web-01:canary", "web-02:rest"]);
    assert_eq!(fleet.go(), ["web-01"]);
    fleet.report("web-01", Phase::Switching, OLD);
    fleet.pass(24 * 60);
    assert_eq!(fleet.standing("web-01"), Standing::Silent);
    assert_eq!(fleet.standing("web-02"), Standing::Offline);
    assert_eq!(fleet.decide().state, State::Halted);
    // It was there all the time.
    fleet.report("web-01", Phase::Probation, OLD);
    fleet.seen("web-02");
    assert_eq!(fleet.decide().state, State::Running);
    assert!(fleet.go().iter().all(|it| it != "web-02"));
    fleet.commit("web-01");
    assert!(fleet.sentence("web-02").contains("it has to hold until 2026-11-26 13:00:00 UTC"));
    fleet.pass_without(61, &[]);
    assert_eq!(fleet.go(), ["web-02"]);
}
