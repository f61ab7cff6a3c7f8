//! What outlives the program: the newest release, what each host said last, and what happened.
//!
//! It is one file of `SQLite` with one writer. Nothing in it is needed: without it hosts say again what
//! they run, and whoever made the newest release brings it again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use nixfleet_link::CheckIn;
use nixfleet_rollout::Event;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::Serialize;
use thiserror::Error;

use crate::log::Logged;
use crate::shelf::{self, Shelf, Trusted};

/// The version of the tables. A file of a later one is not touched.
const TABLES: u32 = 1;

/// How many events are kept; the oldest go. A rollout's own are kept while it is the newest.
pub const EVENTS: u64 = 200_000;

/// For how long a reader waits for the writer.
const BUSY: Duration = Duration::from_secs(5);

/// The most events of a page of the log.
pub const PAGE: usize = 500;

/// The database, and its one writer.
pub struct Store {
    database: Connection,
    path: PathBuf,
}

/// Why nothing can be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// A later program wrote it.
    #[error(
        "`{path}` is of version {version}, and this control plane reads {TABLES}: a newer one wrote it. Run that, or move the file away: hosts say again what they run"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// `SQLite` says so.
    #[error("the database `{path}`: {error}")]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
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

impl Store {
    /// Opens the database and reads it, and makes it where it is not there. One that is damaged is set
    /// aside, and a new one made: what was wrong, and the name that it has now, are told.
    ///
    /// # Errors
    /// When it cannot be written, or a newer program wrote it.
    pub fn open(path: &Path) -> Result<(Self, Kept, Option<String>), StoreError> {
        match Self::try_open(path) {
            Err(StoreError::Database { error, .. }) if is_damage(&error) => {
                let aside =
                    path.with_extension(format!("damaged-{}", Timestamp::now().as_second()));
                fs::rename(path, &aside).map_err(|error| StoreError::Io {
                    what: "set aside",
                    path: path.into(),
                    error,
                })?;
                for suffix in ["-wal", "-shm"] {
                    let _ = fs::remove_file(format!("{}{suffix}", path.display()));
                }
                let (store, kept) = Self::try_open(path)?;
                let told =
                    format!("the database was damaged ({error}) and is now `{}`", aside.display());
                Ok((store, kept, Some(told)))
            }
            opened => opened.map(|(store, kept)| (store, kept, None)),
        }
    }

    fn try_open(path: &Path) -> Result<(Self, Kept), StoreError> {
        let failed = |error| StoreError::Database { path: path.into(), error };
        let database = Connection::open(path).map_err(failed)?;
        database.busy_timeout(BUSY).map_err(failed)?;
        let version: u32 =
            database.pragma_query_value(None, "user_version", |it| it.get(0)).map_err(failed)?;
        if version > TABLES {
            return Err(StoreError::Newer { path: path.into(), version });
        }
        let sound: String =
            database.pragma_query_value(None, "quick_check", |it| it.get(0)).map_err(failed)?;
        if sound != "ok" {
            return Err(failed(damage(sound)));
        }
        // What was told to a host was written down before, also over a power cut.
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;",
            )
            .map_err(failed)?;
        if version == 0 {
            database.execute_batch(include_str!("store/tables.sql")).map_err(failed)?;
            database.pragma_update(None, "user_version", TABLES).map_err(failed)?;
        }
        let kept = read(&database).map_err(failed)?;
        Ok((Self { database, path: path.into() }, kept))
    }

    /// Writes down all of it, or nothing.
    ///
    /// # Errors
    /// When it cannot be written: then nobody may be told of it.
    pub fn keep(&mut self, all: &[Keep]) -> Result<(), StoreError> {
        if all.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        write(&mut self.database, all).map_err(|error| StoreError::Database { path, error })
    }
}

