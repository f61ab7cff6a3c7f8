//! Who is asked: what hosts and people say goes to the desk, which writes it down, and back comes what
//! came of it.

mod desk;
mod lot;
mod sight;
mod telling;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;

use nixfleet_link::CheckIn;
use nixfleet_rollout::{Command, Impossible};
use tokio::sync::{oneshot, watch};

use crate::core::Core;
use crate::seat::Seats;
use crate::shelf::{Files, NotTaken};
use crate::store::Store;
use desk::Desk;

/// The most words that wait to be written down; who brings more is told to come again.
const WAITING: usize = 16_384;
/// What can be asked of the desk.
enum Input {
    /// A host says something new.
    CheckIn { host: String, said: Box<CheckIn>, done: Done<()> },
    /// Somebody brings a release.
    Bring { files: Files, done: Done<Taken> },
    /// A person says something.
    Command { by: String, command: Command, done: Done<Option<String>> },
    /// Somebody looks.
    Look(Look),
    /// Another control plane has written something.
    News,
}

impl Input {
    /// It cannot be written down now.
    fn refuse(self) {
        match self {
            Self::CheckIn { done, .. } => {
                let _ = done.send(Err(Failure::Unwritten));
            }
            Self::Command { done, .. } => {
                let _ = done.send(Err(Failure::Unwritten));
            }
            Self::Bring { done, .. } => {
                let _ = done.send(Err(Failure::Unwritten));
            }
            Self::Look(_) | Self::News => {}
        }
    }
}

/// What somebody does who looks.
type Look = Box<dyn FnOnce(&Core) + Send>;

/// Told what came of it, once that is written down.
type Done<T> = oneshot::Sender<Result<T, Failure>>;

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
    /// How many more such hosts there are.
    pub without_key_more: usize,
}

/// Why something was not done.
#[derive(Debug, Clone)]
pub enum Failure {
    /// A release was refused.
    Refused(NotTaken),
    /// There is no such host or wave, in a sentence.
    Unknown(String),
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
    written: Arc<AtomicU64>,
}

impl Clerk {
    /// Begins.
    #[must_use]
    pub fn begin(core: Core, store: Store, seats: Arc<Seats>) -> Self {
        let (to, from) = sync_channel(WAITING);
        let (news, changes) = watch::channel(0);
        let (troubled, trouble) = watch::channel(None);
        let wake = to.clone();
        store.on_news(move || {
            !matches!(wake.try_send(Input::News), Err(TrySendError::Disconnected(_)))
        });
        let mut desk = Desk::new(core, store, seats, news, troubled);
        thread::spawn(move || desk.work(&from));
        Self { to, changes, trouble, written: Arc::default() }
    }

    /// Looks at what is known.
    ///
    /// # Errors
    /// When there is too much to do.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Core) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(|done| Input::Look(Box::new(move |core| drop(done.send(Ok(look(core))))))).await
    }

    /// Writes down what a host says that is new.
    ///
    /// # Errors
    /// When it could not be written down.
    pub async fn check_in(&self, host: String, said: CheckIn) -> Result<(), Failure> {
        self.say(|done| Input::CheckIn { host, said: Box::new(said), done }).await
    }

    /// Brings a release.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn bring(&self, files: Files) -> Result<Taken, Failure> {
        self.say(|done| Input::Bring { files, done }).await
    }

    /// Says what a person says, and what that met which was said before.
    ///
    /// # Errors
    /// When there is no such host or wave, or it could not be written down.
    pub async fn command(&self, by: String, command: Command) -> Result<Option<String>, Failure> {
        self.say(|done| Input::Command { by, command, done }).await
    }

    /// How many words of hosts and people were written down since the start.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    async fn say<T>(&self, input: impl FnOnce(Done<T>) -> Input) -> Result<T, Failure> {
        let done = self.ask(input).await?;
        self.written.fetch_add(1, Ordering::Release);
        Ok(done)
    }

    async fn ask<T>(&self, input: impl FnOnce(Done<T>) -> Input) -> Result<T, Failure> {
        let (done, answer) = oneshot::channel();
        self.to.try_send(input(done)).map_err(|_| Failure::Busy)?;
        answer.await.map_err(|_| Failure::Busy)?
    }
}
