//! A control plane: the real plan behind a socket.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nixfleet_nix::process::wait_until;
use nixfleet_rollout::{Command, Event, Kind, Member, Phase, Plan, Report, Rollout};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::ended::{Ended, status_of};
use crate::{Fleet, text};

pub const PLAN: &str = r#"{"sequence": 41, "waves": [
  {"name": "canary"}, {"name": "web", "atMost": 2, "need": "50%"}, {"name": "rest"}]}"#;

/// A fleet of seven hosts whose canary has committed.
pub struct Plane {
    pub fleet: Fleet,
    pub rollout: Arc<Mutex<Rollout>>,
    pub status: Arc<Mutex<Value>>,
}

impl Plane {
    pub fn new() -> Self {
        let fleet = Fleet::new("UTC");
        let member = |name: &str, wave: &str| Member {
            name: name.into(),
            system: "/nix/store/new".into(),
            wave: Some(wave.into()),
            tags: vec![],
            without_key: false,
        };
        let mut members = vec![member("web-01", "canary"), member("db-01", "rest")];
        members.extend((2..7).map(|it| member(&format!("web-0{it}"), "web")));
        let plan: Plan = serde_json::from_str(PLAN).unwrap();
        let rollout = Rollout::new(plan, members, jiff::Timestamp::now());
        let rollout = Arc::new(Mutex::new(rollout));
        let status = json!({ "fleet": "demo",
            "release": { "created": "2026-11-25T12:00:00Z", "signedBy": ["ann"] } });
        let plane = Self { fleet, rollout, status: Arc::new(Mutex::new(status)) };
        for host in ["web-01", "web-02", "web-03", "web-04", "web-05", "web-06", "db-01"] {
            plane.report(host, Phase::Idle, "/nix/store/old");
        }
        plane.report("web-01", Phase::Committed, "/nix/store/new");
        let listener = UnixListener::bind(plane.fleet.path().join("socket")).unwrap();
        let (rollout, status) = (plane.rollout.clone(), plane.status.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(&rollout, &status, &stream.unwrap());
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

    /// A command that goes on.
    pub fn looking_on(&self, arguments: &[&str]) -> Looking {
        let folder = self.fleet.path().to_owned();
        let mut command = self.fleet.command(arguments);
        command.arg("--socket").arg(folder.join("socket")).stdin(Stdio::null());
        command.stdout(File::create(folder.join("out")).unwrap());
        command.stderr(File::create(folder.join("err")).unwrap());
        Looking { folder, child: command.spawn().unwrap() }
    }

    /// What a command writes that Ctrl-C ends once it has shown something.
    pub fn interrupted(&self, arguments: &[&str]) -> (String, String) {
        let mut looking = self.looking_on(arguments);
        looking.until("it shows nothing", |out, err| !(out.is_empty() && err.is_empty()));
        looking.interrupted()
    }
}

/// A command that goes on, and what it has written.
pub struct Looking {
    folder: PathBuf,
    child: Child,
}

impl Looking {
    pub fn written(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// Waits until something is written.
    pub fn until(&mut self, or: &str, is_there: impl Fn(&str, &str) -> bool) {
        let is = || is_there(&self.written("out"), &self.written("err"));
        if !wait_until(LONG, is) {
            let _ = self.child.kill();
            panic!("{or}: {}{}", self.written("out"), self.written("err"));
        }
    }

    /// Ends it by Ctrl-C; what it has written.
    pub fn interrupted(&mut self) -> (String, String) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let status = status_of(&mut self.child);
        let (out, err) = (self.written("out"), self.written("err"));
        assert_eq!(status.code(), Some(130), "{out}{err}");
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

fn serve(rollout: &Mutex<Rollout>, status: &Mutex<Value>, mut stream: &UnixStream) {
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
        "/v1/status" => status.lock().unwrap().clone(),
        "/v1/log" if path.contains("host=") && !path.contains("host=web-01") => {
            json!({ "events": [], "before": null })
        }
        "/v1/log" => json!({ "events": [{ "id": 1, "at": "2026-11-25T12:00:00.5Z",
            "sentence": "web-01 \u{1b}[2Jcommitted" }], "before": null }),
        "/v1/commands" => {
            let command: Command = serde_json::from_slice(&body).unwrap();
            let met = rollout.meets(&command);
            happened(&mut rollout, Kind::Said { by: "ops".into(), command });
            json!({ "by": "ops", "met": met })
        }
        other => panic!("{other}"),
    };
    let _ = write!(stream, "HTTP/1.0 200 OK\r\n\r\n{answer}");
}
