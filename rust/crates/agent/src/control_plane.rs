//! The control plane, as this host sees it: a thread of its own checks in, and waits there for news.
//! It can delay this host. It can not choose what runs: that is in the release, which is signed, and
//! what comes from here is judged as what comes from anywhere else.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{
    Answer, CHECK_IN, CheckIn, Connection, HostKey, LONGEST_HOLD, Limits, Offered, PublicKey,
    RELEASE, client_config,
};
use nixfleet_nix::visible;
use nixfleet_release::Hash;
use rustls::ClientConfig;
use serde::Deserialize;

use crate::found::Found;
use crate::wake::Waker;

/// What a connection may take.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(20), answer: Duration::from_secs(120) };
/// What the answer to a check-in may take beyond the time for which it may be held.
const LATE: Duration = Duration::from_secs(30);
/// The most bytes of that answer; it takes about 400.
const ANSWER_BYTES: usize = 16 * 1024;
/// How long the first question of an agent waits for the first answer.
const FIRST: Duration = Duration::from_secs(15);
/// The times between two tries to reach it, doubled from the first to the last.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);
/// For how long what it said holds while it is not heard of. After that the plan's own times decide,
/// for a release that another source has.
const HOLDS: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest time for which it may tell a host not to come again.
const LONGEST_REST: u64 = 600;
/// The least time between two tries of what failed here, whatever it says.
const RETRY_EVERY: Duration = Duration::from_secs(600);

/// Where it is, and who it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// `HOST:PORT`.
    pub address: String,
    /// Its SSH host key.
    pub key: String,
    /// The file with this host's private key.
    pub host_key: std::path::PathBuf,
}

/// The control plane.
pub struct ControlPlane {
    address: String,
    tls: Arc<ClientConfig>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    talk: Mutex<Talk>,
    news: Condvar,
}

#[derive(Default)]
struct Talk {
    /// What this host says, once it has something to say.
    said: Option<CheckIn>,
    /// Counts up with that.
    version: u64,
    answer: Option<(Answer, Instant)>,
    problem: Option<String>,
    /// The connection at which an answer is awaited.
    waiting: Option<TcpStream>,
    retried: Option<Instant>,
}

/// What the control plane says of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This host may go.
    Go,
    /// It is to wait, and why.
    Wait(String),
}

impl ControlPlane {
    /// Makes ready to speak to it.
    ///
    /// # Errors
    /// When a key is none, in a sentence.
    pub fn new(settings: &Settings) -> Result<Self, String> {
        let key = HostKey::read(&settings.host_key).map_err(|error| error.to_string())?;
        let pin = PublicKey::read(&settings.key)
            .map_err(|error| format!("`controlPlane.key`: {error}"))?;
        let tls = client_config(&key, pin).map_err(|error| error.to_string())?;
        Ok(Self { address: settings.address.clone(), tls, shared: Arc::default() })
    }

    /// Begins to check in, in a thread that ends with the program. What is news for this host wakes
    /// the one that waits.
    pub fn begin(&self, waker: Waker) {
        let talker = Talker {
            address: self.address.clone(),
            tls: self.tls.clone(),
            shared: self.shared.clone(),
            waker,
        };
        thread::spawn(move || talker.talk());
    }

    /// Says where this host stands. What is said anew ends the wait for an answer to what was said
    /// before.
    pub fn say(&self, said: CheckIn) {
        let mut talk = self.shared.talk();
        let retried = said.retried.max(talk.said.as_ref().and_then(|it| it.retried));
        let said = CheckIn { retried, ..said };
        if talk.said.as_ref().is_some_and(|it| it.says_as(&said)) {
            return;
        }
        talk.said = Some(said);
        talk.version += 1;
        if let Some(socket) = talk.waiting.take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.shared.news.notify_all();
    }

