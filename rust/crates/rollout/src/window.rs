//! When a window opens.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use nixfleet_release::plan::Window;

/// A window in its time zone.
#[derive(Debug, Clone)]
pub struct Opening {
    window: Window,
    /// None where there is no such zone: then it never opens.
    zone: Option<TimeZone>,
}

/// In how many days a window that opens at all has opened: each day of a week, and another week for a
/// time that its only day jumps over when summer begins.
const DAYS: i64 = 15;

impl Opening {
    pub fn new(window: &Window) -> Self {
        Self { window: window.clone(), zone: TimeZone::get(window.zone()).ok() }
    }

    pub fn window(&self) -> &Window {
        &self.window
    }

    pub fn has_zone(&self) -> bool {
        self.zone.is_some()
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        let Some(zone) = &self.zone else { return false };
        self.window.is_open_at(&at.to_zoned_datetime(zone.clone()))
    }

    /// When it is open next: now, if it is.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let now = now.to_zoned_datetime(self.zone.clone()?);
        if self.window.is_open_at(&now) {
            return Some(now.timestamp());
        }
        let minute = i8::try_from(self.window.opens() % 60).ok()?;
        let hour = i8::try_from(self.window.opens() / 60).ok()?;
        let begins = |day: i64| {
            let date = now.date().checked_add(day.days()).ok()?;
            date.at(hour, minute, 0, 0).to_zoned_datetime(now.time_zone().clone()).ok()
        };
        let mut candidates = (0..DAYS).filter_map(begins);
        candidates.find(|it| *it > now && self.window.is_open_at(it)).map(|it| it.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(window: &str, now: &str) -> String {
        let opening = Opening::new(&window.parse().unwrap());
        opening.next(now.parse().unwrap()).map_or_else(|| "never".into(), |it| it.to_string())
    }

    #[test]
    fn it_opens_in_its_zone_on_its_days() {
        let night = "Mon..Fri 02:00-05:00 Europe/Berlin";
        // A Wednesday, in winter.
        assert_eq!(next(night, "2026-11-25T12:00:00Z"), "2026-11-26T01:00:00Z");
        assert_eq!(next(night, "2026-11-26T02:30:00Z"), "2026-11-26T02:30:00Z");
        // Friday noon: Monday.
        assert_eq!(next(night, "2026-11-27T12:00:00Z"), "2026-11-30T01:00:00Z");
        // In summer an hour before, as UTC has it.
        assert_eq!(next(night, "2026-07-01T12:00:00Z"), "2026-07-02T00:00:00Z");
        assert_eq!(next("Sat 22:00-04:00 UTC", "2026-11-29T03:59:00Z"), "2026-11-29T03:59:00Z");
        assert_eq!(next("Sat 22:00-04:00 UTC", "2026-11-29T04:00:00Z"), "2026-12-05T22:00:00Z");
        assert_eq!(next("02:00-05:00 Mars/Olympus", "2026-11-29T04:00:00Z"), "never");
    }

    #[test]
    fn a_time_that_summer_jumps_over_is_that_of_the_next_day() {
        let gap = "Sun 02:00-02:30 Europe/Berlin";
        // On 2026-03-29 clocks go from 02:00 to 03:00.
        assert_eq!(next(gap, "2026-03-28T12:00:00Z"), "2026-04-05T00:00:00Z");
    }
}
