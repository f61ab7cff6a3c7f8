//! A file of `SQLite`, with one writer.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{EVENTS, Keep, Kept, News, StoreError, TABLES, as_json, lock};
use crate::log::Logged;
use crate::shelf;

/// For how long a reader waits for the writer.
const BUSY: Duration = Duration::from_secs(5);

/// The file, and its one writer.
pub struct Sqlite {
    database: Connection,
    path: PathBuf,
    /// Nobody else has the file, as long as it is open.
    _lock: Arc<File>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<(Self, Kept, Option<String>), StoreError> {
        let lock = Arc::new(lock::take(path)?);
        match Self::try_open(path, &lock) {
            Err(StoreError::Damaged { why, .. }) => {
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
                let (store, kept) = Self::try_open(path, &lock)?;
                let told =
                    format!("the database was damaged ({why}) and is now `{}`", aside.display());
                Ok((store, kept, Some(told)))
            }
            opened => opened.map(|(store, kept)| (store, kept, None)),
        }
    }

    fn try_open(path: &Path, lock: &Arc<File>) -> Result<(Self, Kept), StoreError> {
        let failed = failed(path);
        let database = Connection::open(path).map_err(&failed)?;
        database.busy_timeout(BUSY).map_err(&failed)?;
        let version: u32 =
            database.pragma_query_value(None, "user_version", |it| it.get(0)).map_err(&failed)?;
        if version > TABLES {
            return Err(StoreError::Newer { place: path.display().to_string(), version });
        }
        let sound: String =
            database.pragma_query_value(None, "quick_check", |it| it.get(0)).map_err(&failed)?;
        if sound != "ok" {
            return Err(failed(damage(sound)));
        }
        // What was told to a host was written down before, also over a power cut.
        database
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;",
            )
            .map_err(&failed)?;
        if version == 0 {
            database.execute_batch(include_str!("sqlite.sql")).map_err(&failed)?;
            database.pragma_update(None, "user_version", TABLES).map_err(&failed)?;
        }
        let kept = read(&database).map_err(&failed)?;
        Ok((Self { database, path: path.into(), _lock: lock.clone() }, kept))
    }

    pub(super) fn turn(&mut self, work: impl FnOnce(News) -> Vec<Keep>) -> Result<(), StoreError> {
        let all = work(News::default());
        if all.is_empty() {
            return Ok(());
        }
        let failed = failed(&self.path);
        write(&mut self.database, &all).map_err(failed)
    }

    pub(super) fn again(&mut self) -> Result<Kept, StoreError> {
        self.probe()?;
        read(&self.database).map_err(failed(&self.path))
    }

    /// A page is written, so that a disk that is full and a file that is read-only say so now.
    pub(super) fn probe(&self) -> Result<(), StoreError> {
        self.database.pragma_update(None, "user_version", TABLES).map_err(failed(&self.path))
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
        let files =
            files.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?.into())))?;
        let files = files.collect::<rusqlite::Result<_>>()?;
        let release = shelf::again(files, json(&signed_by)?, at);
        let release = release.map_err(|why| damage(why.to_string()))?;
        if release.known.sequence != sequence {
            return Err(damage(format!("`release` is of {sequence}")));
        }
        kept.release = Some(release);
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
                    file.execute(params![name, &bytes[..]])?;
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
            // There are no others.
            Keep::Seen(_) => {}
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

/// The log of the file, read beside the writer.
pub struct LogFile {
    database: Connection,
    path: PathBuf,
}

impl LogFile {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = failed(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(path, flags).map_err(&failed)?;
        database.busy_timeout(BUSY).map_err(&failed)?;
        database.pragma_update(None, "query_only", true).map_err(&failed)?;
        Ok(Self { database, path: path.into() })
    }

    pub(super) fn log(
        &self,
        before: u64,
        host: Option<&str>,
        most: usize,
    ) -> Result<Vec<Logged>, StoreError> {
        self.read(before, host, most).map_err(failed(&self.path))
    }

    fn read(&self, before: u64, host: Option<&str>, most: usize) -> rusqlite::Result<Vec<Logged>> {
        let mut rows = self.database.prepare_cached(
            "SELECT id, release, event FROM event WHERE id < ?1 AND (?2 IS NULL OR host = ?2)
             ORDER BY id DESC LIMIT ?3",
        )?;
        let rows = rows.query_map(params![before, host, most], |row| {
            Ok((row.get(0)?, row.get(1)?, text(row, 2)?))
        })?;
        rows.map(|row| {
            let (id, release, event) = row?;
            Ok(Logged { id, release, event: json(&event)? })
        })
        .collect()
    }

    /// For a database that takes the place of this one.
    pub(super) fn connection(&self) -> &Connection {
        &self.database
    }
}

pub(super) fn failed(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError {
    let place = path.display().to_string();
    move |error| {
        let (place, why) = (place.clone(), error.to_string());
        if is_damage(&error) {
            StoreError::Damaged { place, why }
        } else {
            StoreError::Failed { place, why }
        }
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
