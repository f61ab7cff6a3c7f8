//! A length of time, as `30m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest that is read, of a soak or until a release expires: a year, since what waits longer has
/// been forgotten.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

const UNITS: [(char, u64); 4] = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// A length of time in whole seconds, as `45s`, `30m`, `1h30m`, `2d`: each unit once, larger first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Span(Duration);

/// A text that is no length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SpanError {
    /// It is not written so.
    #[error("a length of time is written as `45s`, `30m`, `1h30m` or `2d`")]
    Malformed,
    /// It is too long.
    #[error("366 days are the longest")]
    Long,
}

impl Span {
    /// As a duration.
    #[must_use]
    pub fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let (mut seconds, mut rest) = (0_u64, text);
        for (unit, length) in UNITS {
            let Some((number, after)) = rest.split_once(unit) else { continue };
            if number.is_empty() || !number.bytes().all(|it| it.is_ascii_digit()) {
                return Err(SpanError::Malformed);
            }
            let number: u64 = number.parse().map_err(|_| SpanError::Long)?;
            let length = number.checked_mul(length).ok_or(SpanError::Long)?;
            seconds = seconds.checked_add(length).ok_or(SpanError::Long)?;
            rest = after;
        }
        if !rest.is_empty() || text.is_empty() {
            return Err(SpanError::Malformed);
        }
        let span = Duration::from_secs(seconds);
        if span > LONGEST { Err(SpanError::Long) } else { Ok(Self(span)) }
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, SpanError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut seconds = self.0.as_secs();
        if seconds == 0 {
            return f.write_str("0s");
        }
        for (unit, length) in UNITS {
            if seconds >= length {
                write!(f, "{}{unit}", seconds / length)?;
                seconds %= length;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_read_and_written() {
        for (text, seconds) in
            [("0s", 0), ("45s", 45), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800)]
        {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.get().as_secs(), span.to_string().as_str()), (seconds, text));
        }
        assert_eq!("90m".parse::<Span>().unwrap().to_string(), "1h30m");
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "30", "m", "30m1h", "1h1h", "-1m", "+1m", "1.5h", "30 m", "30min"] {
            assert_eq!(text.parse::<Span>(), Err(SpanError::Malformed), "{text}");
        }
        for text in ["367d", "99999999999999999999d", "18446744073709551615h"] {
            assert_eq!(text.parse::<Span>(), Err(SpanError::Long), "{text}");
        }
    }
}
