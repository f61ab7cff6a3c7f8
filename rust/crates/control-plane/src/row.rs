//! Places of which there are so many: where all are taken, who came first makes room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A row of places. Who comes next is served, so those who stay keep nobody out.
#[derive(Debug)]
pub struct Row {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    came: u64,
    by_coming: BTreeMap<u64, Arc<Notify>>,
}

/// A place that somebody has.
#[derive(Debug)]
pub struct Sitting {
    row: Arc<Row>,
    came: u64,
    displaced: Arc<Notify>,
}

impl Row {
    /// With so many places.
    #[must_use]
    pub fn of(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// Somebody takes a place, and whether somebody else has to go for it.
    #[must_use]
    pub fn sit(self: &Arc<Self>) -> (Sitting, bool) {
        let mut taken = self.taken();
        taken.came += 1;
        let (came, displaced) = (taken.came, Arc::new(Notify::new()));
        taken.by_coming.insert(came, displaced.clone());
        let first =
            if taken.by_coming.len() > self.most { taken.by_coming.pop_first() } else { None };
        let is_full = first.is_some();
        if let Some((_, first)) = first {
            first.notify_one();
        }
        (Sitting { row: self.clone(), came, displaced }, is_full)
    }

    /// How many places are taken.
    #[must_use]
    pub fn len(&self) -> usize {
        self.taken().by_coming.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sitting {
    /// Until those who came later leave no room.
    pub async fn displaced(&self) {
        self.displaced.notified().await;
    }
}

impl Drop for Sitting {
    fn drop(&mut self) {
        self.row.taken().by_coming.remove(&self.came);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_came_first_makes_room_and_who_goes_leaves_it() {
        let row = Row::of(2);
        let (first, second) = (row.sit(), row.sit());
        assert!(!first.1 && !second.1);
        drop(first.0);
        assert_eq!(row.len(), 1);
        let third = row.sit();
        assert!(!third.1, "the first had gone");
        let fourth = row.sit();
        assert!(fourth.1);
        second.0.displaced().await;
        assert_eq!(row.len(), 2);
        drop(second);
        assert_eq!(row.len(), 2, "its place was another's");
    }
}
