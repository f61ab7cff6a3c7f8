//! Where a host stands at a moment.

use serde::{Deserialize, Serialize};

use crate::known::{AtBest, Known};
use crate::limits::Limits;
use crate::stamp::Stamp;

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
    pub since: Stamp,
    pub until: Stamp,
}

/// The moment, and what it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub now: Stamp,
    pub began: Stamp,
    pub listening: Stamp,
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
        let asked = is_busy || leave != Stamp::NONE;
        let silent_at = if asked {
            let limit = if self.is_fetching { limits.silent_fetching } else { limits.silent };
            seen.max(leave).or(began).after(limit)
        } else {
            Stamp::NONE
        };
        let is_silent = asked && silent_at <= now;
        let is_on_the_way = asked && !is_silent;

        match self.at_best {
            AtBest::Skipped => {
                let until = if is_on_the_way { silent_at } else { Stamp::NONE };
                return judged(Standing::Skipped, since, is_on_the_way, until);
            }
            AtBest::Busy if is_on_the_way => {
                return judged(Standing::OnTheWay, since, true, silent_at);
            }
            AtBest::Failed => return judged(Standing::Failed, since, true, Stamp::NONE),
            AtBest::Arrived => return judged(Standing::Arrived, since, false, Stamp::NONE),
            _ => {}
        }
        if is_silent {
            return judged(Standing::Silent, seen.max(leave), true, Stamp::NONE);
        }
        if is_on_the_way {
            return judged(Standing::Going, leave, true, silent_at);
        }
        if self.at_best == AtBest::Held {
            return judged(Standing::Held, since, false, Stamp::NONE);
        }
        let offline_at = seen.max(listening).after(limits.offline);
        if offline_at <= now {
            return judged(Standing::Offline, seen, false, Stamp::NONE);
        }
        if seen < listening {
            return judged(Standing::Unheard, seen, true, offline_at);
        }
        match self.at_best {
            AtBest::HeldThere => judged(Standing::Held, since, false, offline_at),
            _ => judged(Standing::Waiting, since, false, offline_at),
        }
    }
}
