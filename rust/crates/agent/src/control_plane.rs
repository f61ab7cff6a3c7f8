//! The control plane, as this host sees it: a thread of its own checks in, and waits there for news.
//! It can delay this host. It can not choose what runs: that is in the release, which is signed, and
//! what comes from here is judged as what comes from anywhere else.

mod talker;

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_link::{
    Answer, CheckIn, Connection, HostKey, Limits, Offered, PublicKey, RELEASE, client_config,
};
use nixfleet_nix::visible;
use nixfleet_release::Hash;
use rustls::ClientConfig;
use serde::Deserialize;

use crate::found::Found;
use crate::wake::Waker;
use talker::Talker;

/// What a connection may take.
const LIMITS: Limits =
    Limits { connect: Duration::from_secs(20), answer: Duration::from_secs(120) };
/// How long the first question of an agent waits for the first answer.
const FIRST: Duration = Duration::from_secs(15);
/// For how long what it said holds while it is not heard of. After that the plan's own times decide,
/// for a release that another source has.
const HOLDS: Duration = Duration::from_secs(24 * 60 * 60);
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
    /// The mark of the answer that this host went by when it said that, or of a later one: what it begins
    /// from then on it begins by no earlier one.
    goes_by: Option<String>,
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
        let (address, tls, shared) = (self.address.clone(), self.tls.clone(), self.shared.clone());
        let talker = Talker { address, tls, shared, waker };
        thread::spawn(move || talker.talk());
    }

    /// Says where this host stands, after each step: never between a look at what may be begun and its
    /// beginning. What is said anew ends the wait for an answer to what was said
    /// before.
    pub fn say(&self, said: CheckIn) {
        let mut talk = self.shared.talk();
        talk.goes_by = talk.answer.as_ref().map(|(it, _)| it.mark.clone());
        self.shared.news.notify_all();
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
    }

    /// The newest release that it offers. A first answer is waited for.
    ///
    /// # Errors
    /// When it does not answer, or has no release, in a sentence.
    pub fn offered(&self) -> Result<Offered, String> {
        let is_unheard = |it: &mut Talk| it.answer.is_none() && it.problem.is_none();
        let news = &self.shared.news;
        let (talk, _) = news
            .wait_timeout_while(self.shared.talk(), FIRST, is_unheard)
            .unwrap_or_else(PoisonError::into_inner);
        match (&talk.problem, &talk.answer) {
            (None, None) => {
                Err(format!("the control plane `{}` has not answered yet", self.address))
            }
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

impl Talk {
    /// The mark of the answer that there is.
    fn mark(&self) -> Option<&String> {
        self.answer.as_ref().filter(|_| self.problem.is_none()).map(|(it, _)| &it.mark)
    }

    /// Whether this host is at rest, as it says, and may be about to begin by an earlier answer.
    fn is_behind(&self) -> bool {
        let is_at_rest = self.said.as_ref().is_some_and(|it| !it.report.phase.is_busy());
        let mark = self.mark();
        is_at_rest && mark.is_some() && mark != self.goes_by.as_ref()
    }
}

impl Shared {
    fn talk(&self) -> MutexGuard<'_, Talk> {
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
