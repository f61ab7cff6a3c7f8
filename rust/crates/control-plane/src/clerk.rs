//! The loop around the core, in a thread of its own: it takes what hosts and people say as it comes,
//! writes all of it down at once, and then tells. What comes while the disk is busy is the next lot.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nixfleet_link::CheckIn;
use nixfleet_rollout::{Command, Impossible, Unknown};
use tokio::sync::{oneshot, watch};

use crate::core::Core;
use crate::seat::Seats;
use crate::shelf::{Files, NotTaken};
use crate::store::{Keep, Store};

/// The most words that wait to be written down; who brings more is told to come again.
const WAITING: usize = 16_384;
/// The most that are written down at once.
const LOT: usize = 4_096;
/// The least time between two decisions while hosts go on and on saying something.
const DECIDE_EVERY: Duration = Duration::from_millis(50);
/// The longest time without a look at what follows from time alone.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long until it is tried again to write down what could not be.
const WRITE_AGAIN: Duration = Duration::from_secs(1);
/// What may wait to be written down while the disk is full. Beyond it the program ends, and begins
/// anew with what is written: hosts say again what they run.
const UNWRITTEN: usize = 200_000;

/// What can be asked of the clerk.
pub enum Input {
    /// A host says something new.
    CheckIn {
        /// Its name.
        host: String,
        /// What it says.
        said: Box<CheckIn>,
        /// Whether it was written down.
        done: oneshot::Sender<bool>,
    },
    /// Somebody brings a release.
    Bring {
        /// Its files.
        files: Files,
        /// What came of it.
        done: oneshot::Sender<Result<Taken, Failure>>,
    },
    /// A person says something.
    Command {
        /// Who.
        by: String,
        /// What.
        command: Command,
        /// Whether it was written down.
        done: oneshot::Sender<Result<(), Failure>>,
    },
    /// Somebody looks.
    Look(Box<dyn FnOnce(&Core) + Send>),
}

/// What came of a release that was brought.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its number.
    pub sequence: u64,
    /// Whether it was there already.
    pub same: bool,
    /// Why its plan can never finish.
    pub never: Vec<Impossible>,
    /// Hosts that cannot ask, since the release has no key for them.
    pub without_key: Vec<String>,
}

/// Why something was not done.
#[derive(Debug, Clone)]
pub enum Failure {
    /// A release was refused.
    Refused(NotTaken),
    /// There is no such host or wave.
    Unknown(Unknown),
    /// There is no release yet.
    NoRelease,
    /// It could not be written down.
    Unwritten,
    /// There is too much to do.
    Busy,
}

/// Who is asked.
#[derive(Clone)]
pub struct Clerk {
    to: SyncSender<Input>,
    /// Counts up with every change that people may see.
    pub changes: watch::Receiver<u64>,
    /// Why nothing can be written down, while it cannot.
    pub trouble: watch::Receiver<Option<String>>,
}

impl Clerk {
    /// Begins.
    #[must_use]
    pub fn begin(core: Core, store: Store, seats: Arc<Seats>) -> Self {
        let (to, from) = sync_channel(WAITING);
        let (news, changes) = watch::channel(0);
        let (troubled, trouble) = watch::channel(None);
        let mut desk = Desk { core, store, seats, news, troubled, unwritten: Vec::new() };
        desk.seat();
        thread::spawn(move || desk.work(&from));
        Self { to, changes, trouble }
    }

    /// Gives it something to do; `false` when it has too much.
    #[must_use]
    pub fn give(&self, input: Input) -> bool {
        match self.to.try_send(input) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    /// Looks at what is known.
    ///
    /// # Errors
    /// When there is too much to do.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let (done, answer) = oneshot::channel();
        let look = move |core: &Core| drop(done.send(look(core)));
        if !self.give(Input::Look(Box::new(look))) {
            return Err(Failure::Busy);
        }
        answer.await.map_err(|_| Failure::Busy)
    }

    /// Brings a release.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn bring(&self, files: Files) -> Result<Taken, Failure> {
        let (done, answer) = oneshot::channel();
        if !self.give(Input::Bring { files, done }) {
            return Err(Failure::Busy);
        }
        answer.await.map_err(|_| Failure::Busy)?
    }

    /// Says what a person says.
    ///
    /// # Errors
    /// When there is no such host or wave, or it could not be written down.
    pub async fn command(&self, by: String, command: Command) -> Result<(), Failure> {
        let (done, answer) = oneshot::channel();
        if !self.give(Input::Command { by, command, done }) {
            return Err(Failure::Busy);
        }
        answer.await.map_err(|_| Failure::Busy)?
    }
}

/// Told once what was done is written down.
type Ack = Box<dyn FnOnce(bool) + Send>;

struct Desk {
    core: Core,
    store: Store,
    seats: Arc<Seats>,
    news: watch::Sender<u64>,
    troubled: watch::Sender<Option<String>>,
    unwritten: Vec<Keep>,
}