fn read(database: &Connection) -> rusqlite::Result<Kept> {
    let mut kept = Kept::default();
    let head = database
        .query_row("SELECT sequence, trusted, signed_by, at FROM release", [], |row| {
            Ok((row.get::<_, u64>(0)?, text(row, 1)?, text(row, 2)?, time(row, 3)?))
        })
        .optional()?;
    if let Some((sequence, trusted, signed_by, at)) = head {
        let mut files = database.prepare("SELECT name, bytes FROM file")?;
        let files = files.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let files = files.collect::<rusqlite::Result<_>>()?;
        let release = shelf::again(files, json(&signed_by)?, at);
        kept.release = Some(release.map_err(|why| damage(why.to_string()))?);
        kept.trusted = Some(json(&trusted)?);
        let mut known = database.prepare("SELECT event FROM known ORDER BY rowid")?;
        for event in known.query_map([], |row| text(row, 0))? {
            kept.events.push(json(&event?)?);
        }
        let mut events =
            database.prepare("SELECT event FROM event WHERE release = ? ORDER BY id")?;
        let events = events.query_map([sequence], |row| text(row, 0))?;
        for event in events {
            kept.events.push(json(&event?)?);
        }
    }
    let mut hosts = database.prepare("SELECT name, said FROM host")?;
    let hosts = hosts.query_map([], |row| Ok((row.get(0)?, text(row, 1)?)))?;
    for host in hosts {
        let (name, said) = host?;
        kept.hosts.push((name, json(&said)?));
    }
    Ok(kept)
}

fn write(database: &mut Connection, all: &[Keep]) -> rusqlite::Result<()> {
    let transaction = database.transaction()?;
    let mut events = 0;
    for keep in all {
        match keep {
            Keep::Release(shelf, trusted, known) => {
                transaction
                    .execute_batch("DELETE FROM release; DELETE FROM file; DELETE FROM known;")?;
                transaction.execute(
                    "INSERT INTO release (sequence, trusted, signed_by, at) VALUES (?, ?, ?, ?)",
                    params![
                        shelf.known.sequence,
                        as_json(trusted),
                        as_json(&shelf.signed_by),
                        shelf.at.as_microsecond()
                    ],
                )?;
                let mut file = transaction.prepare_cached("INSERT INTO file VALUES (?, ?)")?;
                for (name, bytes) in &shelf.files {
                    file.execute(params![name, bytes])?;
                }
                let mut row = transaction.prepare_cached("INSERT INTO known VALUES (?)")?;
                for event in known {
                    row.execute([as_json(event)])?;
                }
            }
            Keep::Host(name, said) => {
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO host VALUES (?, ?)")?
                    .execute(params![name, as_json(said)])?;
            }
            Keep::Forget(name) => {
                transaction.execute("DELETE FROM host WHERE name = ?", [name])?;
            }
            Keep::Event(release, event) => {
                events += 1;
                transaction
                    .prepare_cached(
                        "INSERT INTO event (release, host, at, event) VALUES (?, ?, ?, ?)",
                    )?
                    .execute(params![
                        release,
                        crate::log::host_of(event),
                        event.at.as_microsecond(),
                        as_json(event)
                    ])?;
            }
        }
    }
    if events > 0 {
        transaction.execute(
            "DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?
             AND release < (SELECT sequence FROM release)",
            [EVENTS],
        )?;
    }
    transaction.commit()
}

/// Reads the log, beside the writer.
pub struct Reader(Connection);

impl Reader {
    /// Opens the database to read it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::Database { path: path.into(), error };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(failed)?;
        database.busy_timeout(BUSY).map_err(failed)?;
        database.pragma_update(None, "query_only", true).map_err(failed)?;
        Ok(Self(database))
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
    ) -> rusqlite::Result<Vec<Logged>> {
        let mut rows = self.0.prepare_cached(
            "SELECT id, release, event FROM event WHERE id < ?1 AND (?2 IS NULL OR host = ?2)
             ORDER BY id DESC LIMIT ?3",
        )?;
        let before = before.unwrap_or(u64::MAX >> 1);
        let rows = rows.query_map(params![before, host, most.clamp(1, PAGE)], |row| {
            Ok((row.get(0)?, row.get(1)?, text(row, 2)?))
        })?;
        rows.map(|row| {
            let (id, release, event) = row?;
            Ok(Logged { id, release, event: json(&event)? })
        })
        .collect()
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
        || matches!(
            error,
            FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)
        )
}

fn damage(why: String) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(why))
}

fn text(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<String> {
    row.get(at)
}

fn time(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp::from_microsecond(row.get(at)?).unwrap_or(Timestamp::UNIX_EPOCH))
}

/// What was written by us and says nothing is damage.
fn json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damage(error.to_string()))
}

fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
