//! A host's seat: what it said last, what it is told, and from where it speaks. Check-ins that say
//! nothing new end here.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nixfleet_link::{Answer, CheckIn, PublicKey};
use tokio::sync::watch;

use crate::core::concerns;
use crate::row::Row;
use crate::told::Told;

/// The most connections of one host: the oldest makes room, which may be of before a power cut.
const CONNECTIONS: usize = 4;
/// The most machines of one key that are remembered.
const MACHINES: usize = 4;
/// For how long a machine that has gone is one of two.
const MACHINE_GONE: Duration = Duration::from_secs(15 * 60);
/// How many check-ins a host has at a stretch, and how many a second after that.
const CHECK_INS: Rate = Rate { burst: 60.0, a_second: 20.0 };
/// The same of check-ins that say something new, and have to be written down.
const NEWS: Rate = Rate { burst: 100.0, a_second: 0.2 };

/// The mark of an answer that nobody is given.
const GONE: &str = "gone";

/// How often something may be.
struct Rate {
    burst: f64,
    a_second: f64,
}

/// How much of a rate is left.
#[derive(Debug, Default)]
struct Bucket(Option<(f64, Instant)>);

impl Bucket {
    fn take(&mut self, rate: &Rate, now: Instant) -> bool {
        let (left, since) = self.0.unwrap_or((rate.burst, now));
        let left = (left + (now - since).as_secs_f64() * rate.a_second).min(rate.burst);
        let may = left >= 1.0;
        self.0 = Some((if may { left - 1.0 } else { left }, now));
        may
    }
}

/// A host's seat.
#[derive(Debug)]
pub struct Seat {
    /// The host's name.
    pub name: String,
    /// What it is told; a change of its mark wakes who waits.
    pub answer: watch::Sender<Arc<Told>>,
    /// Its connections.
    pub connections: Arc<Row>,
    is_gone: AtomicBool,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    said: Option<CheckIn>,
    at: Option<Timestamp>,
    /// Whether that is news for who decides.
    is_news: bool,
    machines: Vec<Machine>,
    check_ins: Bucket,
    news: Bucket,
}

/// A machine that has a host's key.
#[derive(Debug, Clone)]
struct Machine {
    id: String,
    from: IpAddr,
    first: Instant,
    last: Instant,
}

/// What a check-in is.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Something new, or what it knows is: the clerk hears of it, and writes it down.
    New,
    /// The same as before.
    Same,
    /// One too many in too short a time.
    TooMany,
}

impl Seat {
    fn new(name: &str, answer: Arc<Told>) -> Self {
        Self {
            name: name.to_owned(),
            answer: watch::Sender::new(answer),
            connections: Row::of(CONNECTIONS),
            is_gone: AtomicBool::default(),
            heard: Mutex::default(),
        }
    }

    /// Whether the key that had it is of no host any more, or of another.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    fn heard(&self) -> std::sync::MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A host speaks.
    pub fn hear(&self, said: &CheckIn, from: IpAddr, now: Timestamp) -> Said {
        let (mut heard, instant) = (self.heard(), Instant::now());
        if !heard.check_ins.take(&CHECK_INS, instant) {
            return Said::TooMany;
        }
        (heard.at, heard.is_news) = (Some(now), true);
        heard.machine(&said.machine, from, instant);
        let is_same = heard.said.as_ref().is_some_and(|it| it.says_as(said));
        let ready = self.answer.borrow().clone();
        let lets_go = ready.answer.offered.as_ref().is_some_and(|it| it.wait.is_none());
        if is_same && !concerns(said.known.as_deref(), lets_go.then_some(&*ready.answer.mark)) {
            Said::Same
        } else if heard.news.take(&NEWS, instant) {
            Said::New
        } else {
            Said::TooMany
        }
    }

    /// What it said was written down.
    pub fn wrote(&self, said: CheckIn) {
        self.heard().said = Some(said);
    }

    /// When it was last heard of.
    #[must_use]
    pub fn seen(&self) -> Option<Timestamp> {
        self.heard().at
    }

