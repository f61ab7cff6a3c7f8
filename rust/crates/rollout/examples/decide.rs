//! How long a decision takes, for `checks/bench`: the least of some runs in milliseconds, for ten
//! thousand hosts and a hundred thousand, in ten waves. Before each run the processor's caches are
//! filled with something else: who decides once a second has them full of other work, and ten thousand
//! hosts would fit where a hundred thousand do not.

use std::time::Instant;

use jiff::Timestamp;
use nixfleet_rollout::{Event, Kind, Member, Phase, Plan, Report, Rollout};

fn rollout(hosts: usize) -> (Rollout, Timestamp) {
    let waves: Vec<String> = (0..10)
        .map(|at| format!(r#"{{"name": "w{at}", "atMost": "25%", "need": "{}%"}}"#, 70 + at))
        .collect();
    let plan = format!(
        r#"{{"sequence": 41, "waves": [{}], "budgets": [{{"tags": ["db"], "atMost": "10%"}}]}}"#,
        waves.join(",")
    );
    let plan: Plan = serde_json::from_str(&plan).expect("a plan");
    let member = |at: usize| Member {
        name: format!("host-{at:06}"),
        system: "/nix/store/new".into(),
        wave: Some(format!("w{}", at % 10)),
        tags: vec![if at.is_multiple_of(7) { "db" } else { "web" }.into()],
        without_key: false,
    };
    let now = "2026-11-25T12:00:00Z".parse().expect("a time");
    let mut rollout = Rollout::new(plan, (0..hosts).map(member).collect(), now);
    for at in 0..hosts {
        let (phase, running) = match at % 10 {
            0..5 if at % 3 > 0 => (Phase::Committed, "/nix/store/new"),
            5 if at.is_multiple_of(5) => (Phase::Probation, "/nix/store/old"),
            _ => (Phase::Idle, "/nix/store/old"),
        };
        let report = Report { phase, running: running.into(), ..Report::default() };
        rollout.apply(&Event {
            at: now,
            kind: Kind::Report { host: format!("host-{at:06}"), report },
        });
    }
    (rollout, now)
}

/// More bytes than any cache has.
const OTHER: usize = 256 << 20;

fn least(hosts: usize, runs: usize) -> f64 {
    let (rollout, now) = rollout(hosts);
    let mut other = vec![1_u8; OTHER];
    let run = |_| {
        other.iter_mut().step_by(64).for_each(|it| *it = it.wrapping_add(1));
        let begun = Instant::now();
        let decision = rollout.decide(now);
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        assert_eq!(decision.tally.hosts, hosts);
        took
    };
    (0..runs).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    // In turns, so that both are measured at the same time.
    let (mut small, mut large) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..5 {
        small = small.min(least(10_000, 8));
        large = large.min(least(100_000, 3));
    }
    println!("{small} {large}");
}
