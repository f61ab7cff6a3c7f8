//! Where a host stands and why, in words.

use std::fmt;

use crate::decision::{Decision, May};
use crate::report::Phase;
use crate::rollout::Rollout;
use crate::sentence::time;
use crate::stamp::Stamp;
use crate::standing::Standing;
use crate::time::after;

/// Since when: written where a sentence says it alone, since most of a fleet waits for the same.
struct Since(Stamp);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.get().map_or_else(|| "the start".into(), time))
    }
}

impl Rollout {
    /// Where a host stands and why, in words; `None` for a host that the release has not.
    #[must_use]
    pub fn sentence(&self, decision: &Decision, host: &str) -> Option<String> {
        let verdict = decision.verdict(host)?;
        let track = &self.tracks[self.host(host)?];
        let phase = track.told.as_ref().map(|it| &it.report.phase);
        let since = Since(verdict.since);
        let is_away = matches!(verdict.standing, Standing::Offline | Standing::Unheard);
        if is_away && self.members[self.host(host)?].without_key {
            return Some(format!(
                "it cannot ask, since the release has no key of it: write its `hostKey`, an `ssh-ed25519` one, and release anew; or `skip {host}`"
            ));
        }
        let what = match &track.told {
            Some(it) if it.report.sequence.is_some_and(|it| it != self.plan.sequence) => {
                format!(", with release {}", it.report.sequence.unwrap_or_default())
            }
            _ => String::new(),
        };
        let is_over = decision.state.is_over();
        Some(match verdict.standing {
            Standing::Arrived => format!("it runs the release since {since}"),
            Standing::Going => match phase {
                _ if !decision.state.lets_go() => {
                    format!(
                        "it was let go at {since}, and stays unless it began: {}",
                        decision.sentence
                    )
                }
                _ if verdict.may == May::Wait => {
                    format!(
                        "it was let go at {since}, and is not any more unless it began: its place is free once it says so"
                    )
                }
                Some(Phase::Refused { why }) => {
                    format!("it may go since {since}, tries again by itself, and says: {why}")
                }
                _ => format!(
                    "it may go since {since}, and has not said that it began: `skip {host}` does without it"
                ),
            },
            Standing::OnTheWay => {
                format!("it {} since {since}{what}", phase.map_or("is on the way", Phase::words))
            }
            Standing::Waiting => decision.reasons[verdict.wait as usize].clone(),
            Standing::Offline => match track.seen {
                Some(seen) => {
                    format!("not heard of since {}: it goes when it is heard of", time(seen))
                }
                None => "never heard of: it goes when it is heard of".into(),
            },
            Standing::Unheard => format!(
                "not heard of since the control plane was started: it may be on the way, and is passed over from {} on",
                time(after(self.listening, self.limits.offline))
            ),
            Standing::Silent => {
                let or = "`retry` lets it try again, `skip` does without it";
                let or = if is_over { String::new() } else { format!(": {or}") };
                format!("it was let go and has not been heard of since {since}{or}")
            }
            Standing::Failed => {
                let why = phase.and_then(Phase::failure).unwrap_or("it did not say why");
                let again = format!(", and `retry {host}` tries again");
                let again = if is_over { String::new() } else { again };
                format!("the release failed there at {since}{again}: {why}")
            }
            Standing::Held => match (track.is_held(), phase) {
                (Some(word), _) => {
                    format!(
                        "held by {} since {since}: `resume {host}` lets it go",
                        nixfleet_nix::visible(&word.by)
                    )
                }
                (None, Some(Phase::Held { why })) => {
                    format!(
                        "held by an operator on the host since {since}, `nixfleet-agent status` there says until when: {why}"
                    )
                }
                (None, _) => format!("held since {since}"),
            },
            Standing::Skipped => match track.is_skipped() {
                Some(word) => {
                    let by = nixfleet_nix::visible(&word.by);
                    let or = if is_over { "" } else { ": `retry` takes it in again" };
                    format!("left out by {by} since {since}{or}")
                }
                None => "left out".into(),
            },
        })
    }
}
