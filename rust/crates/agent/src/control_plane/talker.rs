//! The thread that checks in: it says what there is to say, waits there for news, and comes again.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nixfleet_link::{Answer, CHECK_IN, CheckIn, Connection, LONGEST_HOLD};
use nixfleet_nix::visible;
use rustls::ClientConfig;

use super::{LIMITS, Shared, Talk, words};
use crate::wake::Waker;

/// What the answer to a check-in may take beyond the time for which it may be held.
const LATE: Duration = Duration::from_secs(30);
/// The most bytes of that answer; it takes about 400.
const ANSWER_BYTES: usize = 16 * 1024;
/// The times between two tries to reach it, doubled from the first to the last.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);
/// For how long what there is to say waits until this host goes by the last answer: it may be asking other
/// sources for a release.
const BEHIND: Duration = Duration::from_secs(30);
/// The longest time for which it may tell a host not to come again.
const LONGEST_REST: u64 = 600;

pub(super) struct Talker {
    pub(super) address: String,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) shared: Arc<Shared>,
    pub(super) waker: Waker,
}

impl Talker {
    pub(super) fn talk(mut self) {
        let mut connection = None;
        let mut pause = SHORTEST;
        loop {
            let (said, version) = self.next();
            match self.check_in(&mut connection, &said) {
                Ok(answer) => {
                    pause = SHORTEST;
                    let rest = Duration::from_secs(answer.again.min(LONGEST_REST));
                    self.heard(answer);
                    self.rest(rest, version);
                }
                Err(why) => {
                    connection = None;
                    // What it was cut short for is to be said at once.
                    if self.shared.talk().version == version {
                        self.unheard(&why);
                        self.rest(jittered(pause), version);
                        pause = (pause * 2).min(LONGEST);
                    }
                }
            }
        }
    }

    /// What there is to say, once there is, with the mark of the answer that this host goes by.
    fn next(&self) -> (CheckIn, u64) {
        let mut talk = self.shared.talk();
        loop {
            talk = self.goes_by(talk);
            if let Some(said) = &talk.said {
                let known = if talk.is_behind() { talk.goes_by.as_ref() } else { talk.mark() };
                let said = CheckIn { known: known.cloned(), wait: LONGEST_HOLD, ..said.clone() };
                return (said, talk.version);
            }
            talk = self.shared.news.wait(talk).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until this host goes by the answer that there is. It soon does, and mostly says something
    /// new by it.
    fn goes_by<'a>(&self, talk: MutexGuard<'a, Talk>) -> MutexGuard<'a, Talk> {
        let waited = self.shared.news.wait_timeout_while(talk, BEHIND, |it| it.is_behind());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn check_in(
        &self,
        connection: &mut Option<Connection>,
        said: &CheckIn,
    ) -> Result<Answer, String> {
        let mut it = match connection.take() {
            Some(it) => it,
            None => Connection::open(&self.address, &self.tls, LIMITS)?,
        };
        self.shared.talk().waiting = it.socket().ok();
        let body = serde_json::to_vec(said).map_err(|error| error.to_string())?;
        let within = Duration::from_secs(said.wait) + LATE;
        let json = [("content-type", "application/json")];
        let reply = it.ask("POST", CHECK_IN, &json, &body, ANSWER_BYTES, within);
        self.shared.talk().waiting = None;
        let reply = reply?;
        if reply.status != 200 {
            return Err(format!("`{}`: {}", self.address, words(reply.status, &reply.body)));
        }
        let answer = serde_json::from_slice(&reply.body)
            .map_err(|error| format!("`{}` gives no answer that is one: {error}", self.address))?;
        *connection = Some(it);
        Ok(answer)
    }

    fn heard(&mut self, answer: Answer) {
        let mut talk = self.shared.talk();
        let is_news = talk.problem.take().is_some()
            || talk
                .answer
                .as_ref()
                .is_none_or(|(it, _)| it.offered != answer.offered || it.mark != answer.mark);
        talk.answer = Some((answer, Instant::now()));
        drop(talk);
        self.shared.news.notify_all();
        if is_news {
            self.waker.wake();
        }
    }

    fn unheard(&self, why: &str) {
        self.shared.talk().problem = Some(visible(why).into_owned());
        self.shared.news.notify_all();
    }

    /// Rests, unless there is something new to say.
    fn rest(&self, time: Duration, version: u64) {
        let is_as_before = |it: &mut Talk| it.version == version;
        drop(self.shared.news.wait_timeout_while(self.shared.talk(), time, is_as_before));
    }
}

/// Of many hosts that lost it at once each tries again at another time.
fn jittered(time: Duration) -> Duration {
    time.mul_f64(0.5 + f64::from(crate::wake::chance()) / f64::from(u32::MAX))
}
