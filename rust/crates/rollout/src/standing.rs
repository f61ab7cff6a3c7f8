//! Where a host stands at a moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::known::{AtBest, Known};
use crate::limits::Limits;
use crate::time::after;

/// Where a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It runs what the release says, and held.
    Arrived,
    /// It was let go, and has not said yet that it began.
    Going,
    /// It is changing what it runs, for this release or another.
    OnTheWay,
    /// It is there and has not been let go.
    Waiting,
    /// It has not been heard of for long, and nothing was asked of it: it is passed over.
    Offline,
    /// It has not been heard of since whoever decides was started: it may be on the way.
    Unheard,
    /// It was let go, and has not been heard of for long.
    Silent,
    /// The release failed there.
    Failed,
    /// A person holds it, or an operator on the host does.
    Held,
    /// A person does without it.
    Skipped,
}

impl Standing {
    /// All of them, in the order in which people look for them.
    pub const ALL: [Self; 10] = [
        Self::Arrived,
        Self::Going,
        Self::OnTheWay,
        Self::Waiting,
        Self::Failed,
        Self::Silent,
        Self::Offline,
        Self::Unheard,
        Self::Held,
        Self::Skipped,
    ];
}

/// Where a host stands, in two bytes: a decision looks at all hosts' more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    pub standing: Standing,
    /// Whether it is one of those that there may be only so many of at a time.
    pub takes_room: bool,
}

/// Where a host stands, since when, and until when at most if nothing happens.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub stands: Stands,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// The moment, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Timestamp,
    pub began: Timestamp,
    pub listening: Timestamp,
    pub limits: Limits,
}

impl Known {
    pub fn judge(&self, moment: &Moment) -> Judged {
        let Moment { now, began, listening, limits } = *moment;
        let judged = |standing, since, takes_room, until| Judged {
            stands: Stands { standing, takes_room },
            since,
            until,
        };
        let Self { since, seen, leave, is_busy, .. } = *self;
        let silent_at = (is_busy || leave.is_some()).then(|| {
            let limit = if self.is_fetching { limits.silent_fetching } else { limits.silent };
            after(seen.max(leave).unwrap_or(began), limit)
        });
        let is_silent = silent_at.is_some_and(|it| it <= now);
        let is_on_the_way = silent_at.is_some() && !is_silent;

        match self.at_best {
            AtBest::Skipped => {
                let until = silent_at.filter(|_| is_on_the_way);
                return judged(Standing::Skipped, since, is_on_the_way, until);
            }
            AtBest::Busy if is_on_the_way => {
                return judged(Standing::OnTheWay, since, true, silent_at);
            }
            AtBest::Failed => return judged(Standing::Failed, since, true, None),
            AtBest::Arrived => return judged(Standing::Arrived, since, false, None),
            _ => {}
        }
        if is_silent {
            return judged(Standing::Silent, seen.max(leave), true, None);
        }
        if is_on_the_way {
            return judged(Standing::Going, leave, true, silent_at);
        }
        if self.at_best == AtBest::Held {
            return judged(Standing::Held, since, false, None);
        }
        let offline_at = after(seen.unwrap_or(listening).max(listening), limits.offline);
        if offline_at <= now {
            return judged(Standing::Offline, seen, false, None);
        }
        if seen < Some(listening) {
            return judged(Standing::Unheard, seen, true, Some(offline_at));
        }
        match self.at_best {
            AtBest::HeldThere => judged(Standing::Held, since, false, Some(offline_at)),
            _ => judged(Standing::Waiting, since, false, Some(offline_at)),
        }
    }
}
