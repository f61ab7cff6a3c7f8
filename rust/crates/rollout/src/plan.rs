//! What a release says of who goes when, and of each host.

use std::borrow::Cow;

use jiff::Timestamp;
use nixfleet_release::plan::{Budget, OnFailure, Wave};
use nixfleet_release::{Entry, Head};
use serde::{Deserialize, Serialize};

/// What all hosts of a release share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// The release's number.
    pub sequence: u64,
    /// From when on no host takes it any more.
    pub expires: Option<Timestamp>,
    /// The waves, in their order. None: all hosts at once.
    pub waves: Vec<Wave>,
    /// Limits across waves.
    pub budgets: Vec<Budget>,
    /// What becomes of it when too many hosts failed.
    pub on_failure: OnFailure,
}

/// The name of the one wave of a plan that has none.
const ALL: &str = "all";

impl Plan {
    /// The waves; one of all hosts where it has none.
    pub(crate) fn waves_or_all(&self) -> Cow<'_, [Wave]> {
        if self.waves.is_empty() {
            let (at_most, need, soak, window) = (None, None, None, None);
            Cow::Owned(vec![Wave { name: ALL.into(), at_most, need, soak, window }])
        } else {
            Cow::Borrowed(&self.waves)
        }
    }
}

/// A host of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The store path of what it is to run.
    pub system: String,
    /// The wave that it goes with; none, or one that the plan has not: the last.
    #[serde(default)]
    pub wave: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether it cannot ask whoever decides, since its release has no key to know it by.
    #[serde(default)]
    pub without_key: bool,
}

impl From<&Head> for Plan {
    fn from(head: &Head) -> Self {
        Self {
            sequence: head.sequence,
            expires: head.expires,
            waves: head.waves.clone(),
            budgets: head.budgets.clone(),
            on_failure: head.on_failure,
        }
    }
}

impl From<&Entry> for Member {
    fn from(entry: &Entry) -> Self {
        Self {
            name: entry.name.clone(),
            system: entry.system.as_str().to_owned(),
            wave: entry.wave.clone(),
            tags: entry.tags.clone(),
            without_key: false,
        }
    }
}
