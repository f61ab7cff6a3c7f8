//! The database: what the control planes wrote down, and what each of them has yet to learn of that.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nixfleet_control_plane::shelf::{self, Files, NotTaken, Trusted};
use nixfleet_control_plane::store::{Keep, Kept, News};
use nixfleet_link::CheckIn;
use nixfleet_rollout::Event;

/// What is written down.
#[derive(Clone, Default)]
pub struct Disk {
    release: Option<(Files, Vec<String>, Timestamp)>,
    trusted: Option<Trusted>,
    hosts: BTreeMap<String, CheckIn>,
    /// What the newest release's rollout began with, and what happened since.
    begins: Vec<Event>,
    events: Vec<(Event, Option<String>)>,
    /// How many events there were of older releases.
    gone: usize,
    seen: BTreeMap<String, Timestamp>,
}

/// How far it was read: the newest release, when it was brought, and how many events there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    brought: Option<(u64, Timestamp)>,
    events: usize,
}

impl Disk {
    /// Writes all of it.
    pub fn write(&mut self, all: Vec<Keep>) {
        for keep in all {
            match keep {
                Keep::Release(release, trusted, known) => {
                    self.release = Some((release.files, release.signed_by, release.at));
                    self.trusted = Some(trusted);
                    self.begins = known;
                    self.gone += self.events.len();
                    self.events.clear();
                }
                Keep::Host(name, said) => drop(self.hosts.insert(name, *said)),
                Keep::Forget(name) => drop(self.hosts.remove(&name)),
                Keep::Event(_, event) => {
                    let host = nixfleet_control_plane::log::host_of(&event).map(str::to_owned);
                    self.events.push((event, host));
                }
                Keep::Seen(seen) => {
                    for (host, at) in seen {
                        let known = self.seen.entry(host).or_insert(at);
                        *known = at.max(*known);
                    }
                }
            }
        }
    }

    /// How far it is written.
    pub fn position(&self) -> Position {
        let sequence = self.trusted.as_ref().map_or(0, |it| it.sequence);
        Position {
            brought: self.release.as_ref().map(|it| (sequence, it.2)),
            events: self.gone + self.events.len(),
        }
    }

    /// All that is written.
    pub fn read(&self) -> Result<Kept, NotTaken> {
        let release = self.release.clone();
        let since = self.events.iter().map(|it| &it.0);
        Ok(Kept {
            release: release
                .map(|(files, signed_by, at)| shelf::again(files, signed_by, at))
                .transpose()?,
            trusted: self.trusted.clone(),
            hosts: self.hosts.clone().into_iter().collect(),
            events: self.begins.iter().chain(since).cloned().collect(),
        })
    }

    /// What was written since somebody read it.
    pub fn since(&self, before: Position) -> Result<News, NotTaken> {
        let (now, mut news) = (self.position(), News::default());
        if now == before {
            return Ok(news);
        }
        if now.brought != before.brought || now.events < before.events {
            news.anew = Some(Box::new(self.read()?));
            return Ok(news);
        }
        let new = &self.events[before.events - self.gone..];
        news.events = new.iter().map(|it| it.0.clone()).collect();
        let hosts: BTreeMap<&str, &CheckIn> = new
            .iter()
            .filter_map(|it| self.hosts.get_key_value(it.1.as_ref()?))
            .map(|(name, said)| (name.as_str(), said))
            .collect();
        news.hosts = hosts.into_iter().map(|it| (it.0.to_owned(), it.1.clone())).collect();
        Ok(news)
    }

    /// When hosts were heard of, by any control plane.
    pub fn seen(&self) -> Vec<(String, Timestamp)> {
        self.seen.clone().into_iter().collect()
    }
}
