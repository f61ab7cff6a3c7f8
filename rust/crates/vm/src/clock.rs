//! Time, so that tests need not wait for it.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A clock that never jumps, and beside it the time of day, which does.
pub trait Clock: Send + Sync {
    /// The time since some fixed moment.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, time: Duration);
    /// The seconds since 1970, by the time of day. That may be set, forward and back, so it is
    /// written down for people alone: nothing is decided or limited by it.
    fn date(&self) -> u64;
}

/// The machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }

    // The one place that asks for it.
    #[allow(clippy::disallowed_methods)]
    fn date(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
    }
}
