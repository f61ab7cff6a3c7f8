//! Hosts that speak to a control plane.

use std::time::{Duration, Instant};

use nixfleet_link::client_config;
use nixfleet_link::{Answer, CHECK_IN, CheckIn, Connection, HostKey, Known, Reply, VERSION};
use nixfleet_release::Hash;
use nixfleet_rollout::{Phase, Report};

use super::LIMITS;
use super::fleet::{Fleet, system};
use super::plane::Plane;

/// A host that speaks.
pub struct Host {
    pub connection: Connection,
    pub said: CheckIn,
}

impl Host {
    pub fn of(plane: &Plane, fleet: &Fleet, name: &str) -> Self {
        let said = CheckIn {
            version: VERSION,
            agent: "test".into(),
            machine: name.into(),
            report: Report { running: system(name, 0), boot: "boot".into(), ..Report::default() },
            ..CheckIn::default()
        };
        Self { connection: open(plane, fleet.seed(name)), said }
    }

    pub fn ask(&mut self) -> Reply {
        let body = serde_json::to_vec(&self.said).unwrap();
        self.connection.ask("POST", CHECK_IN, &[], &body, 64 * 1024, LIMITS.answer).unwrap()
    }

    pub fn check_in(&mut self) -> Answer {
        let reply = self.ask();
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    }

    /// Whether it may go; none if it is offered nothing.
    pub fn may(&mut self) -> Option<bool> {
        self.said.known = None;
        self.said.wait = 0;
        self.check_in().offered.map(|it| it.wait.is_none())
    }

    /// Asks until it may go.
    pub fn may_soon(&mut self) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.may() != Some(true) {
            assert!(Instant::now() < until, "it may not go");
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    pub fn says(&mut self, phase: Phase, sequence: u64, name: &str) {
        let report = &mut self.said.report;
        if phase == Phase::Committed {
            report.running = system(name, sequence);
        }
        (report.phase, report.sequence) = (phase, Some(sequence));
        report.target = Some(system(name, sequence));
        report.tries = sequence;
        report.turn += 1;
        self.check_in();
    }

    pub fn knows(&mut self, sequence: u64) {
        self.said.release = Some(Known { sequence, hash: Hash::of(b"x") });
    }
}

pub fn open(plane: &Plane, seed: u8) -> Connection {
    let key = HostKey::of_seed(&[seed; 32]).unwrap();
    let pin = HostKey::of_seed(&[2; 32]).unwrap().public();
    Connection::open(&plane.address, &client_config(&key, pin).unwrap(), LIMITS).unwrap()
}
