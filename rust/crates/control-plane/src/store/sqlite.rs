//! A file of `SQLite`, with one writer.

mod connect;
mod reader;
mod write;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{Keep, Kept, News, StoreError, TABLES, lock};
use crate::shelf;
use connect::{connect, is_fixed};
pub use reader::LogFile;
use write::write;

/// For how long a reader waits for the writer.
const BUSY: Duration = Duration::from_secs(5);

/// How many pages of the journal are moved into the file with the commit that fills it: the default
/// <https://www.sqlite.org/pragma.html#pragma_wal_autocheckpoint>.
const JOURNAL_PAGES: u32 = 1000;
/// What `SQLite` says of a file that it cannot write: it is said once for as long as it is so.
const READ_ONLY: &str = "attempt to write a readonly database";
/// The bytes of a page, by default.
const PAGE_BYTES: u64 = 4096;

/// The file, and its one writer.
pub struct Sqlite {
    database: Connection,
    path: PathBuf,
    /// Whether it could be opened to be read alone: then it is not written.
    is_read_only: bool,
    /// Whether what was written is still to be moved out of the journal.
    is_unsettled: bool,
    /// Nobody else has the file, as long as it is open.
    lock: Arc<File>,
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
        let database = connect(path, OpenFlags::default()).map_err(&failed)?;
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
        // What was told to a host was written down before, also over a power cut. And 16 MiB hold a release of
        // ten thousand hosts: what there is no room for is written twice, and read again in between.
        let is_read_only = database.is_readonly("main").map_err(&failed)?;
        if !is_read_only {
            database
                .execute_batch(
                    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -16384;",
                )
                .map_err(&failed)?;
        }
        if version == 0 {
            database.execute_batch(include_str!("sqlite.sql")).map_err(&failed)?;
            database.pragma_update(None, "user_version", TABLES).map_err(&failed)?;
        }
        let kept = read(&database).map_err(&failed)?;
        let path = path.into();
        Ok((Self { database, path, is_read_only, is_unsettled: false, lock: lock.clone() }, kept))
    }

    pub(super) fn turn(&mut self, work: impl FnOnce(News) -> Vec<Keep>) -> Result<(), StoreError> {
        let all = work(News::default());
        if all.is_empty() {
            return Ok(());
        }
        if all.iter().any(|it| matches!(it, Keep::Release(..))) {
            self.postpone().map_err(failed(&self.path))?;
        }
        write(&mut self.database, &all).map_err(failed(&self.path))
    }

    /// A release of ten thousand hosts fills the journal, and to move it into the file takes as long as to
    /// write it: that is done once hosts were told. Until then all of it is in the journal, and safe there.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.is_unsettled) {
            let journal = fs::metadata(format!("{}-wal", self.path.display()));
            // A small one stays, as by default: in one that begins anew there is room where the disk has
            // none. Where it fails, the next commit tries again.
            if journal.is_ok_and(|it| it.len() >= u64::from(JOURNAL_PAGES) * PAGE_BYTES) {
                let _ = self.database.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            }
            let _ = self.moves_by_itself(JOURNAL_PAGES);
        }
    }

    fn postpone(&mut self) -> rusqlite::Result<()> {
        self.is_unsettled = true;
        self.moves_by_itself(0)
    }

    /// From how many pages on a commit moves the journal into the file; 0: it does not.
    fn moves_by_itself(&self, pages: u32) -> rusqlite::Result<()> {
        self.database.query_row(&format!("PRAGMA wal_autocheckpoint = {pages}"), [], |_| Ok(()))
    }

    pub(super) fn again(&mut self) -> Result<Kept, StoreError> {
        if self.is_read_only {
            self.reopen()?;
        }
        self.probe()?;
        read(&self.database).map_err(failed(&self.path))
    }

    /// A connection stays read-only, also where the file system does not, and so does another one beside it.
    fn reopen(&mut self) -> Result<(), StoreError> {
        if is_fixed(&self.path) {
            let (place, why) = (self.path.display().to_string(), READ_ONLY.into());
            return Err(StoreError::Failed { place, why });
        }
        self.database = Connection::open_in_memory().map_err(failed(&self.path))?;
        *self = Self::try_open(&self.path, &self.lock)?.0;
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_in_the_journal_is_moved_into_the_file_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite");
        let (mut store, ..) = Sqlite::open(&path).unwrap();
        store.postpone().unwrap();
        let host = |it: u32| Keep::Host(format!("{it:0>4000}"), Box::default());
        store.turn(|_| (0..2_000).map(host).collect()).unwrap();
        let size = || fs::metadata(&path).unwrap().len();
        let before = size();
        store.settle();
        assert!(before < 1 << 20 && size() > 8 << 20, "{before}, {}", size());
        let pages = store.database.pragma_query_value(None, "wal_autocheckpoint", |it| it.get(0));
        assert_eq!(pages, Ok(JOURNAL_PAGES));
    }
}
