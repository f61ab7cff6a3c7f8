//! The control plane: its own core, the disk that it writes to, and the check-ins that it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;

use jiff::Timestamp;
use nixfleet_control_plane::core::Core;
use nixfleet_control_plane::shelf::{self, Files, NotTaken, Trusted};
use nixfleet_control_plane::store::{Keep, Kept};
use nixfleet_link::{Answer, CheckIn};
use nixfleet_rollout::{Command, Event};

use crate::release::{FLEET, signers};

/// What is on the disk.
#[derive(Clone, Default)]
pub struct Disk {
    release: Option<(Files, Vec<String>, Timestamp)>,
    trusted: Option<Trusted>,
    hosts: BTreeMap<String, CheckIn>,
    events: Vec<(u64, Event)>,
}

/// A check-in that waits for news.
struct Held {
    request: u64,
    said: CheckIn,
}

/// The control plane.
#[derive(Default)]
pub struct Plane {
    /// None while it is down.
    pub core: Option<Core>,
    pub disk: Disk,
    held: BTreeMap<String, Held>,
    /// Who came since the last decision.
    came: BTreeSet<String>,
}

impl Disk {
    fn write(&mut self, all: Vec<Keep>) {
        for keep in all {
            match keep {
                Keep::Release(release, trusted, known) => {
                    let newest = release.known.sequence;
                    self.release = Some((release.files, release.signed_by, release.at));
                    self.trusted = Some(trusted);
                    self.events = known.into_iter().map(|it| (newest, it)).collect();
                }
                Keep::Host(name, said) => drop(self.hosts.insert(name, *said)),
                Keep::Forget(name) => drop(self.hosts.remove(&name)),
                Keep::Event(sequence, event) => self.events.push((sequence, event)),
                // Nobody shares this disk.
                Keep::Seen(_) => {}
            }
        }
    }

    fn read(&self) -> Result<Kept, NotTaken> {
        let newest = self.trusted.as_ref().map_or(0, |it| it.sequence);
        let events = self.events.iter().filter(|(sequence, _)| *sequence == newest);
        let release = self.release.clone();
        Ok(Kept {
            release: release
                .map(|(files, signed_by, at)| shelf::again(files, signed_by, at))
                .transpose()?,
            trusted: self.trusted.clone(),
            hosts: self.hosts.clone().into_iter().collect(),
            events: events.map(|(_, event)| event.clone()).collect(),
        })
    }
}

impl Plane {
    pub fn start(&mut self, now: Timestamp) -> Result<(), String> {
        let kept = self.disk.read();
        let kept = kept.map_err(|error| format!("the control plane does not start: {error}"))?;
        self.core = Some(Core::new(FLEET, signers(), kept, now));
        Ok(())
    }

    /// It is ended: who waits there is not answered.
    pub fn end(&mut self) {
        self.core = None;
        self.held.clear();
        self.came.clear();
    }

    /// A host says something; `written` is whether it gets as far as the disk. Whether it is news.
    pub fn check_in(
        &mut self,
        host: &str,
        request: u64,
        said: CheckIn,
        now: Timestamp,
        written: bool,
    ) -> bool {
        let Some(core) = &mut self.core else { return false };
        let keeps = core.check_in(host, said.clone(), now);
        let is_news = !keeps.is_empty();
        if written {
            self.disk.write(keeps);
            self.held.insert(host.to_owned(), Held { request, said });
            if is_news {
                self.came.insert(host.to_owned());
            }
        }
        is_news
    }

    pub fn bring(&mut self, files: Files, now: Timestamp) -> Result<(), String> {
        let Some(core) = &mut self.core else { return Ok(()) };
        let (keeps, _) = core.bring(files, now).map_err(|error| error.to_string())?;
        self.disk.write(keeps);
        Ok(())
    }

    pub fn say(&mut self, command: Command, now: Timestamp) {
        let Some(core) = &mut self.core else { return };
        if let Ok(keeps) = core.command("ops", command, now) {
            self.disk.write(keeps);
        }
    }

    /// Who may go now; and the answers that are news to those who wait for them.
    pub fn decide(&mut self, now: Timestamp) -> Vec<(String, u64, Answer)> {
        let Some(core) = &mut self.core else { return Vec::new() };
        let keeps = core.decide(now);
        self.disk.write(keeps);
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
