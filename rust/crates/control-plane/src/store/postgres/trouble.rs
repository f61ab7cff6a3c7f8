//! Why something was not done, and what is said of it.

use std::error::Error;

use super::super::{Server, StoreError};

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
