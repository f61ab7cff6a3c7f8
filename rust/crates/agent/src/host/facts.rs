//! What is so on this machine now.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nixfleet_release::plan::Window;
use rustix::time::{ClockId, clock_gettime};

use super::unit;
use crate::config::Config;
use crate::core::{Facts, Moment};

/// The system that runs; nix-darwin and NixOS have it at the same place.
const RUNNING: &str = "/run/current-system";

/// The most failed units that are remembered.
const FAILED_UNITS: usize = 1_000;

/// The time since the machine was started, sleep with it.
pub(super) fn since_boot() -> Duration {
    let clock = clock_gettime(ClockId::Boottime);
    Duration::new(
        u64::try_from(clock.tv_sec).unwrap_or(0),
        u32::try_from(clock.tv_nsec).unwrap_or(0),
    )
}

pub(super) fn now(config: &Config) -> Moment {
    Moment {
        since_boot: u64::try_from(since_boot().as_millis()).unwrap_or(u64::MAX),
        window_open: config.window.as_ref().is_none_or(is_open),
    }
}

/// Whether a window is open now. One whose time zone this machine does not know is taken in UTC.
pub(super) fn is_open(window: &Window) -> bool {
    let zone = TimeZone::get(window.zone()).unwrap_or(TimeZone::UTC);
    window.is_open_at(&wall().to_zoned_datetime(zone))
}

/// The time of day, for what is written down and for a plan's own times.
pub(super) fn wall() -> Timestamp {
    Timestamp::now()
}

/// All but the units, for which PID 1 has to be asked: a look with nothing new is to cost nothing.
pub(super) fn read(config: &Config, boots: Option<String>) -> Facts {
    Facts {
        boots: boots.unwrap_or_default(),
        boot: boot(),
        running: running(),
        default: default(config),
        failed_units: Vec::new(),
    }
}

/// The kernel's id of this boot.
pub(super) fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// The system that runs, by its store path.
pub(super) fn running() -> String {
    resolved(Path::new(RUNNING))
}

/// The system that the profile names, by its store path.
pub(super) fn default(config: &Config) -> String {
    resolved(&config.profile)
}

pub(super) fn resolved(path: &Path) -> String {
    fs::canonicalize(path).map(|it| it.display().to_string()).unwrap_or_default()
}

/// Units that have failed.
pub(super) fn failed_units() -> Vec<String> {
    let words = ["list-units", "--all", "--plain", "--no-legend", "--full", "--state=failed"];
    let text = unit::ask(&words).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .take(FAILED_UNITS)
        .map(|name| nixfleet_nix::visible(name).into_owned())
        .collect()
}

/// How often PID 1 has started each service again since somebody last started it: a service that
/// ends and is started again looks well at most moments.
pub(super) fn restarts() -> BTreeMap<String, u64> {
    let text = unit::ask(&["show", "--property=Id,NRestarts", "*.service"]).unwrap_or_default();
    counted(&text)
}

/// Units that are not to be blamed on the next system: they fail already, or come and go.
pub(super) fn unwell_units() -> Vec<String> {
    let mut units = failed_units();
    units.extend(restarts().into_keys());
    units.truncate(FAILED_UNITS);
    units
}

/// The services that were started again, of what `systemctl show` says: a block of lines for each.
fn counted(text: &str) -> BTreeMap<String, u64> {
    let of = |block: &str| {
        let value = |key| block.lines().find_map(|line| line.strip_prefix(key));
        let count = value("NRestarts=")?.parse().ok().filter(|it| *it > 0)?;
        Some((nixfleet_nix::visible(value("Id=")?).into_owned(), count))
    };
    text.split("\n\n").filter_map(of).take(FAILED_UNITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_were_started_again_are_counted() {
        let text = "Id=a.service\nNRestarts=0\n\nNRestarts=12\nId=b.service\n\nId=c.service\n";
        assert_eq!(counted(text), BTreeMap::from([("b.service".into(), 12)]));
        assert!(counted("").is_empty());
        assert!(counted("Id=\n\nNRestarts=x\nId=a\n").is_empty());
    }
}
