//! The tables, and the lock of whoever writes to them.

use jiff::Timestamp;
use tokio_postgres::Client;

use super::super::TABLES;
use super::trouble::Trouble;

/// Begins a turn: from now until `COMMIT` no other control plane is in one. The number is nothing but
/// that of this lock; it is `nixfleet` in ASCII.
const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(7956022598027273588)";

pub(super) async fn begin(client: &Client) -> Result<(), Trouble> {
    Ok(client.batch_execute(BEGIN).await?)
}

/// Makes the tables where there are none. In a turn.
pub(super) async fn make(client: &Client) -> Result<(), Trouble> {
    client.batch_execute("SET search_path TO nixfleet").await?;
    let there = client.query_one("SELECT to_regclass('nixfleet.version') IS NOT NULL", &[]).await?;
    if !there.try_get::<_, bool>(0)? {
        client.batch_execute(include_str!("../postgres.sql")).await?;
        client.execute("INSERT INTO version VALUES ($1)", &[&i64::from(TABLES)]).await?;
    }
    let version = client.query_one("SELECT coalesce(max(version), 0) FROM version", &[]).await?;
    let version = u32::try_from(version.try_get::<_, i64>(0)?).unwrap_or(u32::MAX);
    if version > TABLES { Err(Trouble::Newer(version)) } else { Ok(()) }
}

/// Sets the tables aside, makes new ones, and tells where the others are. In a turn.
pub(super) async fn set_aside(client: &Client) -> Result<String, Trouble> {
    let aside = format!("nixfleet_damaged_{}", Timestamp::now().as_microsecond());
    client.batch_execute(&format!("ALTER SCHEMA nixfleet RENAME TO {aside}")).await?;
    make(client).await?;
    Ok(format!("the schema `{aside}`"))
}
