//! A control plane: its own core, how far it read what is written down, and the check-ins that it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;

use jiff::Timestamp;
use nixfleet_control_plane::core::{Core, concerns};
use nixfleet_control_plane::store::Keep;
use nixfleet_link::{Answer, CheckIn};

use crate::chaos::MINUTE;
use crate::disk::{Disk, Position};
use crate::release::{FLEET, signers};

/// How often the others are told of whom it heard with nothing new, and asked.
pub const SHARE_EVERY: u64 = MINUTE;

/// A check-in that waits for news.
struct Held {
    request: u64,
    said: CheckIn,
}

/// A control plane.
#[derive(Default)]
pub struct Plane {
    /// None while it is down.
    pub core: Option<Core>,
    /// Whether it does not reach the database, and whether something could not be written for that.
    pub is_cut_off: bool,
    has_failed: bool,
    position: Position,
    held: BTreeMap<String, Held>,
    /// Who came since the last decision.
    came: BTreeSet<String>,
    /// Whom it heard of since it last told the others, and when that was.
    heard: BTreeMap<String, Timestamp>,
    shared: u64,
    /// When it decides next.
    pub decides_at: Option<u64>,
}

/// When a control plane is ended in the middle of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Never,
    /// Before what it did is written down.
    Unwritten,
    /// After that, and before anybody is told.
    Untold,
}

/// What came of a turn.
pub enum Turn {
    /// It was over.
    Over,
    /// The database was not reached, or the control plane was ended.
    Failed,
}

impl Plane {
    pub fn start(&mut self, disk: &Disk, now: Timestamp) -> Result<(), String> {
        let kept = disk.read();
        let kept = kept.map_err(|error| format!("the control plane does not start: {error}"))?;
        self.core = Some(Core::new(FLEET, signers(), kept, now));
        (self.position, self.has_failed) = (disk.position(), false);
        Ok(())
    }

    /// It is ended: who waits there is not answered.
    pub fn end(&mut self) {
        *self = Self { is_cut_off: self.is_cut_off, ..Self::default() };
    }

    /// A turn: it learns what the others wrote, does its work, and writes down what that gives.
    pub fn turn(
        &mut self,
        disk: &mut Disk,
        now: Timestamp,
        end: End,
        work: impl FnOnce(&mut Core) -> Result<Vec<Keep>, String>,
    ) -> Result<Turn, String> {
        let Some(core) = &mut self.core else { return Ok(Turn::Failed) };
        if self.is_cut_off {
            self.has_failed = true;
            return Ok(Turn::Failed);
        }
        let damaged = |error| format!("what is written is not read again: {error}");
        if take(&mut self.has_failed) {
            core.again(disk.read().map_err(damaged)?, now);
        } else {
            core.learn(disk.since(self.position).map_err(damaged)?, now);
        }
        let keeps = work(core)?;
        if end != End::Unwritten {
            disk.write(keeps);
        }
        if end != End::Never {
            self.end();
            return Ok(Turn::Failed);
        }
        self.position = disk.position();
        Ok(Turn::Over)
    }

    /// Whether what a host says is new here: to say the same again ends here, and nobody is asked.
    pub fn is_news(&self, host: &str, said: &CheckIn) -> bool {
        let Some(core) = &self.core else { return true };
        let is_same = core.said().get(host).is_some_and(|it| it.says_as(said));
        let goes_by = core.lets_go(host).then(|| core.answer(host).mark);
        !is_same || concerns(said.known.as_deref(), goes_by.as_deref())
    }

    /// A host was heard of, and waits.
    pub fn hold(&mut self, host: &str, request: u64, said: CheckIn, now: Timestamp) {
        if let Some(core) = &mut self.core {
            core.seen(host, now, now);
        }
        self.heard.insert(host.to_owned(), now);
        self.held.insert(host.to_owned(), Held { request, said });
    }

    /// A host that waits said something new.
    pub fn came(&mut self, host: &str) {
        self.came.insert(host.to_owned());
    }

    /// Tells the others of whom it heard, and asks them, if it is time.
    pub fn share(&mut self, disk: &mut Disk, now: u64, clock: Timestamp) {
        let Some(core) = &mut self.core else { return };
        if self.is_cut_off || now < self.shared + SHARE_EVERY {
            return;
        }
        self.shared = now;
        disk.write(vec![Keep::Seen(take(&mut self.heard).into_iter().collect())]);
        for (host, at) in disk.seen() {
            core.seen(&host, at, clock);
        }
    }

    /// The answers that are news to those who wait for them, after a decision.
    pub fn tell(&mut self) -> Vec<(String, u64, Answer)> {
        let Some(core) = &mut self.core else { return Vec::new() };
        let mut concerned = take(&mut self.came);
        concerned.extend(core.news().iter().map(ToString::to_string));
        let news = |host: String| {
            let (request, answer) = self.news(&host)?;
            Some((host, request, answer))
        };
        concerned.into_iter().filter_map(news).collect()
    }

    /// The answer to the check-in of a host that is held, if there is news for it.
    pub fn news(&mut self, host: &str) -> Option<(u64, Answer)> {
        let (core, held) = (self.core.as_ref()?, self.held.get(host)?);
        let answer = core.answer(host).for_one_that_knows(&held.said);
        if held.said.known.as_ref() == Some(&answer.mark) {
            return None;
        }
        self.held.remove(host).map(|it| (it.request, answer))
    }

    /// A check-in was held for long enough.
    pub fn let_go(&mut self, host: &str, request: u64) -> Option<Answer> {
        let held = self.held.get(host).filter(|it| it.request == request)?;
        let answer = self.core.as_ref()?.answer(host).for_one_that_knows(&held.said);
        self.held.remove(host);
        Some(answer)
    }
}
