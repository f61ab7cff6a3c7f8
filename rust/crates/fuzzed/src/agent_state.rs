//! Any bytes are a state of the agent or none; whatever was written down, the agent that is started on
//! it has something to do, and goes on from it however the world answers.

use nixfleet_agent::core::{Event, Facts, Moment, Reboot, Settings, State, step};

/// Those of NixOS, and of a Mac.
const SETTINGS: [Settings; 2] = [settings(false), settings(true)];

const fn settings(switch_lasts: bool) -> Settings {
    Settings {
        probation: 60_000,
        settle: 60_000,
        reboot: Reboot::WhenNeeded,
        dry_run: false,
        switch: 600_000,
        poll_every: 300_000,
        switch_lasts,
    }
}

/// A state.
pub fn any(bytes: &[u8]) {
    let Ok(state) = serde_json::from_slice::<State>(bytes) else { return };
    for running in ["/nix/store/old", "/nix/store/new"] {
        for settings in &SETTINGS {
            go_on(state.clone(), running, settings);
        }
    }
}

fn go_on(mut state: State, running: &str, settings: &Settings) {
    let facts = Facts { boot: "b".into(), running: running.into(), ..Facts::default() };
    let mut now = Moment { since_boot: 1, window_open: true };
    let events = [
        Event::Started(facts),
        Event::Probed(vec![]),
        Event::Overdue,
        Event::Reverted(Err("no".into())),
        Event::Unwritable("full".into()),
        Event::Overridden { running: running.into() },
        Event::Reverted(Ok(())),
        Event::Disarmed,
    ];
    for event in events {
        now.since_boot = now.since_boot.saturating_mul(7);
        (state, _) = step(state, event, now, settings);
        let text = serde_json::to_string(&state).expect("what was decided can be written down");
        let _: State = serde_json::from_str(&text).expect("and read again");
    }
}
