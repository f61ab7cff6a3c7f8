//! A host that has a control plane, and what its looks come to.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_agent::config::Config;
use nixfleet_agent::core::{Action, Event, Poll, State};
use nixfleet_agent::folder::Folder;
use nixfleet_agent::host::Host;
use nixfleet_agent::run::World;
use nixfleet_agent::wake::Wake;
use serde_json::json;
use ssh_key::LineEnding;

use crate::release::{private, public};

pub fn host(folder: &Path, address: &str, sources: &[&str]) -> Host {
    let key = private(3).to_openssh(LineEnding::LF).unwrap();
    std::fs::write(folder.join("key"), key.as_bytes()).unwrap();
    std::fs::write(folder.join("key.pub"), public(3).line()).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(include_str!("../agent.json")).unwrap();
    value["hostName"] = "web-01".into();
    value["floor"] = 1.into();
    value["window"] = json!(null);
    value["keys"] = json!([public(1).line()]);
    value["source"] = json!(sources);
    value["hostKeyFiles"] = json!([folder.join("key.pub")]);
    value["state"] = json!(folder.join("state"));
    value["metrics"] = json!(null);
    value["controlPlane"] =
        json!({ "address": address, "key": public(2).line(), "hostKey": folder.join("key") });
    let path = folder.join("agent.json");
    std::fs::write(&path, value.to_string()).unwrap();
    let config = Config::read(&path).unwrap();
    let folder = Folder::take(&config.state).unwrap();
    let mut host = Host::new(config, path, folder, Wake::new().unwrap());
    host.speak().unwrap();
    host.show(&State::default());
    host
}

pub fn looked(host: &mut Host) -> Poll {
    match host.act(&Action::Poll { after: 0 }) {
        Event::Polled(poll) => poll,
        other => panic!("{other:?}"),
    }
}

/// A look, and that nothing is begun by what there is.
pub fn polled(host: &mut Host) -> Poll {
    let poll = looked(host);
    host.show(&State::default());
    poll
}

/// What a poll comes to, once it is that.
pub fn until(host: &mut Host, is_it: impl Fn(&Poll) -> bool) -> Poll {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let poll = polled(host);
        if is_it(&poll) {
            return poll;
        }
        assert!(Instant::now() < end, "{poll:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn may_go(poll: &Poll) -> bool {
    matches!(poll, Poll::Offer(it) if it.wait.is_none())
}
