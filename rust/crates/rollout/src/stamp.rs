//! Moments for those who look at those of all hosts at once: eight bytes each.

use std::time::Duration;

use jiff::Timestamp;

/// A moment, or none, which is before all others. It is in nanoseconds since 1970, so that a moment that
/// is centuries away is the furthest that there is, of 1677 or 2262.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(i64);

impl Stamp {
    /// No moment.
    pub const NONE: Self = Self(i64::MIN);
    const FIRST: i64 = i64::MIN + 1;

    /// The moment, where there is one.
    pub fn get(self) -> Option<Timestamp> {
        let moment = Timestamp::from_nanosecond(self.0.into());
        moment.ok().filter(|_| self != Self::NONE)
    }

    /// This one; another where it is none.
    pub fn or(self, other: Self) -> Self {
        if self == Self::NONE { other } else { self }
    }

    /// So much later.
    pub fn after(self, span: Duration) -> Self {
        let span = i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        if self == Self::NONE { self } else { Self(self.0.saturating_add(span)) }
    }
}

impl From<Timestamp> for Stamp {
    fn from(moment: Timestamp) -> Self {
        let nanos = moment.as_nanosecond();
        Self(i64::try_from(nanos.max(Self::FIRST.into())).unwrap_or(i64::MAX))
    }
}

impl From<Option<Timestamp>> for Stamp {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::NONE, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_before_all_and_nothing_goes_beyond_the_last() {
        let first = Stamp::from(Timestamp::MIN);
        assert!(Stamp::NONE < first && first < Stamp::from(Timestamp::UNIX_EPOCH));
        assert_eq!(Stamp::NONE.get(), None);
        assert_eq!(Stamp::NONE.after(Duration::from_secs(1)), Stamp::NONE);
        let last = Stamp::from(Timestamp::MAX);
        assert_eq!(last.after(Duration::MAX), last);
        assert!(last.get() > first.get());
        let now: Timestamp = "2026-11-26T10:00:00.123456789Z".parse().unwrap();
        assert_eq!(Stamp::from(now).get(), Some(now));
    }
}
