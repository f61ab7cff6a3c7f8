//! What systemd is told of the agent: that it runs, that it is alive, and what it does.

use std::cell::RefCell;

use sd_notify::NotifyState;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
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
    for line in text.lines() {
        eprintln!("nixfleet-agent: {}", nixfleet_nix::visible(line));
    }
}

/// What it does; a line in the journal when that changed.
pub fn status(text: &str) {
    let text = nixfleet_nix::visible(text);
    LAST.with_borrow_mut(|last| {
        if *last != text {
            eprintln!("nixfleet-agent: {text}");
            last.clear();
            last.push_str(&text);
        }
    });
    let _ = sd_notify::notify(&[NotifyState::Status(&text), NotifyState::Watchdog]);
}
