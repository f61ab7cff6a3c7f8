//! Where a host stands at a moment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::report::Phase;
use crate::time::after;
use crate::track::Track;

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

/// Where a host stands, since when, and until when at most if nothing happens.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub standing: Standing,
    pub since: Option<Timestamp>,
    /// Whether it is one of those that there may be only so many of at a time.
    pub takes_room: bool,
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

impl Track {
    pub fn judge(&self, system: &str, moment: &Moment) -> Judged {
        let Moment { now, began, listening, limits } = *moment;
        let judged =
            |standing, since, takes_room, until| Judged { standing, since, takes_room, until };
        let told = self.told.as_ref();
        let phase = told.map(|it| &it.report.phase);
        let is_busy = phase.is_some_and(Phase::is_busy);
        let leave = self.leave(began);
        let heard = self.seen;
        let silent_at = (is_busy || leave.is_some()).then(|| {
            let limit = match phase {
                Some(Phase::Fetching) => limits.silent_fetching,
                _ => limits.silent,
            };
            after(heard.max(leave).unwrap_or(began), limit)
        });
        let is_silent = silent_at.is_some_and(|it| it <= now);
        let is_on_the_way = silent_at.is_some() && !is_silent;

        if let Some(skip) = self.is_skipped() {
            let until = silent_at.filter(|_| is_on_the_way);
            return judged(Standing::Skipped, Some(skip.at), is_on_the_way, until);
        }
        if is_busy && is_on_the_way {
            return judged(Standing::OnTheWay, told.map(|it| it.at), true, silent_at);
        }
        if let Some((_, at)) = self.failure(system) {
            return judged(Standing::Failed, Some(at), true, None);
        }
        if let Some(arrived) = &self.arrived {
            return judged(Standing::Arrived, Some(arrived.at), false, None);
        }
        if is_silent {
            return judged(Standing::Silent, heard.max(leave), true, None);
        }
        if is_on_the_way {
            return judged(Standing::Going, leave, true, silent_at);
        }
        if let Some(hold) = self.is_held() {
            return judged(Standing::Held, Some(hold.at), false, None);
        }
        let offline_at = after(heard.unwrap_or(listening).max(listening), limits.offline);
        if offline_at <= now {
            return judged(Standing::Offline, heard, false, None);
        }
        if heard < Some(listening) {
            return judged(Standing::Unheard, heard, true, Some(offline_at));
        }
        match told {
            Some(it) if matches!(it.report.phase, Phase::Held { .. }) => {
                judged(Standing::Held, Some(it.at), false, Some(offline_at))
            }
            _ => judged(Standing::Waiting, told.map(|it| it.at), false, Some(offline_at)),
        }
    }
}
