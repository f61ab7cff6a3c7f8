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

    /// When it is open next: now, if it is. It opens where clocks come to its time, which may be twice on
    /// a day on which they are set back, and where they jump into it.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let zone = self.zone.as_ref()?;
        if self.is_open(now) {
            return Some(now);
        }
        let minute = i8::try_from(self.window.opens() % 60).ok()?;
        let hour = i8::try_from(self.window.opens() / 60).ok()?;
        let today = zone.to_datetime(now).date();
        let comes = |day: i64| {
            let date = today.checked_add(day.days()).ok()?;
            let time = zone.to_ambiguous_timestamp(date.at(hour, minute, 0, 0));
            Some([time.earlier().ok()?, time.later().ok()?])
        };
        let last = now.checked_add((24 * DAYS).hours()).ok()?;
        let jumps = zone.following(now).map(|it| it.timestamp()).take_while(|it| *it < last);
        let candidates = (0..DAYS).filter_map(comes).flatten().chain(jumps);
        candidates.filter(|it| *it > now && self.is_open(*it)).min()
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
    fn it_opens_where_clocks_jump_into_it_and_again_where_they_are_set_back() {
        let night = "02:30-05:00 Europe/Berlin";
        assert_eq!(next(night, "2026-03-28T23:00:00Z"), "2026-03-29T01:00:00Z");
        // On 2026-10-25 clocks go from 03:00 to 02:00, and half past two comes twice.
        assert_eq!(next(night, "2026-10-25T00:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(next(night, "2026-10-25T01:10:00Z"), "2026-10-25T01:30:00Z");
        // Lord Howe's clocks move by half an hour, and Troll's by two.
        let zones =
            ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Antarctica/Troll"];
        let changes = ["2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24"];
        for (zone, change) in zones.iter().flat_map(|zone| changes.map(|it| (*zone, it))) {
            for times in ["02:30-05:00", "01:45-02:15", "23:30-00:10", "Sun 02:00-02:05"] {
                let opening = Opening::new(&format!("{times} {zone}").parse().unwrap());
                let begin: Timestamp = format!("{change}T00:00:00Z").parse().unwrap();
                // Backwards, so that what opens next is known.
                let mut opens = None;
                for minute in (0..2 * 24 * 60).rev() {
                    let at = begin + jiff::SignedDuration::from_mins(minute);
                    opens = if opening.is_open(at) { Some(at) } else { opens };
                    if minute % 37 == 0 && opens.is_some() {
                        assert_eq!(opening.next(at), opens, "{times} {zone} at {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_time_that_summer_jumps_over_is_that_of_the_next_day() {
        let gap = "Sun 02:00-02:30 Europe/Berlin";
        // On 2026-03-29 clocks go from 02:00 to 03:00.
        assert_eq!(next(gap, "2026-03-28T12:00:00Z"), "2026-04-05T00:00:00Z");
    }
}
