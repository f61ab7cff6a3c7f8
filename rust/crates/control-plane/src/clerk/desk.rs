//! The loop around the core, in a thread of its own: it takes what hosts and people say as it comes,
//! writes all of it down at once, and then tells. What comes while the disk is busy is the next lot.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Done, Failure, Input, Taken};
use crate::core::Core;
use crate::seat::Seats;
use crate::store::{Keep, Store};

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

/// Told once what was done is written down.
type Ack = Box<dyn FnOnce(bool) + Send>;

pub(super) struct Desk {
    core: Core,
    store: Store,
    seats: Arc<Seats>,
    news: watch::Sender<u64>,
    troubled: watch::Sender<Option<String>>,
    unwritten: Vec<Keep>,
}

impl Desk {
    pub(super) fn new(
        core: Core,
        store: Store,
        seats: Arc<Seats>,
        news: watch::Sender<u64>,
        troubled: watch::Sender<Option<String>>,
    ) -> Self {
        let desk = Self { core, store, seats, news, troubled, unwritten: Vec::new() };
        desk.seat();
        desk
    }

    pub(super) fn work(&mut self, from: &Receiver<Input>) {
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
                Some(once_written(done, ()))
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
                        Some(once_written(done, taken))
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
                    Some(once_written(done, ()))
                }
            },
            Input::Look(_) => None,
        }
    }

    /// A seat for each host of the release.
    fn seat(&self) {
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

fn once_written<T: Send + 'static>(done: Done<T>, what: T) -> Ack {
    Box::new(move |written| {
        let _ = done.send(if written { Ok(what) } else { Err(Failure::Unwritten) });
    })
}
