//! Leave is told of once it is known as an event, and who has news is named.

mod common;

use common::{Fleet, public, system};
use jiff::Timestamp;
use nixfleet_control_plane::core::Core;
use nixfleet_control_plane::store::Kept;
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

/// A control plane with a release that it has not decided on yet: `web` goes after `canary`.
fn brought() -> Core {
    let waves = json!([{"name": "canary"}, {"name": "web"}]);
    let fleet = Fleet::of(&[("web-01", "canary"), ("web-02", "web")], waves);
    let signers = Signers { keys: vec![public(1)], threshold: 1 };
    let mut core = Core::new("home", signers, Kept::default(), at(0));
    for host in ["web-01", "web-02"] {
        says(&mut core, host, "/nix/store/old", 1);
    }
    let files = fleet.release(1).into_iter().map(|(name, text)| (name, text.into_bytes()));
    core.bring(files.collect(), at(2)).unwrap();
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
