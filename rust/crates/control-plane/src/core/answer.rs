//! What a host is told, and how it is known what it heard.

use nixfleet_link::{Answer, Offered, VERSION};
use nixfleet_rollout::May;

use super::Core;

/// How many seconds hosts are told to wait where there is no release yet.
const NO_RELEASE: u64 = 60;

/// What the mark begins with of an answer that calls a host back that was let go.
const STAY: &str = "stay-";

impl Core {
    /// What a host is told. Leave that was decided and is not known as an event yet, as before the first
    /// [`Core::decide`] of a release or a start, is none: who is told of it takes room, and whoever
    /// decides next has to know.
    #[must_use]
    pub fn answer(&self, host: &str) -> Answer {
        let none =
            Answer { version: VERSION, mark: "none".into(), offered: None, again: NO_RELEASE };
        let Some(current) = &self.current else { return none };
        let Some(verdict) = current.decision.verdict(host) else { return none };
        let release = current.shelf.known;
        let to_stay = self.mark_to_stay(host);
        let (word, wait) = match verdict.may {
            May::Go { .. } if self.lets_go(host) => ("go", None),
            May::Go { .. } if to_stay.is_some() => {
                ("wait", Some("it is not to go any more".into()))
            }
            May::Go { .. } => ("wait", Some("it is about to be let go".into())),
            May::Wait => (
                "wait",
                Some(current.rollout.sentence(&current.decision, host).unwrap_or_default()),
            ),
        };
        let again = matches!(verdict.may, May::Go { again: true });
        let retry = current.retries.get(host).copied().filter(|_| again);
        // The sentence is no part of it: it changes with each host that arrives, and the news for a
        // host is whether it may go.
        let mark = to_stay
            .unwrap_or_else(|| format!("{}-{word}-{}", current.mark, retry.unwrap_or_default()));
        Answer { version: VERSION, mark, offered: Some(Offered { release, wait, retry }), again: 0 }
    }

    /// Whether its answer lets a host go.
    #[must_use]
    pub fn lets_go(&self, host: &str) -> bool {
        self.current.as_ref().is_some_and(|it| {
            let may = it.decision.verdict(host).is_some_and(|it| it.may != May::Wait);
            may && it.rollout.was_given_leave(host) && it.rollout.called_back(host).is_none()
        })
    }

    /// The mark of the answer that calls a host back. It is made of what is in the log alone, so that a host
    /// that heard it from one control plane can say so to another.
    pub(super) fn mark_to_stay(&self, host: &str) -> Option<String> {
        let current = self.current.as_ref()?;
        let since = current.rollout.called_back(host)?;
        Some(format!("{STAY}{}-{}", since.as_microsecond(), current.mark))
    }
}

/// Whether it concerns who decides that a host comes which says the same as before, knows one answer, and
/// would be let go by another of a mark, if by any. It may say that it heard that it is to stay. And what
/// lets it go may be out of date, where another control plane has told it since what it knows.
#[must_use]
pub fn concerns(known: Option<&str>, goes_by: Option<&str>) -> bool {
    known.is_some_and(|it| it.starts_with(STAY)) || goes_by.is_some() && known != goes_by
}