    /// The newest release that it offers. A first answer is waited for.
    ///
    /// # Errors
    /// When it does not answer, or has no release, in a sentence.
    pub fn offered(&self) -> Result<Offered, String> {
        let until = Instant::now() + FIRST;
        let mut talk = self.shared.talk();
        while talk.answer.is_none() && talk.problem.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(format!("the control plane `{}` has not answered yet", self.address));
            }
            (talk, _) =
                self.shared.news.wait_timeout(talk, left).unwrap_or_else(PoisonError::into_inner);
        }
        match (&talk.problem, &talk.answer) {
            (Some(why), _) => Err(format!("control plane: {why}")),
            (None, Some((Answer { offered: Some(offered), .. }, _))) => Ok(offered.clone()),
            _ => Err(format!("the control plane `{}` has no release for this host", self.address)),
        }
    }

    /// What it says of a release, unless it has long been silent, or says nothing of that one.
    #[must_use]
    pub fn verdict(&self, release: Hash) -> Option<Verdict> {
        let talk = self.shared.talk();
        let (answer, at) = talk.answer.as_ref()?;
        let offered = answer.offered.as_ref()?;
        if at.elapsed() > HOLDS || offered.release.hash != release {
            return None;
        }
        Some(
            offered
                .wait
                .as_ref()
                .map_or(Verdict::Go, |why| Verdict::Wait(visible(why).into_owned())),
        )
    }

    /// The number of a person's word, said through it, to try again what failed here: each is followed
    /// once, and not too often, since it may lie.
    #[must_use]
    pub fn told_to_retry(&self) -> Option<u64> {
        let mut talk = self.shared.talk();
        let told = talk.answer.as_ref().and_then(|(it, _)| it.offered.as_ref()?.retry);
        let done = talk.said.as_ref().and_then(|it| it.retried);
        let is_soon = talk.retried.is_some_and(|it| it.elapsed() < RETRY_EVERY);
        if told.is_none() || told <= done || is_soon {
            return None;
        }
        talk.retried = Some(Instant::now());
        if let Some(said) = &mut talk.said {
            said.retried = told;
        }
        told
    }

    /// A file of its release, by a connection of its own, which proves that one can be made.
    ///
    /// # Errors
    /// When it cannot be had, in a sentence.
    pub fn fetch(&self, name: &str, limit: usize, mark: Option<&str>) -> Result<Found, String> {
        let mut connection = Connection::open(&self.address, &self.tls, LIMITS)?;
        let marks: Vec<_> = mark.iter().map(|it| ("if-none-match", *it)).collect();
        let path = format!("{RELEASE}/{name}");
        let reply = connection.ask("GET", &path, &marks, b"", limit, LIMITS.answer)?;
        match reply.status {
            200 => Ok(Found::Bytes { bytes: reply.body, mark: reply.etag }),
            304 => Ok(Found::Unchanged),
            status => {
                Err(format!("`{name}` of `{}`: {}", self.address, words(status, &reply.body)))
            }
        }
    }

    /// How people call it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("control plane {}", self.address)
    }
}

impl Shared {
    fn talk(&self) -> MutexGuard<'_, Talk> {
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Talker {
    address: String,
    tls: Arc<ClientConfig>,
    shared: Arc<Shared>,
    waker: Waker,
}

impl Talker {
    fn talk(mut self) {
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

    /// What there is to say, once there is.
    fn next(&self) -> (CheckIn, u64) {
        let mut talk = self.shared.talk();
        loop {
            if let Some(said) = &talk.said {
                let known = talk.answer.as_ref().filter(|_| talk.problem.is_none());
                let known = known.map(|(it, _)| it.mark.clone());
                return (CheckIn { known, wait: LONGEST_HOLD, ..said.clone() }, talk.version);
            }
            talk = self.shared.news.wait(talk).unwrap_or_else(PoisonError::into_inner);
        }
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
            || talk.answer.as_ref().is_none_or(|(it, _)| it.offered != answer.offered);
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
        let until = Instant::now() + time;
        let mut talk = self.shared.talk();
        while talk.version == version {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            (talk, _) =
                self.shared.news.wait_timeout(talk, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Of many hosts that lost it at once each tries again at another time.
fn jittered(time: Duration) -> Duration {
    time.mul_f64(0.5 + f64::from(crate::wake::chance()) / f64::from(u32::MAX))
}

/// What an answer that is none says.
fn words(status: u16, body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Said {
        error: String,
    }
    match serde_json::from_slice::<Said>(body) {
        Ok(Said { error }) => {
            let short: String = error.chars().take(300).collect();
            visible(&short).into_owned()
        }
        Err(_) => format!("it answers with status {status}"),
    }
}
