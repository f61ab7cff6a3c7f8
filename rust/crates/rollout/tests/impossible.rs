//! A plan that can never finish is said when it is published, and no other is.

mod fleet;

use std::time::Duration;

use fleet::{Fleet, NEW, OLD, member};
use jiff::{SignedDuration, Timestamp};
use nixfleet_rollout::{Impossible, Limits, Member, Phase, Plan, State, impossible};
use proptest::prelude::*;

/// What has not come to its end by then never will: no plan here takes a month.
const ENOUGH: &str = "2027-06-01T00:00:00Z";

/// Where a rollout ends in the best of all worlds: every host is there, and all goes well at once.
fn ends_at_best(plan: &str, hosts: &[&str]) -> State {
    let mut fleet = Fleet::new(plan, hosts);
    // Nobody goes offline, so that what is next is something of the plan's.
    let limits = Limits { offline: Duration::from_secs(10_000 * 3600), ..Limits::default() };
    fleet.rollout = fleet.rollout.with_limits(limits);
    for _ in 0..200 {
        for host in fleet.names() {
            fleet.seen(&host);
        }
        let decision = fleet.decide();
        let arrived = |host: &str, fleet: &Fleet| {
            fleet.log.iter().any(|it| {
                matches!(&it.kind, nixfleet_rollout::Kind::Report { host: by, report }
                    if by == host && report.running == NEW)
            })
        };
        let go: Vec<String> = decision.go().map(str::to_owned).collect();
        let mut has_moved = !decision.events.is_empty();
        for host in go.iter().filter(|it| !arrived(it, &fleet)).cloned().collect::<Vec<_>>() {
            fleet.report(&host, Phase::Fetching, OLD);
            fleet.now += SignedDuration::from_millis(1);
            fleet.commit(&host);
            has_moved = true;
        }
        if decision.state == State::Complete {
            return State::Complete;
        }
        match decision.next {
            _ if has_moved => fleet.now += SignedDuration::from_millis(1),
            Some(next) if next < ENOUGH.parse().unwrap() => fleet.now = next.max(fleet.now),
            _ => return decision.state,
        }
    }
    panic!("it goes on and on: {plan}");
}

fn wave() -> impl Strategy<Value = String> {
    let share = prop_oneof![
        Just("null".to_owned()),
        (1..3_u8).prop_map(|it| it.to_string()),
        (1..=100_u8).prop_map(|it| format!("\"{it}%\""))
    ];
    let soak = prop_oneof![Just("null".to_owned()), (1..48_u8).prop_map(|it| format!("\"{it}h\""))];
    let window = prop_oneof![
        4 => Just("null"),
        1 => Just("\"Mon..Fri 02:00-05:00 Europe/Berlin\""),
        1 => Just("\"Sat 22:00-04:00 UTC\""),
        1 => Just("\"02:00-05:00 Mars/Olympus\""),
    ];
    (share.clone(), share, soak, window).prop_map(|(at_most, need, soak, window)| {
        format!(r#""atMost": {at_most}, "need": {need}, "soak": {soak}, "window": {window}"#)
    })
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

/// Others wait for one of the first wave, however long it is away.
#[test]
fn a_first_wave_that_cannot_ask_is_said() {
    let plan: Plan = serde_json::from_str(
        r#"{"waves": [{"name": "none"}, {"name": "canary"}, {"name": "rest"}]}"#,
    )
    .unwrap();
    let said = |without: &[&str]| {
        let mut members = ["a:canary", "b:canary", "c:rest"].map(member);
        for member in &mut members {
            member.without_key = without.contains(&member.name.as_str());
        }
        let begins = "2026-11-25T12:00:00Z".parse().unwrap();
        impossible(&plan, &members, begins).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        said(&["a", "b"]),
        [
            "wave `canary` is the first, and none of its hosts has a key in the release to ask with: write their `hostKey`, an `ssh-ed25519` one"
        ]
    );
    assert!(said(&["a"]).is_empty() && said(&["c"]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_can_never_finish_is_said_and_nothing_else(
        waves in prop::collection::vec(wave(), 0..4),
        hosts in prop::collection::vec(0..4_usize, 1..6),
        // Never at the moment at which a wave opens.
        expires in prop::option::of((0..200_i64).prop_map(|it| it * 3600 - 1_777)),
    ) {
        let begins: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let expires = expires.map(|it| begins + SignedDuration::from_secs(it));
        let expires = expires.map_or("null".to_owned(), |it| format!("\"{it}\""));
        let count = waves.len();
        let waves = waves.iter().enumerate().map(|(at, it)| format!(r#"{{"name": "w{at}", {it}}}"#));
        let waves = waves.collect::<Vec<_>>().join(",");
        let plan = format!(r#"{{"expires": {expires}, "waves": [{waves}]}}"#);
        let hosts: Vec<String> = hosts.iter().enumerate().map(|(at, wave)| match count {
            0 => format!("h{at}"),
            count => format!("h{at}:w{}", wave % count),
        }).collect();
        let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();

        let members: Vec<Member> = hosts.iter().map(|it| member(it)).collect();
        let read: Plan = serde_json::from_str(&plan).unwrap();
        let mut said = impossible(&read, &members, begins);
        // A wave that has fewer than it needs is taken for done with all that it has.
        said.retain(|it| !matches!(it, Impossible::Need { .. }));
        let end = ends_at_best(&plan, &hosts);
        prop_assert_eq!(said.is_empty(), end == State::Complete, "{:?}, {:?}: {}", end, said, plan);
    }
}
