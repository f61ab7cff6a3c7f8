//! Leave is told of once it is known as an event, and who has news is named.

mod common;

use common::{Fleet, public, system};
use jiff::Timestamp;
use nixfleet_control_plane::core::{Core, concerns};
use nixfleet_control_plane::store::{Keep, Kept, News};
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
fn who_says_the_same_again_is_known_to_be_there_and_nothing_is_written_down() {
    let mut core = brought();
    core.decide(at(3));
    let mut said = core.said()["web-02"].clone();
    said.report.turn += 1;
    assert!(core.check_in("web-02", said.clone(), at(700)).is_empty());
    assert!(core.decide(at(701)).is_empty());
    assert_eq!(core.view_of("web-02").unwrap().seen, Some(at(700)));
    said.report.tries += 1;
    assert!(!core.check_in("web-02", said, at(702)).is_empty());
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

/// A host at rest comes again, with the mark of what it was told.
fn comes(core: &mut Core, host: &str, running: &str, known: &str, second: i64) -> Vec<Keep> {
    let report = Report { running: running.into(), ..Report::default() };
    let known = Some(known.to_owned());
    let said = CheckIn { version: VERSION, report, known, ..CheckIn::default() };
    let keep = core.check_in(host, said, at(second));
    core.decide(at(second));
    core.decide(at(second));
    keep
}

fn one_at_a_time() -> Core {
    let fleet =
        Fleet::of(&[("web-01", "web"), ("web-02", "web")], json!([{"name": "web", "atMost": 1}]));
    let mut core = Core::new("home", signers(), Kept::default(), at(0));
    for host in ["web-01", "web-02"] {
        says(&mut core, host, "/nix/store/old", 1);
    }
    bring(&mut core, &fleet, 1, 2);
    core.decide(at(3));
    assert!(may_go(&core, "web-01"));
    core
}

fn mark(core: &Core, host: &str) -> String {
    core.answer(host).mark
}

#[test]
fn leave_is_over_once_the_host_says_that_it_heard_to_wait() {
    let mut core = one_at_a_time();
    let old = "/nix/store/old";
    let went = mark(&core, "web-01");
    let held = |core: &mut Core, second: i64| {
        core.command("ops", Command::Hold { host: "web-01".into() }, at(second)).unwrap();
        core.decide(at(second));
        mark(core, "web-01")
    };
    let first = held(&mut core, 4);
    // It may have begun since it sent this.
    for (second, known) in [(5, went.as_str()), (6, "none")] {
        comes(&mut core, "web-01", old, known, second);
        assert!(!may_go(&core, "web-02"), "{known}");
    }
    // Nor has it heard of the second word by what it was told at the first.
    core.command("ops", Command::Release { host: "web-01".into() }, at(7)).unwrap();
    core.decide(at(7));
    assert!(may_go(&core, "web-01"));
    let second = held(&mut core, 8);
    assert_ne!(first, second);
    comes(&mut core, "web-01", old, &first, 9);
    assert!(!may_go(&core, "web-02"));
    let keep = comes(&mut core, "web-01", old, &second, 10);
    assert!(matches!(&keep[..], [Keep::Event(..)]), "{keep:?}");
    assert!(may_go(&core, "web-02"));
    assert!(comes(&mut core, "web-01", old, &second, 11).is_empty(), "it is said once");
}

#[test]
fn leave_for_an_older_release_is_over_once_the_host_says_that_it_heard_of_the_newer() {
    let mut core = one_at_a_time();
    let went = mark(&core, "web-01");
    let fleet =
        Fleet::of(&[("web-01", "web"), ("web-02", "web")], json!([{"name": "web", "atMost": 1}]));
    bring(&mut core, &fleet, 2, 4);
    core.decide(at(5));
    // It said so before it heard of the second release, and may have begun the first since.
    comes(&mut core, "web-01", "/nix/store/other", &went, 6);
    assert!(!may_go(&core, "web-01") && !may_go(&core, "web-02"));
    let newer = mark(&core, "web-01");
    comes(&mut core, "web-01", "/nix/store/other", &newer, 7);
    assert!(may_go(&core, "web-01"));
}

/// Takes what was written down by another control plane over the same database.
fn learns(core: &mut Core, keep: &[Keep], second: i64) {
    let event = |it: &Keep| match it {
        Keep::Event(_, event) => Some(event.clone()),
        _ => None,
    };
    let events = keep.iter().filter_map(event).collect();
    core.learn(News { events, ..News::default() }, at(second));
}

/// Control planes over one database, of which the first is told to hold a host that was let go; each
/// learns of it, and decides, by a clock of its own.
fn held_after_it_was_let_go() -> [Core; 3] {
    let mut planes = [(); 3].map(|()| one_at_a_time());
    let held = planes[0].command("ops", Command::Hold { host: "web-01".into() }, at(4)).unwrap();
    for (plane, second) in planes.iter_mut().zip(5..) {
        if second > 5 {
            learns(plane, &held, second);
        }
        plane.decide(at(second));
    }
    planes
}

#[test]
fn a_host_that_asks_by_turns_says_to_one_what_it_heard_from_another() {
    let mut planes = held_after_it_was_let_go();
    let mut known = mark(&planes[0], "web-01");
    for (turn, second) in (1..).zip(10..20) {
        let keep = comes(&mut planes[turn % 3], "web-01", "/nix/store/old", &known, second);
        for other in [turn + 1, turn + 2] {
            learns(&mut planes[other % 3], &keep, second);
            planes[other % 3].decide(at(second));
        }
        known = mark(&planes[turn % 3], "web-01");
    }
    for plane in &mut planes {
        plane.decide(at(20));
        assert!(!may_go(plane, "web-01") && may_go(plane, "web-02"));
    }
}

#[test]
fn who_was_called_back_is_let_go_by_no_control_plane_that_has_yet_to_hear_so() {
    let mut behind = one_at_a_time();
    let [mut first, ..] = held_after_it_was_let_go();
    let known = mark(&first, "web-01");
    let over = comes(&mut first, "web-01", "/nix/store/old", &known, 10);
    let waits = mark(&first, "web-01");
    assert!(may_go(&first, "web-02") && may_go(&behind, "web-01"));
    // It asks the database before it lets go who knows another answer, and whom nobody else lets go.
    let goes = mark(&behind, "web-01");
    for known in [known, waits] {
        assert!(concerns(Some(&known), Some(&goes)));
    }
    assert!(!concerns(Some(&goes), Some(&goes)) && !concerns(Some("another"), None));
    // What it learns there holds at once, also before it decides.
    let hold = first.command("ops", Command::Hold { host: "web-01".into() }, at(11)).unwrap();
    learns(&mut behind, &hold, 12);
    assert!(!may_go(&behind, "web-01"));
    learns(&mut behind, &over, 12);
    assert!(!may_go(&behind, "web-01"));
}
