//! The log of a file, read beside its writer.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::connect::connect;
use super::{BUSY, StoreError, failed, json, text};
use crate::log::Logged;

/// The log of the file, read beside the writer.
pub struct LogFile {
    database: Connection,
    path: PathBuf,
}

impl LogFile {
    pub(in super::super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = failed(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = connect(path, flags).map_err(&failed)?;
        database.busy_timeout(BUSY).map_err(&failed)?;
        database.pragma_update(None, "query_only", true).map_err(&failed)?;
        Ok(Self { database, path: path.into() })
    }

    pub(in super::super) fn log(
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
    pub(in super::super) fn connection(&self) -> &Connection {
        &self.database
    }
}
