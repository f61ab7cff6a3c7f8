//! The plan of a release: which hosts go when, and how many at a time.
//!
//! Values are as people write them, `"25%"`, `"30m"`, `"Mon..Fri 02:00-05:00 Europe/Berlin"`, and
//! each is read by one type, which `nixfleet validate` and every reader of a release share.

mod choice;
mod share;
mod span;
mod window;

use serde::{Deserialize, Serialize};

pub use choice::{Choice, choosing};
pub use share::{Share, ShareError};
pub use span::{LONGEST, Span, SpanError};
pub use window::{Day, Window, WindowError};

use crate::bounded;

/// The most waves of a plan.
pub const WAVES: usize = 64;

/// The most budgets of a plan.
pub const BUDGETS: usize = 64;

/// The most tags of a host or a budget.
pub const TAGS: usize = 64;

/// One step of a rollout: its hosts go after those of the wave before it. Which hosts they are is in
/// the hosts' entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wave {
    /// What people call it, alone of that name.
    pub name: String,
    /// How many of its hosts may be on the way, or have failed, at one time. Not given: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Share>,
    /// How many of its hosts must have committed before the next wave opens. Not given: all that are
    /// heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<Share>,
    /// How long it must have held before the next wave opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<Span>,
    /// When its hosts may switch. Not given: at any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
}

/// A limit across waves: of the hosts that have one of the tags, at most so many at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// The tags.
    #[serde(deserialize_with = "bounded::list::<_, _, TAGS>")]
    pub tags: Vec<String>,
    /// How many of the hosts may be on the way, or have failed, at one time.
    pub at_most: Share,
}

/// What becomes of a release when more hosts failed than its plan allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It stops, and waits for a person.
    #[default]
    Halt,
    /// It is given up for good, and those that committed are to go back: by the next release, which has
    /// the systems of before, since only who may release says what runs.
    Rollback,
}
