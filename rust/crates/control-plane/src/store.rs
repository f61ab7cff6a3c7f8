//! What outlives the program: the newest release, what each host said last, and what happened.
//!
//! It is one file of `SQLite` with one writer, or a `PostgreSQL` that several control planes share.
//! Nothing in it is needed: without it hosts say again what they run, and whoever made the newest
//! release brings it again.

mod lock;
mod migrate;
mod place;
mod postgres;
mod sqlite;

use std::path::PathBuf;

use jiff::Timestamp;
use nixfleet_link::CheckIn;
use nixfleet_rollout::Event;
use serde::Serialize;
use thiserror::Error;

pub use migrate::{Moved, migrate};
pub use place::{Place, Server};

use crate::log::Logged;
use crate::shelf::{Shelf, Trusted};

/// The version of the tables. What a later one wrote is not touched.
const TABLES: u32 = 1;

/// How many events are kept; the oldest go. A rollout's own are kept while it is the newest.
pub const EVENTS: u64 = 200_000;

/// The most events of a page of the log.
pub const PAGE: usize = 500;

/// The database.
pub enum Store {
    /// A file, of this control plane alone.
    File(sqlite::Sqlite),
    /// A server's, of all control planes of the fleet.
    Server(Box<postgres::Postgres>),
}

/// Why nothing can be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A later program wrote it.
    #[error(
        "`{place}` is of version {version}, and this control plane reads {TABLES}: a newer one wrote it. Run that, or move it away: hosts say again what they run"
    )]
    Newer {
        /// Which database.
        place: String,
        /// Its version.
        version: u32,
    },
    /// What is in it is not what was written.
    #[error("the database `{place}` is damaged: {why}")]
    Damaged {
        /// Which database.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// Another program has it.
    #[error(
        "another control plane runs on `{0}`, and a file is for one: stop that one, or let them share a server of PostgreSQL"
    )]
    Taken(PathBuf),
    /// It does not answer, or has no room.
    #[error("the database `{place}`: {why}")]
    Failed {
        /// Which database.
        place: String,
        /// Why.
        why: String,
    },
    /// The file system says so.
    #[error("cannot {what} `{path}`: {error}")]
    Io {
        /// What was to be done.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it cannot.
        error: std::io::Error,
    },
}

/// Something to write down.
#[derive(Debug, Clone)]
pub enum Keep {
    /// A release that was taken, in place of the one before, and what its rollout begins with.
    Release(Box<Shelf>, Trusted, Vec<Event>),
    /// What a host says now.
    Host(String, Box<CheckIn>),
    /// A host is in the release no more.
    Forget(String),
    /// Something that happened.
    Event(u64, Event),
    /// When hosts were last heard of, for the other control planes.
    Seen(Vec<(String, Timestamp)>),
}

/// What was written down.
#[derive(Debug, Default)]
pub struct Kept {
    /// The newest release.
    pub release: Option<Shelf>,
    /// Who may make the next.
    pub trusted: Option<Trusted>,
    /// What each host said last.
    pub hosts: Vec<(String, CheckIn)>,
    /// What its rollout began with, and what happened since, oldest first.
    pub events: Vec<Event>,
}

/// What other control planes wrote down since the last turn.
#[derive(Debug, Default)]
pub struct News {
    /// All that is written down, where one of them took another release.
    pub anew: Option<Box<Kept>>,
    /// What hosts say now.
    pub hosts: Vec<(String, CheckIn)>,
    /// What happened, oldest first.
    pub events: Vec<Event>,
    /// When hosts were heard of.
    pub seen: Vec<(String, Timestamp)>,
}

impl Store {
    /// Opens the database and reads it, and makes it where it is not there. One that is damaged is set
    /// aside, and a new one made: what was wrong, and the name that it has now, are told.
    ///
    /// # Errors
    /// When it cannot be written, or a newer program wrote it.
    pub fn open(place: &Place) -> Result<(Self, Kept, Option<String>), StoreError> {
        match place {
            Place::File(path) => {
                let (file, kept, aside) = sqlite::Sqlite::open(path)?;
                Ok((Self::File(file), kept, aside))
            }
            Place::Server(server) => {
                let (server, kept, aside) = postgres::Postgres::open(server)?;
                Ok((Self::Server(Box::new(server)), kept, aside))
            }
        }
    }

    /// A turn: no other control plane writes until it is over. What the others wrote since the last one
    /// is given to `work`, and what that gives is written down: all of it, or nothing.
    ///
    /// # Errors
    /// When it cannot be written: then nobody may be told of it, and what is known has to be read
    /// [again](Self::again). Where `work` was not done, the others could not be asked.
    pub fn turn(&mut self, work: impl FnOnce(News) -> Vec<Keep>) -> Result<(), StoreError> {
        match self {
            Self::File(file) => file.turn(work),
            Self::Server(server) => server.turn(work),
        }
    }

    /// After a turn, once who waited for it was told: what can be done by then only takes time.
    pub fn settle(&mut self) {
        if let Self::File(file) = self {
            file.settle();
        }
    }

    /// After a turn that failed: what is written down.
    ///
    /// # Errors
    /// When it still cannot be read or written.
    pub fn again(&mut self) -> Result<Kept, StoreError> {
        match self {
            Self::File(file) => file.again(),
            Self::Server(server) => server.again(),
        }
    }

    /// Whether something can be written down. A server says so at each turn.
    ///
    /// # Errors
    /// When it cannot.
    pub fn probe(&self) -> Result<(), StoreError> {
        match self {
            Self::File(file) => file.probe(),
            Self::Server(_) => Ok(()),
        }
    }

    /// Calls `wake` whenever another control plane has written something, until that says no.
    pub fn on_news(&self, wake: impl Fn() -> bool + Send + 'static) {
        if let Self::Server(server) = self {
            server.on_news(wake);
        }
    }

    /// Whether there may be other control planes.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Server(_))
    }
}

/// Reads the log, beside the writer.
pub enum Reader {
    /// From a file.
    File(sqlite::LogFile),
    /// From a server.
    Server(Box<postgres::Line>),
}

impl Reader {
    /// Opens the database to read it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        match place {
            Place::File(path) => sqlite::LogFile::open(path).map(Self::File),
            Place::Server(server) => {
                postgres::Line::open(server).map(|it| Self::Server(Box::new(it)))
            }
        }
    }

    /// Up to [`PAGE`] events before one, newest first; of one host, if it is named.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn log(
        &self,
        before: Option<u64>,
        host: Option<&str>,
        most: usize,
    ) -> Result<Vec<Logged>, StoreError> {
        let (before, most) = (before.unwrap_or(u64::MAX >> 1), most.clamp(1, PAGE));
        match self {
            Self::File(file) => file.log(before, host, most),
            Self::Server(line) => line.log(before, host, most),
        }
    }
}

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
