//! What is read: all of it, or what others wrote since.

use jiff::Timestamp;
use nixfleet_link::CheckIn;
use nixfleet_rollout::Event;
use tokio_postgres::{Client, Row};

use super::super::{Kept, News};
use super::statements::{POSITION, Statements};
use super::trouble::Trouble;
use crate::log::Logged;
use crate::shelf::{self, Files};

/// How far what is written was read: the newest release, when it was brought, and the last event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) release: i64,
    pub(super) brought: i64,
    pub(super) event: i64,
}

fn position(row: &Row) -> Result<Position, Trouble> {
    Ok(Position { release: row.try_get(0)?, brought: row.try_get(1)?, event: row.try_get(2)? })
}

/// All that is written down. In a turn.
pub(super) async fn all(client: &Client) -> Result<(Kept, Position), Trouble> {
    let position = position(&client.query_one(POSITION, &[]).await?)?;
    let mut kept = Kept::default();
    let head = "SELECT trusted, signed_by, at FROM nixfleet.release";
    if let Some(head) = client.query_opt(head, &[]).await? {
        let mut files = Files::new();
        for row in client.query("SELECT name, bytes FROM nixfleet.file", &[]).await? {
            files.insert(row.try_get(0)?, row.try_get::<_, Vec<u8>>(1)?.into());
        }
        let at = time(head.try_get(2)?);
        let release = shelf::again(files, json(&head, 1)?, at);
        let release = release.map_err(|why| Trouble::Damaged(why.to_string()))?;
        if i64::try_from(release.known.sequence) != Ok(position.release) {
            return Err(Trouble::Damaged(format!("`release` is of {}", position.release)));
        }
        kept.release = Some(release);
        kept.trusted = Some(json(&head, 0)?);
        let known = "SELECT event FROM nixfleet.known ORDER BY id";
        for row in client.query(known, &[]).await? {
            kept.events.push(json(&row, 0)?);
        }
        let events = "SELECT event FROM nixfleet.event WHERE release = $1 ORDER BY id";
        for row in client.query(events, &[&position.release]).await? {
            kept.events.push(json(&row, 0)?);
        }
    }
    for row in client.query("SELECT name, said FROM nixfleet.host", &[]).await? {
        kept.hosts.push((row.try_get(0)?, json(&row, 1)?));
    }
    Ok((kept, position))
}

/// What others wrote since. In a turn.
pub(super) async fn since(
    client: &Client,
    statements: &Statements,
    before: Position,
) -> Result<(News, Position), Trouble> {
    let now = position(&client.query_one(&statements.position, &[]).await?)?;
    let mut news = News::default();
    if (now.release, now.brought) != (before.release, before.brought) || now.event < before.event {
        let (kept, now) = all(client).await?;
        news.anew = Some(Box::new(kept));
        return Ok((news, now));
    }
    if now.event == before.event {
        return Ok((news, now));
    }
    let events = "SELECT event FROM nixfleet.event WHERE id > $1 AND release = $2 ORDER BY id";
    for row in client.query(events, &[&before.event, &now.release]).await? {
        news.events.push(json::<Event>(&row, 0)?);
    }
    // A host that said something has an event.
    let hosts = "SELECT name, said FROM nixfleet.host
        WHERE name IN (SELECT host FROM nixfleet.event WHERE id > $1)";
    for row in client.query(hosts, &[&before.event]).await? {
        news.hosts.push((row.try_get(0)?, json::<CheckIn>(&row, 1)?));
    }
    Ok((news, now))
}

/// When hosts were heard of, by any control plane.
pub(super) async fn seen(client: &Client) -> Result<Vec<(String, Timestamp)>, Trouble> {
    let rows = client.query("SELECT name, at FROM nixfleet.seen", &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, time(row.try_get(1)?)))).collect()
}

pub(super) async fn log(
    client: &Client,
    before: u64,
    host: Option<&str>,
    most: usize,
) -> Result<Vec<Logged>, Trouble> {
    let log = "SELECT id, release, event FROM nixfleet.event
        WHERE id < $1 AND ($2::TEXT IS NULL OR host = $2) ORDER BY id DESC LIMIT $3";
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let number = |row: &Row, at: usize| -> Result<u64, Trouble> {
        let number = row.try_get::<_, i64>(at)?;
        u64::try_from(number).map_err(|error| Trouble::Damaged(error.to_string()))
    };
    let rows = client.query(log, &[&before, &host, &most]).await?;
    rows.iter()
        .map(|row| {
            let (id, release) = (number(row, 0)?, number(row, 1)?);
            Ok(Logged { id, release, event: json(row, 2)? })
        })
        .collect()
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What was written by us and says nothing is damage.
fn json<T: serde::de::DeserializeOwned>(row: &Row, at: usize) -> Result<T, Trouble> {
    Ok(serde_json::from_str(row.try_get(at)?)?)
}
