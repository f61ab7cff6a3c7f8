//! How the fleet is, for all who read it: it is worked out once for each change, and told to those who
//! wait for news once a second at most, however many they are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use nixfleet_link::Known;
use serde::Serialize;
use tokio::sync::watch;

use super::once::Once;
use crate::clerk::{Clerk, Failure};
use crate::seat::Seats;
use crate::status::{Doubled, Status};

/// The least time between two pieces of news.
const NEWS_EVERY: Duration = Duration::from_secs(1);

/// How the fleet is.
pub struct Board {
    fleet: String,
    clerk: Clerk,
    seats: Arc<Seats>,
    status: Once<(u64, u64, Option<String>), Status>,
    rollout: Once<(u64, u64), Option<Bytes>>,
    release: Once<Option<Known>, Bytes>,
    news: watch::Sender<News>,
}

/// The last that was told to all who wait for news.
#[derive(Debug, Clone, Default)]
pub(super) struct News {
    /// Counts up; 0 before the first.
    pub(super) id: u64,
    /// The status, as JSON.
    pub(super) status: Arc<str>,
    /// How many words had been written down by then.
    written: u64,
}

impl Board {
    /// Of what is known there. It tells no news before [`Board::publish`] runs.
    #[must_use]
    pub fn new(fleet: &str, clerk: Clerk, seats: Arc<Seats>) -> Self {
        Self {
            fleet: fleet.to_owned(),
            clerk,
            seats,
            status: Once::default(),
            rollout: Once::default(),
            release: Once::default(),
            news: watch::Sender::default(),
        }
    }

    /// The fleet's name.
    pub(crate) fn fleet(&self) -> &str {
        &self.fleet
    }

    /// How the fleet is now.
    pub(crate) async fn status(&self) -> Result<Arc<Status>, Failure> {
        let mark = || {
            let trouble = self.clerk.trouble.borrow().clone();
            (*self.clerk.changes.borrow(), self.clerk.written(), trouble)
        };
        let make = async {
            let (fleet, trouble) = (self.fleet.clone(), self.clerk.trouble.borrow().clone());
            let doubled = Doubled::all(&self.seats);
            self.clerk.look(move |core| Status::of(&fleet, core, trouble, doubled)).await
        };
        self.status.get(mark, make).await
    }

    /// The rollout with every host, as JSON; none before the first release.
    pub(super) async fn rollout(&self) -> Result<Option<Bytes>, Failure> {
        let mark = || (*self.clerk.changes.borrow(), self.clerk.written());
        let make = self.clerk.look(|core| core.view().map(|it| json(&it)));
        self.rollout.get(mark, make).await.map(|it| (*it).clone())
    }

    /// All files of the newest release, as JSON.
    pub(super) async fn release(&self) -> Result<Bytes, Failure> {
        let known = self.clerk.look(|core| core.shelf().map(|it| it.known)).await?;
        let make = async {
            let files = self.clerk.look(|core| core.shelf().map(|it| it.files.clone())).await?;
            let files = files.unwrap_or_default();
            let texts = files.iter().map(|(name, bytes)| (name, String::from_utf8_lossy(bytes)));
            Ok(json(&texts.collect::<BTreeMap<_, _>>()))
        };
        self.release.get(|| known, make).await.map(|it| (*it).clone())
    }

    /// The number of the last news.
    pub(crate) fn last(&self) -> u64 {
        self.news.borrow().id
    }

    /// Of news from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// Tells the news, until the program is to end.
    pub async fn publish(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut changes = self.clerk.changes.clone();
        loop {
            changes.mark_unchanged();
            let written = self.clerk.written();
            if let Ok(status) = self.status().await {
                self.tell(&status, written);
            }
            tokio::select! {
                more = changes.changed() => if more.is_err() { return },
                _ = stop.wait_for(|it| *it) => return,
            }
            tokio::time::sleep(NEWS_EVERY).await;
        }
    }

    fn tell(&self, status: &Status, written: u64) {
        let status = serde_json::to_string(status).unwrap_or_default();
        let next = self.news.borrow().next(&status, written);
        if let Some(next) = next {
            self.news.send_replace(next);
        }
    }
}

/// Who reads it slowly holds the same bytes as the others.
fn json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}

impl News {
    /// It is news where somebody said something, and where time alone changed how it is.
    fn next(&self, status: &str, written: u64) -> Option<Self> {
        let is_same = self.id > 0 && self.written == written && *self.status == *status;
        (!is_same).then(|| Self { id: self.id + 1, status: status.into(), written })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_what_somebody_said_and_what_time_changed() {
        let first = News::default().next("waits", 0).expect("the first is news");
        assert!(first.next("waits", 0).is_none());
        assert_eq!(first.next("waits", 1).map(|it| it.id), Some(2));
        assert_eq!(first.next("soaks", 0).map(|it| it.id), Some(2));
    }
}
