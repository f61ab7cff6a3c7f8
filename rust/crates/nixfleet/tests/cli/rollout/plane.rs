//! A control plane: the real plan behind a socket.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nixfleet_nix::process::wait_until;
use nixfleet_rollout::{Command, Event, Kind, Member, Phase, Plan, Report, Rollout};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::ended::{Ended, status_of};
use crate::{Fleet, text};

pub const PLAN: &str = r#"{"sequence": 41, "waves": [
  {"name": "canary"}, {"name": "web", "atMost": 2, "need": "50%"}, {"name": "rest"}]}"#;

/// A fleet of seven hosts whose canary has committed.
pub struct Plane {
    pub fleet: Fleet,
    pub rollout: Arc<Mutex<Rollout>>,
}

impl Plane {
    pub fn new() -> Self {
        let fleet = Fleet::new("UTC");
        let member = |name: &str, wave: &str| Member {
            name: name.into(),
            system: "/nix/store/new".into(),
            wave: Some(wave.into()),
            tags: vec![],
        };
        let mut members = vec![member("web-01", "canary"), member("db-01", "rest")];
        members.extend((2..7).map(|it| member(&format!("web-0{it}"), "web")));
        let plan: Plan = serde_json::from_str(PLAN).unwrap();
        let rollout = Rollout::new(plan, members, jiff::Timestamp::now());
        let rollout = Arc::new(Mutex::new(rollout));
        let plane = Self { fleet, rollout };
        for host in ["web-01", "web-02", "web-03", "web-04", "web-05", "web-06", "db-01"] {
            plane.report(host, Phase::Idle, "/nix/store/old");
        }
        plane.report("web-01", Phase::Committed, "/nix/store/new");
        let listener = UnixListener::bind(plane.fleet.path().join("socket")).unwrap();
        let rollout = plane.rollout.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&rollout, &stream.unwrap());
            }
        });
        plane
    }

    pub fn report(&self, host: &str, phase: Phase, running: &str) {
        let mut rollout = self.rollout.lock().unwrap();
        let target = Some("/nix/store/new".into());
        let report = Report { phase, target, running: running.into(), ..Report::default() };
        happened(&mut rollout, Kind::Report { host: host.into(), report });
    }

    /// What is written to standard output, of a command that is to end so.
    pub fn run(&self, arguments: &[&str], status: i32) -> String {
        self.tool(&[&["rollout"], arguments].concat(), status)
    }

    pub fn tool(&self, arguments: &[&str], status: i32) -> String {
        let socket = self.fleet.path().join("socket");
        let mut all = arguments.to_vec();
        all.extend(["--socket", socket.to_str().unwrap()]);
        let output = self.fleet.command(&all).env("COLUMNS", "80").output_of();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(status), "{out}{err}");
        let fits = out.lines().all(|it| it.chars().count() <= 80);
        assert!(fits || out.starts_with('{'), "{out}");
        format!("{out}{err}")
    }

    /// What a command writes that Ctrl-C ends once it has shown something.
    pub fn interrupted(&self, arguments: &[&str]) -> (String, String) {
        let file = |name: &str| self.fleet.path().join(name);
        let written = |name: &str| fs::read_to_string(file(name)).unwrap_or_default();
        let mut command = self.fleet.command(arguments);
        command.arg("--socket").arg(file("socket")).stdin(Stdio::null());
        command.stdout(File::create(file("out")).unwrap());
        command.stderr(File::create(file("err")).unwrap());
        let mut child = command.spawn().unwrap();
        let begun = wait_until(LONG, || !(written("out") + &written("err")).is_empty());
        assert!(begun, "{arguments:?} shows nothing");
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let status = status_of(&mut child);
        let (out, err) = (written("out"), written("err"));
        assert_eq!(status.code(), Some(130), "{arguments:?}: {out}{err}");
        (out, err)
    }
}

/// Longer than any machine takes to start a program.
const LONG: Duration = Duration::from_secs(60);

pub fn happened(rollout: &mut Rollout, kind: Kind) {
    rollout.apply(&Event { at: jiff::Timestamp::now(), kind });
    let decision = rollout.decide(jiff::Timestamp::now());
    for event in &decision.events {
        rollout.apply(event);
    }
}

fn serve(rollout: &Mutex<Rollout>, mut stream: &UnixStream) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    for line in reader.by_ref().lines().map_while(Result::ok).take_while(|it| !it.is_empty()) {
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut rollout = rollout.lock().unwrap();
    let decision = rollout.decide(jiff::Timestamp::now());
    let path = first.split(' ').nth(1).unwrap();
    let answer = match path.split('?').next().unwrap() {
        "/v1/rollout" => serde_json::to_value(rollout.view(&decision)).unwrap(),
        "/v1/status" => json!({ "fleet": "demo", "release":
            { "created": "2026-11-25T12:00:00Z", "signedBy": ["ann"] } }),
        "/v1/log" if path.contains("host=") && !path.contains("host=web-01") => {
            json!({ "events": [], "before": null })
        }
        "/v1/log" => json!({ "events": [{ "id": 1, "at": "2026-11-25T12:00:00.5Z",
            "sentence": "web-01 \u{1b}[2Jcommitted" }], "before": null }),
        "/v1/commands" => {
            let command: Command = serde_json::from_slice(&body).unwrap();
            happened(&mut rollout, Kind::Said { by: "ops".into(), command });
            json!({ "by": "ops" })
        }
        other => panic!("{other}"),
    };
    let _ = write!(stream, "HTTP/1.0 200 OK\r\n\r\n{answer}");
}
