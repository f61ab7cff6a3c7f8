//! What is so on this machine now.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use nixfleet_release::plan::Window;
use rustix::time::{ClockId, clock_gettime};

use crate::config::Config;
use crate::core::{Facts, Moment};

/// The system that runs; nix-darwin and NixOS have it at the same place.
pub(super) const RUNNING: &str = "/run/current-system";

/// The clock that counts on while the machine sleeps, and that nobody sets.
#[cfg(target_os = "linux")]
const SINCE_BOOT: ClockId = ClockId::Boottime;
/// On a Mac it is this one that goes on in sleep (`clock_gettime(3)` of macOS).
#[cfg(not(target_os = "linux"))]
const SINCE_BOOT: ClockId = ClockId::Monotonic;

/// The time since the machine was started, sleep with it.
pub(super) fn since_boot() -> Duration {
    let clock = clock_gettime(SINCE_BOOT);
    Duration::new(
        u64::try_from(clock.tv_sec).unwrap_or(0),
        u32::try_from(clock.tv_nsec).unwrap_or(0),
    )
}

/// The same, without the sleep since this agent began: a machine that sleeps proves nothing meanwhile, and
/// has its network again some seconds after it wakes. An `Instant` stands still in sleep, on both systems.
fn awake() -> Duration {
    static BEGAN: OnceLock<(Duration, Instant)> = OnceLock::new();
    let (since_boot, began) = BEGAN.get_or_init(|| (since_boot(), Instant::now()));
    *since_boot + began.elapsed()
}

pub(super) fn now(config: &Config) -> Moment {
    Moment {
        since_boot: u64::try_from(awake().as_millis()).unwrap_or(u64::MAX),
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

/// All but the services, for which the service manager has to be asked: a look with nothing new is to cost nothing.
pub(super) fn read(config: &Config, boot: String, boots: Option<String>) -> Facts {
    Facts {
        boots: boots.unwrap_or_default(),
        boot,
        running: running(),
        default: default(config),
        failed_units: Vec::new(),
    }
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
