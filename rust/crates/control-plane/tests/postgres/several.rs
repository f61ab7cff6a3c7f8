//! Several control planes over one database decide as one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, Connection, HostKey, Limits, VERSION, client_config,
};
use nixfleet_rollout::{Phase, Report};
use serde_json::{Value, json};

use crate::common::server::Server;
use crate::common::{Fleet, Host, Plane, system};

const QUICK: Limits = Limits { connect: Duration::from_secs(2), answer: Duration::from_secs(5) };

/// What is seen of all hosts together.
#[derive(Default)]
struct Sight {
    /// Hosts of the second wave that are on their way now, and the most at a time.
    on_the_way: BTreeSet<String>,
    most: usize,
    /// Who has arrived, by release.
    arrived: BTreeMap<u64, BTreeSet<String>>,
    /// Who went before the canary had arrived.
    early: Vec<String>,
}

/// A host that asks any of the control planes, and does what an agent does.
struct Agent {
    name: String,
    seed: u8,
    planes: Vec<String>,
    said: CheckIn,
    asked: usize,
}

impl Agent {
    fn of(fleet: &Fleet, name: &str, planes: &[&Plane]) -> Self {
        let report = Report { running: system(name, 0), boot: "boot".into(), ..Report::default() };
        let said = CheckIn {
            version: VERSION,
            agent: "test".into(),
            machine: name.into(),
            report,
            ..CheckIn::default()
        };
        let seed = fleet.seed(name);
        let planes = planes.iter().map(|it| it.address.clone()).collect();
        Self { name: name.into(), seed, planes, said, asked: usize::from(seed) }
    }

    /// An answer, from whichever control plane gives one.
    fn ask(&mut self, over: &AtomicBool) -> Option<Answer> {
        while !over.load(Ordering::Relaxed) {
            self.asked += 1;
            let address = &self.planes[self.asked % self.planes.len()];
            if let Some(answer) = ask(address, self.seed, &self.said) {
                self.said.known = Some(answer.mark.clone());
                return Some(answer);
            }
            thread::sleep(Duration::from_millis(30));
        }
        None
    }

    fn says(&mut self, phase: Phase, sequence: u64, over: &AtomicBool) -> Option<Answer> {
        let report = &mut self.said.report;
        if phase == Phase::Committed {
            report.running = system(&self.name, sequence);
        }
        (report.phase, report.sequence) = (phase, Some(sequence));
        report.target = Some(system(&self.name, sequence));
        report.tries = sequence;
        report.turn += 1;
        self.ask(over)
    }

    fn live(mut self, wave: &str, sight: &Mutex<Sight>, over: &AtomicBool) -> Option<()> {
        loop {
            let offered = self.ask(over)?.offered;
            let may = offered.filter(|it| it.wait.is_none()).map(|it| it.release.sequence);
            let Some(sequence) = may.filter(|it| self.said.report.sequence != Some(*it)) else {
                thread::sleep(Duration::from_millis(60));
                continue;
            };
            {
                let mut sight = sight.lock().unwrap();
                let canary = sight.arrived.get(&sequence).is_some_and(|it| it.contains("web-00"));
                if wave == "rest" {
                    sight.on_the_way.insert(self.name.clone());
                    sight.most = sight.most.max(sight.on_the_way.len());
                    if !canary {
                        sight.early.push(format!("{} to {sequence}", self.name));
                    }
                }
            }
            self.says(Phase::Switching, sequence, over)?;
            thread::sleep(Duration::from_millis(150));
            {
                let mut sight = sight.lock().unwrap();
                sight.on_the_way.remove(&self.name);
                sight.arrived.entry(sequence).or_default().insert(self.name.clone());
            }
            self.says(Phase::Committed, sequence, over)?;
        }
    }
}

fn ask(address: &str, seed: u8, said: &CheckIn) -> Option<Answer> {
    let key = HostKey::of_seed(&[seed; 32])?;
    let pin = HostKey::of_seed(&[2; 32])?.public();
    let mut connection = Connection::open(address, &client_config(&key, pin).ok()?, QUICK).ok()?;
    let body = serde_json::to_vec(said).ok()?;
    let reply = connection.ask("POST", CHECK_IN, &[], &body, 64 * 1024, QUICK.answer).ok()?;
    (reply.status == 200).then(|| serde_json::from_slice(&reply.body).unwrap())
}

fn fleet(hosts: usize) -> Fleet {
    let waves = json!([{ "name": "canary" }, { "name": "rest", "atMost": 2 }]);
    let names: Vec<String> = (0..hosts).map(|it| format!("web-{it:02}")).collect();
    let wave = |it: usize| if it == 0 { "canary" } else { "rest" };
    let all: Vec<_> = names.iter().enumerate().map(|(n, it)| (it.as_str(), wave(n))).collect();
    Fleet::of(&all, waves)
}

/// How often each host was let go to each release, by the log.
fn let_go(plane: &Plane) -> BTreeMap<(String, u64), usize> {
    let (mut times, mut path) = (BTreeMap::new(), "/v1/log?limit=500".to_owned());
    loop {
        let page = plane.get(&path);
        for event in page["events"].as_array().unwrap() {
            if event["kind"] == json!("go") {
                let host = event["host"].as_str().unwrap().to_owned();
                *times.entry((host, event["release"].as_u64().unwrap())).or_default() += 1;
            }
        }
        let Some(before) = page["before"].as_u64() else { return times };
        path = format!("/v1/log?limit=500&before={before}");
    }
}

