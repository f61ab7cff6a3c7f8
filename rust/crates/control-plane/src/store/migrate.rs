//! From a file to a server: all of it in one transaction, so that what was interrupted has not begun.

use std::path::Path;

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row};
use tokio_postgres::Client;

use super::postgres::write::{self, ROWS};
use super::postgres::{Trouble, in_a_turn};
use super::sqlite::{LogFile, Sqlite, failed};
use super::{Server, StoreError};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// All of it is there now: the newest release, if there is one, and how many hosts and events.
    All(Option<u64>, usize, usize),
    /// The server had this release already, and was left as it is.
    There(u64),
    /// The server has a release that the file has not, or another: nothing was changed.
    Another(u64),
}

/// Writes what a file has into a server's database that has no release yet. The file stays as it is.
///
/// # Errors
/// When one of them cannot be read or written; then nothing was changed.
pub fn migrate(from: &Path, to: &Server) -> Result<Moved, StoreError> {
    if !from.exists() {
        return Err(StoreError::Failed {
            place: from.display().to_string(),
            why: "there is no such file".into(),
        });
    }
    // What cannot be read is set aside by whoever runs on it, and not moved.
    let (_, _, aside) = Sqlite::open(from)?;
    if let Some(why) = aside {
        return Err(StoreError::Damaged { place: from.display().to_string(), why });
    }
    let file = LogFile::open(from)?;
    let rows = Rows::of(file.connection()).map_err(failed(from))?;
    in_a_turn(to, async |client| rows.write(client).await)
}

/// All that a file has.
struct Rows {
    release: Option<(i64, String, String, i64)>,
    files: Vec<(String, Vec<u8>)>,
    known: Vec<String>,
    hosts: Vec<(String, String)>,
    events: Vec<(i64, i64, Option<String>, i64, String)>,
}

impl Rows {
    fn of(database: &Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            release: database
                .query_row("SELECT sequence, trusted, signed_by, at FROM release", [], |it| {
                    Ok((it.get(0)?, it.get(1)?, it.get(2)?, it.get(3)?))
                })
                .optional()?,
            files: all(database, "SELECT name, bytes FROM file", two)?,
            known: all(database, "SELECT event FROM known ORDER BY rowid", |it| it.get(0))?,
            hosts: all(database, "SELECT name, said FROM host", two)?,
            events: all(
                database,
                "SELECT id, release, host, at, event FROM event ORDER BY id",
                |it| Ok((it.get(0)?, it.get(1)?, it.get(2)?, it.get(3)?, it.get(4)?)),
            )?,
        })
    }

    async fn write(&self, client: &Client) -> Result<Moved, Trouble> {
        let there = client.query_opt("SELECT sequence FROM nixfleet.release", &[]).await?;
        if let Some(there) = there {
            let there: i64 = there.try_get(0)?;
            let number = u64::try_from(there).unwrap_or_default();
            let is_same = self.release.as_ref().is_some_and(|it| it.0 == there);
            return Ok(if is_same { Moved::There(number) } else { Moved::Another(number) });
        }
        client
            .batch_execute(
                "DELETE FROM nixfleet.host; DELETE FROM nixfleet.event; DELETE FROM nixfleet.seen",
            )
            .await?;
        if let Some((sequence, trusted, signed_by, at)) = &self.release {
            write::head(client, *sequence, trusted, signed_by, *at).await?;
        }
        let files: Vec<_> = self.files.iter().map(|it| (it.0.as_str(), it.1.as_slice())).collect();
        write::files(client, &files).await?;
        write::begins(client, &self.known).await?;
        for some in self.hosts.chunks(ROWS) {
            let (names, said): (Vec<&str>, Vec<&str>) =
                some.iter().map(|(name, said)| (name.as_str(), said.as_str())).unzip();
            let hosts = "INSERT INTO nixfleet.host SELECT * FROM unnest($1::TEXT[], $2::TEXT[])";
            client.execute(hosts, &[&names, &said]).await?;
        }
        for some in self.events.chunks(ROWS) {
            let ids: Vec<i64> = some.iter().map(|it| it.0).collect();
            let releases: Vec<i64> = some.iter().map(|it| it.1).collect();
            let hosts: Vec<Option<&str>> = some.iter().map(|it| it.2.as_deref()).collect();
            let times: Vec<i64> = some.iter().map(|it| it.3).collect();
            let texts: Vec<&str> = some.iter().map(|it| it.4.as_str()).collect();
            let events = "INSERT INTO nixfleet.event (id, release, host, at, event)
                SELECT * FROM unnest($1::BIGINT[], $2::BIGINT[], $3::TEXT[], $4::BIGINT[], $5::TEXT[])";
            client.execute(events, &[&ids, &releases, &hosts, &times, &texts]).await?;
        }
        client
            .batch_execute(
                "SELECT setval('nixfleet.event_id_seq', greatest(nextval('nixfleet.event_id_seq'),
                   (SELECT max(id) FROM nixfleet.event)))",
            )
            .await?;
        let release = self.release.as_ref().and_then(|it| u64::try_from(it.0).ok());
        Ok(Moved::All(release, self.hosts.len(), self.events.len()))
    }
}

fn all<T>(
    database: &Connection,
    query: &str,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    database.prepare(query)?.query_map([], row)?.collect()
}

fn two<A: FromSql, B: FromSql>(row: &Row<'_>) -> rusqlite::Result<(A, B)> {
    Ok((row.get(0)?, row.get(1)?))
}
