//! A host's talk with the control plane: what it said, what it was told, and what it makes of that.

use nixfleet_agent::core::{Facts, Offer, Poll};
use nixfleet_link::{Answer, CheckIn, LONGEST_HOLD, VERSION};
use nixfleet_rollout::Report;

use crate::belief::{Belief, Handed, Judged};
use crate::chaos::SECOND;

/// The longest pause between two questions that nobody answers.
const LONGEST_PAUSE: u64 = 120 * SECOND;

/// A host's end of the line.
pub struct Talk {
    /// The newest question; what comes to another was given up.
    pub request: u64,
    /// To which of the control planes its connection goes.
    pub plane: usize,
    /// How long until it is asked again where nobody answers.
    pub pause: u64,
    answer: Option<Answer>,
    is_reached: bool,
    said: Option<CheckIn>,
    belief: Belief,
    retried: Option<u64>,
}

impl Talk {
    pub fn new() -> Self {
        Self {
            request: 0,
            plane: 0,
            pause: SECOND,
            answer: None,
            is_reached: false,
            said: None,
            belief: Belief::new(),
            retried: None,
        }
    }

    /// The agent is started: what was only in its memory is gone.
    pub fn start(&mut self) {
        (self.answer, self.is_reached, self.said) = (None, false, None);
        self.belief.start();
        self.request += 1;
    }

    /// What the agent's loop makes of the control plane's answer: the release itself comes from the
    /// same place, and is judged by the host alone. None where there is no answer.
    pub fn poll(
        &mut self,
        name: &str,
        facts: Facts,
        (handed, judged): (Option<&Handed>, &Judged),
    ) -> Option<Poll> {
        let offered = self.answer.as_ref().filter(|_| self.is_reached)?.offered.clone()?;
        let is_new = self.belief.newest().is_none_or(|(hash, _)| *hash != offered.release.hash);
        if is_new {
            if let Some(why) = offered.wait {
                return Some(Poll::Wait(why));
            }
            if let Err(why) = self.belief.take(name, handed?, judged) {
                return Some(Poll::Failed(why));
            }
        }
        let (hash, target) = self.belief.newest()?.clone();
        let wait = if hash == offered.release.hash {
            offered.wait
        } else {
            Some("the control plane has yet to say when".into())
        };
        Some(Poll::Offer(Offer { target, wait, asked: false, facts }))
    }

    /// Whether a person's word to try again came, which is followed once.
    pub fn retries(&mut self) -> bool {
        let told = self.answer.as_ref().and_then(|it| it.offered.as_ref()?.retry);
        let is_news = told > self.retried;
        if is_news {
            self.retried = told;
        }
        is_news
    }

    /// What it says, if it has not been said.
    pub fn says(
        &mut self,
        name: &str,
        boots: &str,
        report: Report,
        again: bool,
    ) -> Option<CheckIn> {
        let said = CheckIn {
            version: VERSION,
            agent: String::new(),
            machine: name.to_owned(),
            boots: boots.to_owned(),
            release: self.belief.known(),
            report,
            retried: self.retried,
            known: self.answer.as_ref().filter(|_| self.is_reached).map(|it| it.mark.clone()),
            wait: LONGEST_HOLD,
        };
        let is_new = self.said.as_ref().is_none_or(|it| !it.says_as(&said));
        if !is_new && !again {
            return None;
        }
        self.said = Some(said.clone());
        self.request += 1;
        Some(said)
    }

    /// An answer came; whether it is news.
    pub fn heard(&mut self, answer: Answer) -> bool {
        let is_news =
            !self.is_reached || self.answer.as_ref().is_none_or(|it| it.offered != answer.offered);
        self.answer = Some(answer);
        self.is_reached = true;
        self.pause = SECOND;
        is_news
    }

    /// No answer came in time.
    pub fn unheard(&mut self) {
        self.is_reached = false;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}
