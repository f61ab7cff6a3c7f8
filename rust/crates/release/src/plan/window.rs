//! When hosts may switch: days, times and the time zone that they are meant in.

use std::fmt;
use std::str::FromStr;

use jiff::ZonedDateTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest window that is read; the longest name of a time zone has 32 letters.
const LETTERS: usize = 128;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

const DAYS: [(&str, Day); 7] = [
    ("Mon", Day::Mon),
    ("Tue", Day::Tue),
    ("Wed", Day::Wed),
    ("Thu", Day::Thu),
    ("Fri", Day::Fri),
    ("Sat", Day::Sat),
    ("Sun", Day::Sun),
];

/// Days, times and a time zone: `Mon..Fri 02:00-05:00 Europe/Berlin`; days may be a list,
/// `Mon,Wed..Fri`, and left out for every day. A window that ends before it begins, `22:00-04:00`,
/// goes over midnight, and its day is the one that it begins on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Window {
    text: String,
    days: [bool; 7],
    from: u16,
    to: u16,
    zone: String,
}

/// Why a text is no window.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WindowError {
    /// It is not written so.
    #[error("a window is written as `Mon..Fri 02:00-05:00 Europe/Berlin`")]
    Malformed,
    /// There is no such day.
    #[error("`{0}` is no day: they are Mon, Tue, Wed, Thu, Fri, Sat and Sun")]
    Day(String),
    /// There is no such time.
    #[error("`{0}` is no span of time in a day, as `02:00-05:00`")]
    Time(String),
    /// There is no time zone.
    #[error("its time zone is missing: write `{0} Europe/Berlin`, or `{0} UTC`")]
    NoZone(String),
}

impl Window {
    /// The time zone, by the name that the time zone database has.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The minute of a day at which it opens, as it is in its time zone.
    #[must_use]
    pub fn opens(&self) -> u16 {
        self.from
    }

    /// Whether it is open at a time of its time zone.
    #[must_use]
    pub fn is_open_at(&self, time: &ZonedDateTime) -> bool {
        let day = DAYS[usize::from(time.weekday().to_monday_zero_offset().unsigned_abs()) % 7].1;
        let (hour, minute) = (time.hour().unsigned_abs(), time.minute().unsigned_abs());
        self.is_open(day, u16::from(hour) * 60 + u16::from(minute))
    }

    /// Whether it is open on a day, at a minute of it, both as they are in its time zone.
    #[must_use]
    pub fn is_open(&self, day: Day, minute: u16) -> bool {
        let today = self.days[day as usize];
        let yesterday = self.days[(day as usize + 6) % 7];
        if self.from < self.to {
            today && (self.from..self.to).contains(&minute)
        } else {
            today && minute >= self.from || yesterday && minute < self.to
        }
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        if text.len() > LETTERS {
            return Err(WindowError::Malformed);
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, times, zone) = match words[..] {
            [times] if times.contains(':') => return Err(WindowError::NoZone(times.to_owned())),
            [days, times] if times.contains(':') => {
                return Err(WindowError::NoZone(format!("{days} {times}")));
            }
            [times, zone] => ("Mon..Sun", times, zone),
            [days, times, zone] => (days, times, zone),
            _ => return Err(WindowError::Malformed),
        };
        let (from, to) = span(times).ok_or_else(|| WindowError::Time(shown(times)))?;
        if !zone.bytes().all(|it| it.is_ascii_alphanumeric() || b"/_+-".contains(&it)) {
            return Err(WindowError::Malformed);
        }
        Ok(Self { days: week(days)?, from, to, zone: zone.to_owned(), text: words.join(" ") })
    }
}

/// The days of a list, `Mon,Wed..Fri`; `Sat..Mon` goes over the end of the week.
fn week(text: &str) -> Result<[bool; 7], WindowError> {
    let mut week = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        let mut at = first as usize;
        week[at] = true;
        while at != last as usize {
            at = (at + 1) % 7;
            week[at] = true;
        }
    }
    Ok(week)
}

fn day(name: &str) -> Result<Day, WindowError> {
    let found = DAYS.iter().find(|(known, _)| *known == name);
    found.map(|(_, day)| *day).ok_or_else(|| WindowError::Day(shown(name)))
}

/// The minutes of a day between which a window is open. `24:00` is the end of the day.
fn span(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from != to && from < DAY).then_some((from, to))
}

const DAY: u16 = 24 * 60;

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
    if !two(hours) || !two(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY).then_some(minute)
}

fn shown(text: &str) -> String {
    nixfleet_nix::visible(text).into_owned()
}

impl TryFrom<String> for Window {
    type Error = WindowError;

    fn try_from(text: String) -> Result<Self, WindowError> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.text
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_open_on_its_days_between_its_times() {
        let window: Window = "Mon..Fri 02:00-05:00 Europe/Berlin".parse().unwrap();
        assert_eq!(window.zone(), "Europe/Berlin");
        assert!(window.is_open(Day::Mon, 120) && window.is_open(Day::Fri, 299));
        assert!(!window.is_open(Day::Mon, 119) && !window.is_open(Day::Fri, 300));
        assert!(!window.is_open(Day::Sat, 120));
        let always: Window = "00:00-24:00 UTC".parse().unwrap();
        assert!(always.is_open(Day::Sun, 0) && always.is_open(Day::Sun, 1439));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_that_it_begins_on() {
        let window: Window = "Sat..Sun 22:00-04:00 UTC".parse().unwrap();
        assert!(window.is_open(Day::Sat, 1320) && window.is_open(Day::Sun, 0));
        assert!(window.is_open(Day::Mon, 239));
        assert!(!window.is_open(Day::Sat, 0) && !window.is_open(Day::Mon, 1320));
    }

    #[test]
    fn what_is_no_window_is_refused_with_what_is_wrong() {
        let error = |text: &str| text.parse::<Window>().unwrap_err().to_string();
        for (text, words) in [
            ("", "is written as"),
            ("Monday 02:00-05:00 UTC", "`Monday` is no day"),
            ("Mon..Fry 02:00-05:00 UTC", "`Fry` is no day"),
            ("Mon..Fri 02:00-05:00", "write `Mon..Fri 02:00-05:00 Europe/Berlin`"),
            ("02:00-05:00", "write `02:00-05:00 Europe/Berlin`"),
            ("2:00-5:00 UTC", "`2:00-5:00` is no span"),
            ("02:00-02:00 UTC", "is no span"),
            ("02:00-24:01 UTC", "is no span"),
            ("02:60-05:00 UTC", "is no span"),
            ("Mon 02:00-05:00 Europe/Ber\u{1b}lin", "is written as"),
        ] {
            assert!(error(text).contains(words), "{text}: {}", error(text));
        }
    }
}
