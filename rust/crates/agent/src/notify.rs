//! What systemd is told of the agent: that it runs, that it is alive, and what it does.

use std::cell::RefCell;

use nixfleet_text::{Foreign, Lines, output};
use sd_notify::NotifyState;

thread_local! {
    static LAST: RefCell<Lines> = RefCell::default();
}

/// The agent is up.
pub fn ready() {
    let _ = sd_notify::notify(&[NotifyState::Ready]);
}

/// The agent is not stuck.
pub fn alive() {
    let _ = sd_notify::notify(&[NotifyState::Watchdog]);
}

/// Lines for those who look closer.
pub fn say(text: &str) {
    for line in Lines::whole(&Foreign::from(text)).iter() {
        output::tell(format!("nixfleet-agent: {line}"));
    }
}

/// What it does; a line in the journal when that changed.
pub fn status(text: &str) {
    let text = Lines::from(text);
    LAST.with_borrow_mut(|last| {
        if *last != text {
            output::tell(format!("nixfleet-agent: {}", text.as_str()));
            last.clone_from(&text);
        }
    });
    let _ = sd_notify::notify(&[NotifyState::Status(text.as_str()), NotifyState::Watchdog]);
}