impl Desk {
    fn work(&mut self, from: &Receiver<Input>) {
        let (mut decided, mut dirty, mut owed) = (None::<Instant>, true, false);
        loop {
            let first = match from.recv_timeout(self.patience(decided, dirty)) {
                Ok(input) => Some(input),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let now = Timestamp::now();
            let mut acks: Vec<Ack> = Vec::new();
            let (mut looks, mut at_once) = (Vec::new(), false);
            for input in first.into_iter().chain(from.try_iter().take(LOT)) {
                match input {
                    Input::Look(look) => looks.push(look),
                    input => {
                        // Who brings or commands something sees what follows from it.
                        at_once |= !matches!(input, Input::CheckIn { .. });
                        dirty = true;
                        acks.extend(self.take(input, now));
                    }
                }
            }
            let is_due = self.core.next().is_some_and(|it| it <= now)
                || decided.is_none_or(|it| it.elapsed() >= LOOK_EVERY);
            let may = decided.is_none_or(|it| it.elapsed() >= DECIDE_EVERY);
            let is_time = is_due || at_once || (dirty && may);
            if is_time {
                self.feed_seen(now);
                self.unwritten.extend(self.core.decide(now));
                (decided, dirty) = (Some(Instant::now()), false);
            }
            owed |= is_time;
            let written = self.write();
            if owed && written {
                self.tell();
                owed = false;
            }
            for ack in acks {
                ack(written);
            }
            for look in looks {
                look(&self.core);
            }
            if is_time {
                self.news.send_modify(|it| *it += 1);
            }
        }
    }

    fn patience(&self, decided: Option<Instant>, dirty: bool) -> Duration {
        if !self.unwritten.is_empty() {
            return WRITE_AGAIN;
        }
        let since = decided.map_or(DECIDE_EVERY, |it| it.elapsed());
        if dirty {
            return DECIDE_EVERY.saturating_sub(since);
        }
        let due = self.core.next().map_or(LOOK_EVERY, |it| {
            Duration::try_from(it.duration_since(Timestamp::now())).unwrap_or_default()
        });
        due.min(LOOK_EVERY.saturating_sub(since)).max(Duration::from_millis(1))
    }

    fn take(&mut self, input: Input, now: Timestamp) -> Option<Ack> {
        match input {
            Input::CheckIn { host, said, done } => {
                self.unwritten.extend(self.core.check_in(&host, *said, now));
                Some(Box::new(move |written| {
                    let _ = done.send(written);
                }))
            }
            Input::Bring { files, done } => {
                let before = self.core.shelf().map(|it| it.known);
                match self.core.bring(files, now) {
                    Err(why) => {
                        let _ = done.send(Err(Failure::Refused(why)));
                        None
                    }
                    Ok((keep, never)) => {
                        self.unwritten.extend(keep);
                        let release = self.core.shelf()?;
                        let taken = Taken {
                            sequence: release.known.sequence,
                            same: before == Some(release.known),
                            never,
                            without_key: release.without_key().map(str::to_owned).collect(),
                        };
                        self.seat();
                        Some(Box::new(move |written| {
                            let result = if written { Ok(taken) } else { Err(Failure::Unwritten) };
                            let _ = done.send(result);
                        }))
                    }
                }
            }
            Input::Command { by, command, done } => match self.core.command(&by, command, now) {
                Err(unknown) => {
                    let why = unknown.map_or(Failure::NoRelease, Failure::Unknown);
                    let _ = done.send(Err(why));
                    None
                }
                Ok(keep) => {
                    self.unwritten.extend(keep);
                    Some(Box::new(move |written| {
                        let _ = done.send(if written { Ok(()) } else { Err(Failure::Unwritten) });
                    }))
                }
            },
            Input::Look(_) => None,
        }
    }

    /// A seat for each host of the release.
    fn seat(&mut self) {
        let Some(release) = self.core.shelf() else { return };
        let core = &self.core;
        self.seats.set(
            release
                .hosts()
                .map(|(key, name)| (key, name, core.answer(name), core.said().get(name).cloned())),
        );
    }

    /// Who was heard of since, with nothing new.
    fn feed_seen(&mut self, now: Timestamp) {
        for seat in self.seats.all().values() {
            if let Some(at) = seat.seen() {
                self.core.seen(&seat.name, at, now);
            }
        }
    }

    fn write(&mut self) -> bool {
        match self.store.keep(&self.unwritten) {
            Ok(()) => {
                self.unwritten.clear();
                self.troubled.send_if_modified(|it| it.take().is_some());
                true
            }
            Err(error) => {
                let why = error.to_string();
                if self.troubled.borrow().as_ref() != Some(&why) {
                    eprintln!("nothing can be written down, so no host is let go: {why}");
                    self.troubled.send_replace(Some(why));
                }
                if self.unwritten.len() > UNWRITTEN {
                    eprintln!(
                        "{} things could not be written down: beginning anew",
                        self.unwritten.len()
                    );
                    std::process::exit(1);
                }
                false
            }
        }
    }

    /// Tells each host what was decided; one whose answer says something new is woken.
    fn tell(&self) {
        for seat in self.seats.all().values() {
            let answer = self.core.answer(&seat.name);
            seat.answer.send_if_modified(|it| {
                if **it == answer {
                    return false;
                }
                let is_news = it.mark != answer.mark;
                *it = Arc::new(answer);
                is_news
            });
        }
    }
}