fn soon(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(15);
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn killed_by_turns_and_their_database_restarted_they_let_each_host_go_once() {
    let (fleet, server) = (fleet(12), Server::start());
    let database = server.database();
    let mut planes: Vec<Plane> = (0..3).map(|_| Plane::over(Some(database.clone()))).collect();
    assert!(planes[0].bring(&fleet.release(1)).0);

    let (sight, over) = (Arc::new(Mutex::new(Sight::default())), Arc::new(AtomicBool::new(false)));
    let hosts: Vec<_> = fleet
        .hosts
        .iter()
        .map(|(name, wave)| {
            let agent = Agent::of(&fleet, name, &planes.iter().collect::<Vec<_>>());
            let (wave, sight, over) = (wave.clone(), sight.clone(), over.clone());
            thread::spawn(move || agent.live(&wave, &sight, &over))
        })
        .collect();
    let arrived = |sequence| sight.lock().unwrap().arrived.get(&sequence).map_or(0, BTreeSet::len);

    for round in 0.. {
        assert!(round < 14, "the rollout does not end: {}", planes[0].get("/v1/status"));
        let second = Instant::now();
        let plane = &mut planes[round % 3];
        if round == 1 {
            // Who brought it is told, and it is on no machine but the database's then.
            assert!(plane.bring(&fleet.release(2)).0);
        }
        plane.kill();
        if round == 2 {
            server.crash();
        }
        planes[round % 3].again();
        if arrived(2) == fleet.hosts.len() {
            break;
        }
        thread::sleep(Duration::from_secs(1).saturating_sub(second.elapsed()));
    }
    let is_complete = |it: &Plane| it.get("/v1/status")["rollout"]["state"] == json!("complete");
    soon("not all know that it is complete", || planes.iter().all(is_complete));
    over.store(true, Ordering::Relaxed);
    for host in hosts {
        let _ = host.join();
    }

    let sight = sight.lock().unwrap();
    assert_eq!(sight.early, Vec::<String>::new());
    assert!(sight.most <= 2, "{} at a time", sight.most);
    let times = let_go(&planes[0]);
    assert!(times.values().all(|it| *it == 1), "{times:?}");
    for (host, _) in &fleet.hosts {
        assert!(times.contains_key(&(host.clone(), 2)), "{host} was not let go: {times:?}");
    }
    assert_eq!(times, let_go(&planes[1]));
}

#[test]
fn what_one_is_told_the_others_know_at_once() {
    let fleet = fleet(2);
    let first = Plane::start();
    let second = Plane::over(Some(first.database.clone()));
    assert!(first.bring(&fleet.release(1)).0);
    soon("the other has no release", || second.get("/v1/status")["release"] != Value::Null);

    // A host that waits at one is let go by what another says at the other.
    let mut canary = Host::of(&first, &fleet, "web-00");
    canary.may_soon();
    let mut host = Host::of(&second, &fleet, "web-01");
    assert_eq!(host.may(), Some(false));
    host.said.known = Some(host.check_in().mark);
    host.said.wait = 100;
    let waiting = thread::spawn(move || host.check_in());
    thread::sleep(Duration::from_millis(200));
    assert!(!waiting.is_finished());
    let began = Instant::now();
    canary.says(Phase::Committed, 1, "web-00");
    assert!(waiting.join().unwrap().offered.unwrap().wait.is_none());
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());

    // And so is a command.
    assert!(second.command(&json!({ "command": "pause" })).0);
    soon("it is not paused", || first.get("/v1/status")["rollout"]["state"] == json!("paused"));
    // One that only looked every five seconds would hear of each as late as that.
    let began = Instant::now();
    for (command, state) in [("resume", "running"), ("pause", "paused")].repeat(3) {
        assert!(second.command(&json!({ "command": command })).0);
        soon(state, || first.get("/v1/status")["rollout"]["state"] == json!(state));
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    // What one host said to one of them is no news to another.
    let events = first.get("/v1/log?limit=500")["events"].as_array().unwrap().len();
    let mut moved = Host::of(&second, &fleet, "web-00");
    moved.said = canary.said.clone();
    moved.check_in();
    assert_eq!(first.get("/v1/log?limit=500")["events"].as_array().unwrap().len(), events);
}

#[test]
fn without_its_database_it_says_so_lets_nobody_go_and_goes_on() {
    let (fleet, server) = (fleet(2), Server::start());
    let plane = Plane::over(Some(server.database()));
    assert!(plane.bring(&fleet.release(1)).0);
    let mut host = Host::of(&plane, &fleet, "web-00");
    host.may_soon();
    server.pause();
    host.said.report.phase = Phase::Switching;
    assert_eq!(host.ask().status, 503);
    soon("it says nothing", || plane.get("/v1/status")["trouble"].is_string());
    let (good, answer) = plane.command(&json!({ "command": "pause" }));
    assert!(!good && answer["error"].as_str().unwrap().contains("cannot be written"), "{answer}");
    server.resume();
    soon("it does not go on", || plane.get("/v1/status")["trouble"].is_null());
    assert_eq!(plane.get("/v1/status")["rollout"]["state"], json!("running"));
    host.says(Phase::Committed, 1, "web-00");
    let mut second = Host::of(&plane, &fleet, "web-01");
    second.may_soon();
}
