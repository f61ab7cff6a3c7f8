//! Whether this process is another one's by now: a switch leaves the agent alone, and what it starts next is
//! another program, or one with other words.

use std::fs;

use super::Host;

impl Host {
    /// Whether systemd would start something else as the agent than this process.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        service() != self.service
    }
}

/// What systemd is to start as the agent, as far as it is written in one file; launchd, which starts it anew by
/// itself, has none there.
pub(super) fn service() -> Option<String> {
    fs::read_to_string("/etc/systemd/system/nixfleet-agent.service").ok()
}
