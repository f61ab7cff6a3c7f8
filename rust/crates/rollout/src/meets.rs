//! What a person's word meets that was said or done before. Two may speak at once, and neither has heard of
//! the other: each is told what came of the own word.

use nixfleet_nix::visible;

use crate::command::Command;
use crate::rollout::Rollout;
use crate::sentence::time;
use crate::track::{Track, Word};

impl Rollout {
    /// What a word meets, in words; none where it does what it says. To be asked before the word is applied,
    /// which it is all the same.
    #[must_use]
    pub fn meets(&self, command: &Command) -> Option<String> {
        let track = command.host().and_then(|it| self.host(it)).map(|it| &self.tracks[it]);
        match command {
            Command::Abort => {
                self.abort.as_ref().map(|it| format!("it was ended already, {}", by(it)))
            }
            Command::Hold { .. } | Command::Release { .. } => track?.meets(command),
            _ if self.is_ended().is_some() => self.is_ended(),
            Command::Pause => {
                let paused = self.pause.as_ref().filter(|it| it.holds)?;
                Some(format!("it was paused already, {}", by(paused)))
            }
            Command::Resume if self.pause.as_ref().is_none_or(|it| !it.holds) => {
                Some("it was not paused".into())
            }
            Command::Promote { wave } => {
                let wave = self.waves.iter().find(|it| it.wave.name == *wave)?;
                let since = wave.is_done()?;
                Some(format!("it was done already, since {}", time(since)))
            }
            Command::Retry { host } => {
                let host = self.host(host)?;
                let has_failed = self.tracks[host].failure(&self.members[host].system).is_some();
                let is_of_use = has_failed || self.tracks[host].is_skipped().is_some();
                (!is_of_use).then(|| "nothing has failed there".into())
            }
            _ => track?.meets(command),
        }
    }

    /// Who ended it, after which a word changes nothing.
    fn is_ended(&self) -> Option<String> {
        let aborted =
            self.abort.as_ref().map(|it| format!("the rollout was ended before, {}", by(it)));
        let given_up =
            || self.given_up.map(|it| format!("the release was given up at {}", time(it)));
        aborted.or_else(given_up).map(|it| format!("{it}, and that changes nothing any more"))
    }
}

impl Track {
    fn meets(&self, command: &Command) -> Option<String> {
        let (held, skipped) = (self.is_held(), self.is_skipped());
        match command {
            Command::Hold { .. } => match (held, skipped) {
                (Some(held), _) => Some(format!("it was held already, {}", by(held))),
                (None, Some(skipped)) => Some(format!(
                    "this rollout does without it, {}: it is held in those after it",
                    by(skipped)
                )),
                (None, None) => None,
            },
            Command::Release { .. } if held.is_none() => Some("nobody held it".into()),
            Command::Skip { .. } => match (skipped, held) {
                (Some(skipped), _) => Some(format!("it was left out already, {}", by(skipped))),
                (None, Some(held)) => Some(format!(
                    "it is held, {}, and stays so in the rollouts after this",
                    by(held)
                )),
                (None, None) => None,
            },
            _ => None,
        }
    }
}

fn by(word: &Word) -> String {
    format!("by {} since {}", visible(&word.by), time(word.at))
}
