//! What is written, of each kind all at once.

use std::collections::BTreeMap;

use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use super::super::{EVENTS, Keep, as_json};
use super::read::Position;
use super::statements::Statements;
use super::trouble::Trouble;
use crate::log::host_of;
use crate::shelf::{Shelf, Trusted};
use nixfleet_rollout::Event;

const SET_SEEN: &str = "INSERT INTO nixfleet.seen
  SELECT * FROM unnest($1::TEXT[], $2::BIGINT[])
  ON CONFLICT (name) DO UPDATE SET at = greatest(seen.at, excluded.at)";

/// How many rows are written with one statement.
pub(in super::super) const ROWS: usize = 1000;

/// Writes all of it, and says how far that is. In a turn.
pub(super) async fn all(
    client: &Client,
    statements: &Statements,
    all: &[Keep],
    mut position: Position,
) -> Result<Position, Trouble> {
    let mut hosts: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut events: Vec<(u64, &Event)> = Vec::new();
    for keep in all {
        match keep {
            Keep::Release(shelf, trusted, known) => {
                release(client, shelf, trusted, known).await?;
                position.release = signed(shelf.known.sequence);
                position.brought = shelf.at.as_microsecond();
            }
            Keep::Host(name, said) => drop(hosts.insert(name, Some(as_json(said)))),
            Keep::Forget(name) => drop(hosts.insert(name, None)),
            Keep::Event(release, event) => events.push((*release, event)),
            Keep::Seen(seen) => {
                let (names, times): (Vec<_>, Vec<_>) =
                    seen.iter().map(|(name, at)| (name.as_str(), at.as_microsecond())).unzip();
                client.execute(SET_SEEN, &[&names, &times]).await?;
            }
        }
    }
    let gone: Vec<&str> = hosts.iter().filter(|it| it.1.is_none()).map(|it| *it.0).collect();
    if !gone.is_empty() {
        client.execute("DELETE FROM nixfleet.host WHERE name = ANY($1)", &[&gone]).await?;
        client.execute("DELETE FROM nixfleet.seen WHERE name = ANY($1)", &[&gone]).await?;
    }
    let (names, said): (Vec<&str>, Vec<&str>) =
        hosts.iter().filter_map(|(name, said)| Some((*name, said.as_deref()?))).unzip();
    if !names.is_empty() {
        client.execute(&statements.set_hosts, &[&names, &said]).await?;
    }
    for some in events.chunks(ROWS) {
        position.event = add(client, statements, some).await?;
    }
    Ok(position)
}

async fn add(
    client: &Client,
    statements: &Statements,
    events: &[(u64, &Event)],
) -> Result<i64, Trouble> {
    let releases: Vec<i64> = events.iter().map(|it| signed(it.0)).collect();
    let hosts: Vec<Option<&str>> = events.iter().map(|it| host_of(it.1)).collect();
    let times: Vec<i64> = events.iter().map(|it| it.1.at.as_microsecond()).collect();
    let texts: Vec<String> = events.iter().map(|it| as_json(it.1)).collect();
    let all: [&(dyn ToSql + Sync); 4] = [&releases, &hosts, &times, &texts];
    Ok(client.query_one(&statements.add_events, &all).await?.try_get(0)?)
}

async fn release(
    client: &Client,
    shelf: &Shelf,
    trusted: &Trusted,
    known: &[Event],
) -> Result<(), Trouble> {
    client
        .batch_execute(
            "DELETE FROM nixfleet.release; DELETE FROM nixfleet.file; DELETE FROM nixfleet.known",
        )
        .await?;
    let (sequence, at) = (signed(shelf.known.sequence), shelf.at.as_microsecond());
    let (trusted, signed_by) = (as_json(trusted), as_json(&shelf.signed_by));
    head(client, sequence, &trusted, &signed_by, at).await?;
    let all: Vec<_> = shelf.files.iter().map(|(name, it)| (name.as_str(), it.as_ref())).collect();
    files(client, &all).await?;
    let texts: Vec<String> = known.iter().map(as_json).collect();
    begins(client, &texts).await?;
    client
        .execute(
            "DELETE FROM nixfleet.event
             WHERE id <= (SELECT max(id) FROM nixfleet.event) - $1 AND release < $2",
            &[&signed(EVENTS), &sequence],
        )
        .await?;
    Ok(())
}

/// The one release that there is.
pub(in super::super) async fn head(
    client: &Client,
    sequence: i64,
    trusted: &str,
    signed_by: &str,
    at: i64,
) -> Result<(), Trouble> {
    let head = "INSERT INTO nixfleet.release (sequence, trusted, signed_by, at)
        VALUES ($1, $2, $3, $4)";
    client.execute(head, &[&sequence, &trusted, &signed_by, &at]).await?;
    Ok(())
}

/// Its files.
pub(in super::super) async fn files(
    client: &Client,
    files: &[(&str, &[u8])],
) -> Result<(), Trouble> {
    for some in files.chunks(ROWS) {
        let (names, bytes): (Vec<&str>, Vec<&[u8]>) = some.iter().copied().unzip();
        let add = "INSERT INTO nixfleet.file SELECT * FROM unnest($1::TEXT[], $2::BYTEA[])";
        client.execute(add, &[&names, &bytes]).await?;
    }
    Ok(())
}

/// What its rollout begins with, as JSON.
pub(in super::super) async fn begins(client: &Client, known: &[String]) -> Result<(), Trouble> {
    for some in known.chunks(ROWS) {
        let add = "INSERT INTO nixfleet.known (event) SELECT event
            FROM unnest($1::TEXT[]) WITH ORDINALITY AS it (event, number) ORDER BY number";
        client.execute(add, &[&some]).await?;
    }
    Ok(())
}

pub(in super::super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
