//! A connection to the server. All that is asked on it has an end, also where the server is gone
//! without a word.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::Client;

use super::super::{Server, StoreError};
use super::connect::connect;
use super::read;
use super::trouble::Trouble;
use crate::log::Logged;

/// What anything that is asked may take: more than the server gives it itself.
const LONGEST: Duration = Duration::from_secs(30);

/// A connection.
pub struct Line {
    // Before the runtime, in which it is.
    client: Client,
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
        Ok(Self { client, runtime, server: server.clone() })
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

    pub(in super::super) fn log(
        &self,
        before: u64,
        host: Option<&str>,
        most: usize,
    ) -> Result<Vec<Logged>, StoreError> {
        self.run(async |client| read::log(client, before, host, most).await)
    }
}

fn late() -> Trouble {
    Trouble::Failed(format!("it does not answer within {} s", LONGEST.as_secs()))
}
