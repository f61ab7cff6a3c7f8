//! The loop around the core, in a thread of its own: it takes what hosts and people say as it comes,
//! writes all of it down at once, and then tells. What comes while the disk is busy is the next lot.
//!
//! What is known is what is written down. What could not be written has not happened: who said it is
//! told so, and says it again.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nixfleet_link::Known;
use nixfleet_rollout::Trouble;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::lot::{Ack, Lot};
use super::sight::Sight;
use super::telling::Telling;
use crate::core::Core;
use crate::seat::Seats;
use crate::store::{News, Store, StoreError};

/// The most that are written down at once.
const LOT: usize = 4_096;
/// The least time between two decisions while hosts go on and on saying something.
const DECIDE_EVERY: Duration = Duration::from_millis(50);
/// The longest time without a look at what follows from time alone, and at what others wrote.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// For how long the sentence of a host that waits may be out of date.
const SENTENCES_EVERY: Duration = Duration::from_secs(5);
/// How long until it is tried again to write down what could not be.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

pub(super) struct Desk {
    core: Core,
    store: Store,
    seats: Arc<Seats>,
    /// The release whose hosts have seats.
    seated: Option<Known>,
    sight: Sight,
    /// When it was decided last.
    decided: Option<Instant>,
    /// When all hosts were told last.
    told: Option<Instant>,
    /// Whether something happened since it was decided.
    dirty: bool,
    /// When it could not be written down, while it cannot.
    failed: Option<Instant>,
    news: watch::Sender<u64>,
    troubled: watch::Sender<Option<String>>,
    /// Where hosts are answered.
    runtime: Option<Handle>,
}

impl Desk {
    pub(super) fn new(
        core: Core,
        store: Store,
        seats: Arc<Seats>,
        news: watch::Sender<u64>,
        troubled: watch::Sender<Option<String>>,
    ) -> Self {
        let mut desk = Self {
            core,
            store,
            seats,
            seated: None,
            sight: Sight::default(),
            decided: None,
            told: None,
            dirty: true,
            failed: None,
            news,
            troubled,
            runtime: Handle::try_current().ok(),
        };
        desk.tell(true, &[]);
        // The first decision is told to all.
        desk.told = None;
        // A turn in which nothing happens writes nothing.
        if let Err(error) = desk.store.probe() {
            desk.fail(&error);
        }
        desk
    }