    /// The same, if it was heard of since this was asked last, or whatever was before.
    #[must_use]
    pub fn seen_since(&self, whatever: bool) -> Option<Timestamp> {
        let mut heard = self.heard();
        let is_news = std::mem::take(&mut heard.is_news);
        heard.at.filter(|_| is_news || whatever)
    }

    /// From where it was last heard of.
    #[must_use]
    pub fn from(&self) -> Option<IpAddr> {
        self.heard().machines.iter().max_by_key(|it| it.last).map(|it| it.from)
    }

    /// The addresses of machines that have this host's key at the same time, where there are several:
    /// a disk that was cloned, or a key that was stolen.
    #[must_use]
    pub fn doubles(&self) -> Vec<IpAddr> {
        let (heard, now) = (self.heard(), Instant::now());
        let both = |one: &Machine, other: &Machine| {
            one.id != other.id && one.last > other.first && other.last > one.first
        };
        let is_double = |it: &&Machine| {
            now - it.last < MACHINE_GONE
                && heard
                    .machines
                    .iter()
                    .any(|other| now - other.last < MACHINE_GONE && both(it, other))
        };
        heard.machines.iter().filter(is_double).map(|it| it.from).collect()
    }
}

impl Heard {
    fn machine(&mut self, id: &str, from: IpAddr, now: Instant) {
        if let Some(machine) = self.machines.iter_mut().find(|it| it.id == id) {
            (machine.from, machine.last) = (from, now);
            return;
        }
        if self.machines.len() == MACHINES {
            self.machines.sort_by_key(|it| it.last);
            self.machines.remove(0);
        }
        self.machines.push(Machine {
            id: id.chars().take(64).collect(),
            from,
            first: now,
            last: now,
        });
    }
}

/// All seats, by the hosts' keys.
#[derive(Debug, Default)]
pub struct Seats(RwLock<Arc<HashMap<PublicKey, Arc<Seat>>>>);

impl Seats {
    /// The seat of a key, unless it is a stranger's.
    #[must_use]
    pub fn of(&self, key: &PublicKey) -> Option<Arc<Seat>> {
        self.all().get(key).cloned()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Arc<HashMap<PublicKey, Arc<Seat>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Wakes all who wait, whatever they are told: the program ends.
    pub fn wake(&self) {
        for seat in self.all().values() {
            seat.answer.send_modify(|_| {});
        }
    }

    /// The seat of a host.
    #[must_use]
    pub fn named(&self, host: &str) -> Option<Arc<Seat>> {
        self.all().values().find(|it| it.name == host).cloned()
    }

    /// A seat for each host of a release, the same as before where it had one; a new one begins with
    /// an answer and with what the host said. Who has none any more is woken to be told.
    pub fn set<'a>(
        &self,
        hosts: impl Iterator<Item = (PublicKey, &'a str)>,
        mut new: impl FnMut(&str) -> (Arc<Told>, Option<CheckIn>),
    ) {
        let before = self.all();
        let seat = |(key, name): (PublicKey, &str)| {
            let known = before.get(&key).filter(|it| it.name == name).cloned();
            let seat = known.unwrap_or_else(|| {
                let (answer, said) = new(name);
                let seat = Arc::new(Seat::new(name, answer));
                seat.heard().said = said;
                seat
            });
            (key, seat)
        };
        let seats: Arc<HashMap<_, _>> = Arc::new(hosts.map(seat).collect());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = seats.clone();
        let is_gone = |key, seat| seats.get(key).is_none_or(|it| !Arc::ptr_eq(it, seat));
        for seat in before.iter().filter(|(key, seat)| is_gone(*key, *seat)).map(|it| it.1) {
            seat.is_gone.store(true, Ordering::Release);
            // Who waits there has this mark from nobody.
            seat.answer.send_modify(|it| {
                let answer = Answer { mark: GONE.into(), offered: None, ..it.answer.clone() };
                *it = Arc::new(Told::new(answer));
            });
        }
    }
}
