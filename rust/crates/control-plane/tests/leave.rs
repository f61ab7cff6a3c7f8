//! Leave is told of once it is known as an event, and who has news is named.

mod common;

use common::{Fleet, public, system};
use jiff::Timestamp;
use nixfleet_control_plane::core::Core;
use nixfleet_control_plane::store::{Keep, Kept};
use nixfleet_link::{CheckIn, VERSION};
use nixfleet_release::Signers;
use nixfleet_rollout::{Command, Report};
use serde_json::json;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_600_000 + second).unwrap()
}

fn says(core: &mut Core, host: &str, running: &str, second: i64) {
    let report = Report { running: running.into(), ..Report::default() };
    core.check_in(host, CheckIn { version: VERSION, report, ..CheckIn::default() }, at(second));
}

fn may_go(core: &Core, host: &str) -> bool {
    core.answer(host).offered.is_some_and(|it| it.wait.is_none())
}

fn bring(core: &mut Core, fleet: &Fleet, number: u64, second: i64) -> Vec<Keep> {
    let files =
        fleet.release(number).into_iter().map(|(name, text)| (name, text.into_bytes().into()));
    core.bring(files.collect(), at(second)).unwrap().0
}

/// A fleet where `web` goes after `canary`.
fn fleet() -> Fleet {
    let waves = json!([{"name": "canary"}, {"name": "web"}]);
    Fleet::of(&[("web-01", "canary"), ("web-02", "web")], waves)
}

fn signers() -> Signers {
    Signers { keys: vec![public(1)], threshold: 1 }
}

/// A control plane with a release that it has not decided on yet: `web` goes after `canary`.
fn brought() -> Core {
    let mut core = Core::new("home", signers(), Kept::default(), at(0));
    for host in ["web-01", "web-02"] {
        says(&mut core, host, "/nix/store/old", 1);
    }
    bring(&mut core, &fleet(), 1, 2);
    core
}

#[test]
fn nobody_is_told_to_go_before_that_can_be_written_down() {
    let mut core = brought();
    assert!(!may_go(&core, "web-01"));
    assert!(!core.decide(at(3)).is_empty());
    assert!(may_go(&core, "web-01"));
    assert!(!may_go(&core, "web-02"));
}

#[test]
fn who_has_news_is_named_and_nobody_else() {
    let mut core = brought();
    let news = |core: &mut Core| core.news().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(news(&mut core), ["web-01", "web-02"], "a release is news for all");
    core.decide(at(3));
    assert_eq!(news(&mut core), ["web-01"], "it may go");
    core.decide(at(4));
    assert_eq!(news(&mut core), [""; 0], "nothing happened");
    says(&mut core, "web-01", &system("web-01", 1), 5);
    core.decide(at(5));
    core.decide(at(6));
    assert_eq!(news(&mut core), ["web-01", "web-02"], "one has arrived, and the other may go");
    core.command("ops", Command::Retry { host: "web-02".into() }, at(7)).unwrap();
    assert_eq!(news(&mut core), ["web-02"], "a word of a person");
}

/// A control plane with a first release everywhere, and a second that came after its clock was set back
/// by an hour; and what was written down of that.
fn brought_after_the_clock_was_set_back() -> (Core, Vec<Keep>) {
    let (mut core, fleet) = (brought(), fleet());
    core.decide(at(3_600));
    for (host, second) in [("web-01", -1), ("web-02", 1)] {
        says(&mut core, host, &system(host, 1), second);
        core.decide(at(second));
    }
    let kept = bring(&mut core, &fleet, 2, 5);
    (core, kept)
}

#[test]
fn leave_for_one_release_is_none_for_the_next_also_where_the_clock_was_set_back() {
    let (mut core, _) = brought_after_the_clock_was_set_back();
    for second in 6..9 {
        core.decide(at(second));
        assert!(may_go(&core, "web-01"));
        assert!(!may_go(&core, "web-02"), "its canary has not committed");
    }
}

#[test]
fn leave_for_one_release_is_none_for_the_next_after_a_start_either() {
    let (core, kept) = brought_after_the_clock_was_set_back();
    let Some(Keep::Release(release, trusted, events)) =
        kept.into_iter().find(|it| matches!(it, Keep::Release(..)))
    else {
        panic!("the release is written down");
    };
    let said = core.said().iter().map(|(name, said)| (name.clone(), said.clone()));
    let (release, trusted) = (Some(*release), Some(trusted));
    let kept = Kept { release, trusted, hosts: said.collect(), events };
    let mut core = Core::new("home", signers(), kept, at(10));
    for host in ["web-01", "web-02"] {
        says(&mut core, host, &system(host, 1), 11);
    }
    core.decide(at(12));
    assert!(may_go(&core, "web-01"));
    assert!(!may_go(&core, "web-02"), "its canary has not committed");
}
