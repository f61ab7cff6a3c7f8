//! Moments that follow from others.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A moment so much later. What is beyond all time is its end.
pub fn after(at: Timestamp, span: Duration) -> Timestamp {
    let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}
