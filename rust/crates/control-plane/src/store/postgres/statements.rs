//! What is asked in each turn.

use tokio_postgres::{Client, Statement};

use super::trouble::Trouble;

/// How far what is written goes.
pub(super) const POSITION: &str = "SELECT coalesce((SELECT sequence FROM nixfleet.release), 0),
    coalesce((SELECT at FROM nixfleet.release), 0),
    coalesce((SELECT max(id) FROM nixfleet.event), 0)";

/// Adds events, and gives the number of the last.
const ADD_EVENTS: &str = "WITH added AS (
    INSERT INTO nixfleet.event (release, host, at, event)
    SELECT release, host, at, event
    FROM unnest($1::BIGINT[], $2::TEXT[], $3::BIGINT[], $4::TEXT[])
      WITH ORDINALITY AS it (release, host, at, event, number)
    ORDER BY number RETURNING id
  ) SELECT max(id) FROM added";

/// Writes what hosts said last.
const SET_HOSTS: &str = "INSERT INTO nixfleet.host
  SELECT * FROM unnest($1::TEXT[], $2::TEXT[])
  ON CONFLICT (name) DO UPDATE SET said = excluded.said";

/// The same, which the server has read once.
pub(super) struct Statements {
    pub(super) position: Statement,
    pub(super) add_events: Statement,
    pub(super) set_hosts: Statement,
}

impl Statements {
    /// Has them read on a connection.
    pub(super) async fn of(client: &Client) -> Result<Self, Trouble> {
        Ok(Self {
            position: client.prepare(POSITION).await?,
            add_events: client.prepare(ADD_EVENTS).await?,
            set_hosts: client.prepare(SET_HOSTS).await?,
        })
    }
}
