//! The time of day, for TLS.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

/// The machine's clock, and 1970 for one that stands before that: rustls's own would panic.
#[derive(Debug)]
pub struct Clock;

impl TimeProvider for Clock {
    // A certificate's dates are by the time of day.
    #[expect(clippy::disallowed_methods)]
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(since_1970(SystemTime::now())))
    }
}

fn since_1970(now: SystemTime) -> Duration {
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_is_borne() {
        let apart = Duration::from_secs(7);
        assert_eq!(since_1970(UNIX_EPOCH - apart), Duration::ZERO);
        assert_eq!(since_1970(UNIX_EPOCH + apart), apart);
    }
}
