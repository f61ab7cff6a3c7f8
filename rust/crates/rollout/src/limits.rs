//! How long nothing may be heard of a host.

use std::time::Duration;

/// After what silence a host counts as offline of which nothing was asked.
const OFFLINE: Duration = Duration::from_secs(10 * 60);
/// After what silence a host counts as silent that was let go.
const SILENT: Duration = Duration::from_secs(60 * 60);
/// After what silence a host counts as silent that was fetching.
const SILENT_FETCHING: Duration = Duration::from_secs(6 * 60 * 60);
/// How long what a host sent may be on its way, since no connection is held for so long. One that was let
/// go and then called back gives its place back once it has been heard of at rest for so long since.
pub(crate) const LONGEST_WAY: Duration = Duration::from_secs(10 * 60);

/// After what silence a host counts as what. A host that waits checks in at least every few minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A host that nothing was asked of and that was not heard of for so long is offline: it is passed
    /// over. Also for so long after whoever decides was started, each host of which nothing was heard
    /// since may be on the way by leave of a log that is lost.
    pub offline: Duration,
    /// A host that was let go, and was not heard of for so long, is silent: it counts as failed until
    /// it is heard of again. It is more than an agent's guard takes to go back by itself.
    pub silent: Duration,
    /// The same for one that was fetching: a large system over a slow line.
    pub silent_fetching: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { offline: OFFLINE, silent: SILENT, silent_fetching: SILENT_FETCHING }
    }
}
