//! A host whose key somebody else has, who says whatever is of use to them: the others go on, what it says is
//! kept and read again, and who looks is told.

use nixfleet_link::Known;
use nixfleet_release::Hash;
use nixfleet_rollout::Phase;
use serde_json::json;

use super::{begun, two_waves};
use crate::common::{Host, system};

#[test]
fn one_that_lies_harms_itself_alone_also_after_a_start() {
    let fleet = two_waves();
    let (mut plane, mut hosts) = begun(&fleet);
    hosts[0].may_soon();
    let mut liar = Host::of(&plane, &fleet, "web-03");
    // It has arrived before its wave opened, then failed, then goes; its numbers are the highest there are,
    // it boots each time, and it knows answers that nobody gave.
    let long = "x".repeat(5_000);
    let phases = [
        Phase::Committed,
        Phase::Reverted { why: long.clone() },
        Phase::Switching,
        Phase::Held { why: "\u{1b}[2J\n".repeat(300) },
        Phase::Idle,
    ];
    for round in 0..15_usize {
        let report = &mut liar.said.report;
        report.phase = phases[round % phases.len()].clone();
        report.sequence = Some(u64::MAX);
        report.target = Some(if round % 2 == 0 { system("web-03", 1) } else { long.clone() });
        report.running = system("web-03", u64::MAX);
        report.boot = format!("boot-{round}");
        (report.tries, report.turn) = (u64::MAX - round as u64, u64::MAX);
        liar.said.retried = Some(u64::MAX);
        liar.said.release = Some(Known { sequence: u64::MAX, hash: Hash::of(b"none") });
        liar.said.known = Some("stay-9223372036854775807-9".into());
        // The machine of another is no way to be that other.
        liar.said.machine = "web-01".into();
        let status = liar.ask().status;
        assert!([200, 429].contains(&status), "{round}: {status}");
    }
    let status = plane.get("/v1/status");
    assert_eq!((&status["ahead"], &status["doubled"]), (&json!(["web-03"]), &json!([])));

    plane.kill();
    plane.again();
    let status = plane.get("/v1/status");
    assert_eq!((&status["release"]["sequence"], &status["ahead"]), (&json!(1), &json!(["web-03"])));
    // It takes no place of the others for ever: who leads does without it.
    let mut canary = Host::of(&plane, &fleet, "web-01");
    canary.may_soon();
    canary.says(Phase::Committed, 1, "web-01");
    assert!(plane.command(&json!({ "command": "skip", "host": "web-03" })).0);
    let mut second = Host::of(&plane, &fleet, "web-02");
    second.may_soon();
    second.says(Phase::Committed, 1, "web-02");
    plane.until("/v1/status", |it| it["rollout"]["state"] == "complete");
    // And it is a host like the others once it says the truth.
    assert!(plane.bring(&fleet.release(2)).0);
    let mut honest = Host::of(&plane, &fleet, "web-03");
    honest.said.report.boot = "another".into();
    honest.check_in();
    plane.until("/v1/status", |it| it["ahead"] == json!([]));
    assert!(!plane.get("/v1/rollout")["sentence"].as_str().unwrap().is_empty());
}
