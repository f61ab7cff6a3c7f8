//! What a decision asks of a host, apart from all else that is known of it: small, and side by side for
//! all hosts, since each decision reads all of it. Who decides for a hundred thousand hosts waits for
//! memory more than for anything else.

use jiff::Timestamp;

use crate::limits::LONGEST_WAY;
use crate::report::Phase;
use crate::stamp::Stamp;
use crate::track::Track;

/// What a decision asks of a host. It follows from the host's [`Track`] alone, whatever the moment.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "any of them can be")]
pub struct Known {
    /// What there is to say of it while it is heard of.
    pub at_best: AtBest,
    /// Since when.
    pub since: Stamp,
    /// When it was last heard of.
    pub seen: Stamp,
    /// Since when it may be about to go, and has not said so.
    pub leave: Stamp,
    /// Since when such a one is to stay all the same.
    pub called_back: Stamp,
    /// Whether it is changing what it runs.
    pub is_busy: bool,
    /// Whether it is fetching, which may take long.
    pub is_fetching: bool,
    /// Whether it was given leave for this release: that of an older one is none.
    pub was_given_leave: bool,
    /// Whether a person let a failure be tried again, and it was not yet.
    pub is_to_try_again: bool,
}

/// What there is to say of a host: the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtBest {
    /// A person does without it.
    Skipped,
    /// It says that it is changing what it runs.
    Busy,
    /// The release failed there.
    Failed,
    /// It runs the release's system, committed.
    Arrived,
    /// A person holds it.
    Held,
    /// It says that an operator on the host holds it.
    HeldThere,
    /// It is at rest.
    Resting,
}

impl Known {
    /// What is known of a host that is to run a system, in a rollout that began at a time.
    pub fn of(track: &Track, system: &str, began: Timestamp) -> Self {
        let told = track.told.as_ref();
        let phase = told.map(|it| &it.report.phase);
        let is_busy = phase.is_some_and(Phase::is_busy);
        let said = told.map(|it| it.at);
        let (at_best, since) = if let Some(skip) = track.is_skipped() {
            (AtBest::Skipped, Some(skip.at))
        } else if is_busy {
            (AtBest::Busy, said)
        } else if let Some((_, at)) = track.failure(system) {
            (AtBest::Failed, Some(at))
        } else if let Some(arrived) = &track.arrived {
            (AtBest::Arrived, Some(arrived.at))
        } else if let Some(hold) = track.is_held() {
            (AtBest::Held, Some(hold.at))
        } else if matches!(phase, Some(Phase::Held { .. })) {
            (AtBest::HeldThere, said)
        } else {
            (AtBest::Resting, said)
        };
        Self {
            at_best,
            since: since.into(),
            seen: track.seen.into(),
            leave: track.leave().into(),
            called_back: track.called_back(began).into(),
            is_busy,
            is_fetching: matches!(phase, Some(Phase::Fetching)),
            was_given_leave: track.was_given_leave(began),
            is_to_try_again: track.is_to_try_again(system),
        }
    }

    /// Whether one that was called back has surely stayed, though it does not say that it heard so: it is
    /// at rest, and was heard of after all that it sent before.
    pub fn has_surely_stayed(&self) -> bool {
        self.called_back != Stamp::NONE && self.seen >= self.called_back.after(LONGEST_WAY)
    }
}
