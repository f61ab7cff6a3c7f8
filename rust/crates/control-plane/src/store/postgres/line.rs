//! A connection to the server. All that is asked on it has an end, also where the server is gone
//! without a word.

use std::error::Error;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::{Client, Statement};

use super::super::{Server, StoreError};
use super::connect::connect;
use crate::log::Logged;

/// What anything that is asked may take: more than the server gives it itself.
const LONGEST: Duration = Duration::from_secs(30);

/// Why something was not done.
#[derive(Debug)]
pub(in super::super) enum Trouble {
    /// What is written is not what was written by us.
    Damaged(String),
    /// A later program wrote it.
    Newer(u32),
    /// The server says so, or says nothing.
    Failed(String),
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        // The error's own words are `db error`; why is in what it came from.
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        Self::Failed(why)
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// What is asked in each turn.
pub(super) struct Statements {
    pub(super) position: Statement,
    pub(super) add_events: Statement,
    pub(super) set_hosts: Statement,
}

/// A connection.
pub struct Line {
    // Before the runtime, in which it is.
    client: Client,
    statements: Option<Statements>,
    runtime: Runtime,
    server: Server,
}

impl Line {
    pub(in super::super) fn open(server: &Server) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| server.failed(&error.to_string()))?;
        let connected = runtime.block_on(async {
            let (client, driver) = connect(server).await?;
            tokio::spawn(driver);
            Ok(client)
        });
        let client = connected.map_err(|why| server.error(why))?;
        Ok(Self { client, statements: None, runtime, server: server.clone() })
    }

    /// Does something, within its time.
    pub(super) fn run<T>(
        &self,
        what: impl AsyncFnOnce(&Client) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        self.runtime
            .block_on(async {
                timeout(LONGEST, what(&self.client)).await.unwrap_or_else(|_| Err(late()))
            })
            .map_err(|why| self.server.error(why))
    }

    /// Asks for what each turn asks, once.
    pub(super) fn prepare(&mut self) -> Result<(), StoreError> {
        let statements = self.run(async |client| {
            Ok(Statements {
                position: client.prepare(super::read::POSITION).await?,
                add_events: client.prepare(super::write::ADD_EVENTS).await?,
                set_hosts: client.prepare(super::write::SET_HOSTS).await?,
            })
        })?;
        self.statements = Some(statements);
        Ok(())
    }

    pub(super) fn statements(&self) -> Option<&Statements> {
        self.statements.as_ref()
    }

    pub(in super::super) fn log(
        &self,
        before: u64,
        host: Option<&str>,
        most: usize,
    ) -> Result<Vec<Logged>, StoreError> {
        self.run(async |client| super::read::log(client, before, host, most).await)
    }
}

fn late() -> Trouble {
    Trouble::Failed(format!("it does not answer within {} s", LONGEST.as_secs()))
}

impl Server {
    pub(super) fn failed(&self, why: &str) -> StoreError {
        StoreError::Failed { place: self.to_string(), why: why.to_owned() }
    }

    pub(super) fn error(&self, why: Trouble) -> StoreError {
        let place = self.to_string();
        match why {
            Trouble::Damaged(why) => StoreError::Damaged { place, why },
            Trouble::Newer(version) => StoreError::Newer { place, version },
            Trouble::Failed(why) => StoreError::Failed { place, why },
        }
    }
}
