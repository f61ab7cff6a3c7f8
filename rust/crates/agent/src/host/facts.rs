//! What is so on this machine now.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nixfleet_release::plan::{Day, Window};
use rustix::time::{ClockId, clock_gettime};

use super::unit;
use crate::config::Config;
use crate::core::{Facts, Moment};

/// The system that runs; nix-darwin and NixOS have it at the same place.
const RUNNING: &str = "/run/current-system";

/// The most failed units that are remembered.
const FAILED_UNITS: usize = 1_000;

pub(super) fn now(config: &Config) -> Moment {
    let clock = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(clock.tv_sec).unwrap_or(0);
    let nanoseconds = u64::try_from(clock.tv_nsec).unwrap_or(0);
    Moment {
        since_boot: seconds * 1000 + nanoseconds / 1_000_000,
        window_open: config.window.as_ref().is_none_or(is_open),
    }
}

/// Whether a window is open now. One whose time zone this machine does not know is taken in UTC.
pub(super) fn is_open(window: &Window) -> bool {
    let zone = TimeZone::get(window.zone()).unwrap_or(TimeZone::UTC);
    let now = wall().to_zoned_datetime(zone);
    let day = match now.weekday() {
        jiff::civil::Weekday::Monday => Day::Mon,
        jiff::civil::Weekday::Tuesday => Day::Tue,
        jiff::civil::Weekday::Wednesday => Day::Wed,
        jiff::civil::Weekday::Thursday => Day::Thu,
        jiff::civil::Weekday::Friday => Day::Fri,
        jiff::civil::Weekday::Saturday => Day::Sat,
        jiff::civil::Weekday::Sunday => Day::Sun,
    };
    let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
    window.is_open(day, minute)
}

/// The time of day, for what is written down and for a plan's own times.
pub(super) fn wall() -> Timestamp {
    Timestamp::now()
}

pub(super) fn read(config: &Config) -> Facts {
    Facts {
        boot: boot(),
        running: running(),
        default: resolved(&config.profile),
        failed_units: failed_units(),
    }
}

/// The kernel's id of this boot.
pub(super) fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// The path of the system that runs.
pub(super) fn running() -> String {
    resolved(Path::new(RUNNING))
}

pub(super) fn resolved(path: &Path) -> String {
    fs::canonicalize(path).map(|it| it.display().to_string()).unwrap_or_default()
}

/// Units that have failed, and those that PID 1 starts again and again.
pub(super) fn failed_units() -> Vec<String> {
    let words =
        ["list-units", "--all", "--plain", "--no-legend", "--full", "--state=failed,auto-restart"];
    let text = unit::ask(&words).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .take(FAILED_UNITS)
        .map(|name| nixfleet_nix::visible(name).into_owned())
        .collect()
}
