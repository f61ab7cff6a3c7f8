//! Platforms and state versions.

use serde_json::Value;
use thiserror::Error;

use super::Scope;
use crate::faults::{Problem, Severity};
use crate::text::quote::{describe, quote};
use nixfleet_text::nearest;

const PLATFORMS: &[&str] = &["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

#[derive(Debug, Error)]
enum PlatformProblem {
    #[error("{} is not a platform that hosts run on", quote(.0))]
    Unknown(String),
    #[error("the host has no `platform`")]
    Missing,
    #[error("the Mac has no `stateVersion`, and nix-darwin builds none without one")]
    MissingVersion,
    #[error("`stateVersion` is {0}, and on NixOS it is a release in quotes")]
    NotRelease(String),
    #[error("`stateVersion` is {0}, and on Darwin it is an integer")]
    NotInteger(String),
}

impl Problem for PlatformProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) | Self::Missing => "platform-unknown",
            Self::MissingVersion | Self::NotRelease(_) | Self::NotInteger(_) => {
                "state-version-invalid"
            }
        }
    }

    fn severity(&self) -> Severity {
        match self {
            // A module may set it, which only an evaluation knows.
            Self::MissingVersion => Severity::Warning,
            _ => Severity::Error,
        }
    }

    fn lacks(&self) -> Option<&str> {
        match self {
            Self::Missing => Some("platform"),
            Self::MissingVersion => Some("stateVersion"),
            _ => None,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Unknown(given) => match nearest(given, PLATFORMS.iter().copied()) {
                Some(name) => format!("write `{name}`"),
                None => format!("write one of `{}`", PLATFORMS.join("`, `")),
            },
            Self::Missing => format!("write one of `{}`", PLATFORMS.join("`, `")),
            Self::NotRelease(_) => {
                "write the release that the host was installed with, such as `\"26.05\"`".to_owned()
            }
            Self::MissingVersion => {
                "write `stateVersion = 7;`, or the number that was current when the \
                                     Mac was installed"
                    .to_owned()
            }
            Self::NotInteger(_) => {
                "write the number that was current when the Mac was installed, such as `7`"
                    .to_owned()
            }
        }
    }
}

/// Looks at the platform and the state version that goes with it.
pub fn check(scope: &mut Scope) {
    match scope.text("platform") {
        None if scope.host.platform.is_null() => {
            scope.report_missing("platform", PlatformProblem::Missing);
        }
        Some(name) if !PLATFORMS.contains(&name) => {
            scope.report("platform", PlatformProblem::Unknown(name.to_owned()));
        }
        Some(name) => check_state_version(scope, name.ends_with("-darwin")),
        None => {}
    }
}

fn check_state_version(scope: &mut Scope, is_darwin: bool) {
    let version = &scope.host.state_version;
    let is_written =
        scope.host.positions.as_ref().is_some_and(|it| it.contains_key("stateVersion"));
    match version {
        Value::Null if is_darwin && !is_written && !is_told(scope) => {
            scope.report_missing("stateVersion", PlatformProblem::MissingVersion);
        }
        // Not given it is null too; who wrote that is told by the library.
        Value::Null => {}
        Value::String(text) if !is_darwin && is_release(text) => {}
        Value::Number(number) if is_darwin && number.is_u64() => {}
        _ if is_darwin => {
            scope.report("stateVersion", PlatformProblem::NotInteger(describe(version)));
        }
        _ => scope.report("stateVersion", PlatformProblem::NotRelease(describe(version))),
    }
}

/// Whether the library says what is wrong with the version.
fn is_told(scope: &Scope) -> bool {
    scope.host.faults.iter().flatten().any(|fault| fault.field == "stateVersion")
}

/// NixOS is released in May and November.
fn is_release(text: &str) -> bool {
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(year, month)| digits(year) && matches!(month, "05" | "11" | "03" | "09"))
}
