//! What happens, and when: the order of things in virtual time.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use nixfleet_link::{Answer, CheckIn};

/// Something that happens.
pub enum Happening {
    /// A host has done what it was about.
    Done { host: usize, token: u64 },
    /// A host says something that it may have said before.
    Ask { host: usize, request: u64 },
    /// What a host says reaches a control plane.
    ToPlane { plane: usize, host: usize, request: u64, said: Box<CheckIn> },
    /// What a control plane answers reaches the host.
    ToHost { host: usize, request: u64, answer: Box<Answer> },
    /// No answer came in time.
    Late { host: usize, request: u64 },
    /// A check-in was held for long enough.
    LetGo { plane: usize, host: usize, request: u64 },
    /// A control plane decides.
    Decide { plane: usize },
    /// A control plane is started again.
    StartPlane { plane: usize },
    /// A control plane does not reach the database.
    CutStore,
    /// And does again.
    MendStore { plane: usize },
    /// A release is made, and brought.
    Publish,
    /// The newest release is brought again, if it is not there.
    Bring,
    /// A host is cut off.
    CutOff,
    /// And is so no more.
    Mend { host: usize },
    /// A host is not there any more.
    GoAway,
    /// And is back.
    ComeBack { host: usize },
    /// The database is lost, or that of yesterday put back.
    LoseDatabase,
    /// The control planes' clocks jump.
    Jump,
    /// A person says something.
    Word,
    /// Whether everything has come to its end.
    Look,
}

/// What is to happen, soonest first; of the same moment, what was said first.
#[derive(Default)]
pub struct Queue {
    entries: BinaryHeap<Reverse<Entry>>,
    /// How many there were.
    pub count: u64,
}

struct Entry {
    at: u64,
    number: u64,
    what: Happening,
}

impl Queue {
    pub fn push(&mut self, at: u64, what: Happening) {
        self.count += 1;
        self.entries.push(Reverse(Entry { at, number: self.count, what }));
    }

    pub fn pop(&mut self) -> Option<(u64, Happening)> {
        self.entries.pop().map(|Reverse(it)| (it.at, it.what))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