    pub(super) fn work(&mut self, from: &Receiver<super::Input>) {
        loop {
            let first = match from.recv_timeout(self.patience()) {
                Ok(input) => Some(input),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let mut lot = Lot::of(first.into_iter().chain(from.try_iter().take(LOT)));
            let looks = take(&mut lot.looks);
            let now = Timestamp::now();
            let decides = self.decides(&lot, now);
            if decides || !lot.is_empty() {
                self.turn(lot, decides, now);
            }
            for look in looks {
                look(&self.core);
            }
        }
    }

    fn patience(&self) -> Duration {
        if let Some(failed) = self.failed {
            return WRITE_AGAIN.saturating_sub(failed.elapsed());
        }
        let since = self.decided.map_or(DECIDE_EVERY, |it| it.elapsed());
        if self.dirty {
            return DECIDE_EVERY.saturating_sub(since);
        }
        let due = self.core.next().map_or(LOOK_EVERY, |it| {
            Duration::try_from(it.duration_since(Timestamp::now())).unwrap_or_default()
        });
        due.min(LOOK_EVERY.saturating_sub(since)).max(Duration::from_millis(1))
    }

    /// Whether it is time to decide.
    fn decides(&mut self, lot: &Lot, now: Timestamp) -> bool {
        self.dirty |= !lot.is_empty();
        let is_due = self.core.next().is_some_and(|it| it <= now)
            || self.decided.is_none_or(|it| it.elapsed() >= LOOK_EVERY);
        let may = self.decided.is_none_or(|it| it.elapsed() >= DECIDE_EVERY);
        is_due || lot.at_once || (self.dirty && may)
    }

    fn turn(&mut self, mut lot: Lot, decides: bool, now: Timestamp) {
        if !self.can_write(now) {
            return lot.refuse();
        }
        let (mut acks, hosts) = (Vec::new(), lot.hosts());
        match self.write(&mut lot, &mut acks, decides, now) {
            Ok(()) => {
                self.failed = None;
                self.troubled.send_if_modified(|it| it.take().is_some());
                self.dirty = !decides;
                if decides {
                    self.decided = Some(Instant::now());
                }
                self.tell(decides, &hosts);
                for ack in acks {
                    ack(true);
                }
                if decides {
                    self.news.send_modify(|it| *it += 1);
                }
            }
            Err(error) => {
                self.fail(&error);
                for ack in acks {
                    ack(false);
                }
                lot.refuse();
            }
        }
        self.core.tidy();
        self.store.settle();
    }

    /// Whether the store takes something again, which is asked anew once in a while.
    fn can_write(&mut self, now: Timestamp) -> bool {
        let Some(failed) = self.failed else { return true };
        if failed.elapsed() < WRITE_AGAIN {
            return false;
        }
        match self.store.again() {
            Ok(kept) => {
                self.core.again(kept, now);
                true
            }
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }

    /// Takes what came and what others wrote, decides on it, and writes down what follows.
    fn write(
        &mut self,
        lot: &mut Lot,
        acks: &mut Vec<Ack>,
        decides: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Self { core, store, seats, sight, .. } = self;
        let shares = store.is_shared();
        store.turn(|news| {
            if news.anew.is_some() {
                sight.forget();
            }
            learn(core, seats, news, now);
            let mut keep = Vec::new();
            for input in lot.inputs.drain(..) {
                let (more, ack) = input.apply(core, now);
                keep.extend(more);
                acks.extend(ack);
            }
            if decides {
                sight.feed(core, seats, now);
                keep.extend(core.decide(now));
                if shares {
                    keep.extend(sight.share(seats));
                }
            }
            keep
        })
    }

    fn fail(&mut self, error: &StoreError) {
        self.failed = Some(Instant::now());
        // What the others were to be told they are told again, which also shows whether there is room.
        self.sight = Sight::default();
        let why = error.to_string();
        if self.troubled.borrow().as_ref() != Some(&why) {
            nixfleet_text::output::tell(Trouble::unwritten(&why).what);
            self.troubled.send_replace(Some(why));
        }
    }

    /// Tells who may go, or may not any more, and wakes them; all others once in a while, since an answer
    /// for each of ten thousand takes longer than to decide for them. Who said something is answered by all
    /// that is known by then, also where nothing is decided yet on what others wrote.
    fn tell(&mut self, decides: bool, spoke: &[String]) {
        let news = if decides { self.core.news() } else { BTreeSet::new() };
        let release = self.core.shelf().map(|it| it.known);
        let mut telling = Telling::of(&self.core);
        if decides && release != self.seated {
            telling.seat(&self.seats);
            self.seated = release;
        }
        if decides && self.told.is_none_or(|it| it.elapsed() >= SENTENCES_EVERY) {
            self.told = Some(Instant::now());
            telling.all(&self.seats);
        } else {
            let spoke = spoke.iter().map(String::as_str);
            telling.these(&self.seats, news.iter().map(AsRef::as_ref).chain(spoke));
        }
        telling.end(self.runtime.as_ref());
    }
}

/// Takes what others wrote.
fn learn(core: &mut Core, seats: &Seats, news: News, now: Timestamp) {
    let hosts: Vec<String> = news.hosts.iter().map(|it| it.0.clone()).collect();
    core.learn(news, now);
    for host in hosts {
        let seat = core.shelf().and_then(|it| it.key_of(&host)).and_then(|it| seats.of(&it));
        if let (Some(seat), Some(said)) = (seat, core.said().get(&host)) {
            seat.wrote(said.clone());
        }
    }
}
