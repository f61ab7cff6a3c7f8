//! How many hosts stand where.

use serde::{Deserialize, Serialize};

use crate::standing::{Standing, Stands};

/// How many hosts of a wave, or of all, stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tally {
    /// All.
    pub hosts: usize,
    /// [`Standing::Arrived`].
    pub arrived: usize,
    /// [`Standing::Going`] or [`Standing::OnTheWay`].
    pub on_the_way: usize,
    /// [`Standing::Waiting`].
    pub waiting: usize,
    /// [`Standing::Failed`].
    pub failed: usize,
    /// [`Standing::Silent`].
    pub silent: usize,
    /// [`Standing::Offline`].
    pub offline: usize,
    /// [`Standing::Unheard`].
    pub unheard: usize,
    /// [`Standing::Held`].
    pub held: usize,
    /// [`Standing::Skipped`].
    pub skipped: usize,
    /// Those of which there may be only so many at a time: on the way or perhaps so, failed, silent.
    pub taking_room: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, stands: Stands) {
        self.hosts += 1;
        self.taking_room += usize::from(stands.takes_room);
        *self.of(stands.standing) += 1;
    }

    fn of(&mut self, standing: Standing) -> &mut usize {
        match standing {
            Standing::Arrived => &mut self.arrived,
            Standing::Going | Standing::OnTheWay => &mut self.on_the_way,
            Standing::Waiting => &mut self.waiting,
            Standing::Offline => &mut self.offline,
            Standing::Unheard => &mut self.unheard,
            Standing::Silent => &mut self.silent,
            Standing::Failed => &mut self.failed,
            Standing::Held => &mut self.held,
            Standing::Skipped => &mut self.skipped,
        }
    }

    /// A host that was waiting is let go.
    pub(crate) fn let_go(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
        self.on_the_way += 1;
        self.taking_room += 1;
    }

    /// Those that the wave is judged by: neither passed over nor left out.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.hosts - self.offline - self.skipped
    }

    /// Those that did not make it.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.failed + self.silent
    }
}

impl std::ops::Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            hosts: self.hosts + other.hosts,
            arrived: self.arrived + other.arrived,
            on_the_way: self.on_the_way + other.on_the_way,
            waiting: self.waiting + other.waiting,
            failed: self.failed + other.failed,
            silent: self.silent + other.silent,
            offline: self.offline + other.offline,
            unheard: self.unheard + other.unheard,
            held: self.held + other.held,
            skipped: self.skipped + other.skipped,
            taking_room: self.taking_room + other.taking_room,
        }
    }
}
