//! What VMs that run side by side take of this machine. How much a host wants is known once it is
//! built, so each asks then, and waits until the others leave it enough.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::{Cancel, Error};

/// How often who waits looks whether the user wants the end.
const TICK: Duration = Duration::from_millis(100);

/// A share of a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Memory in MiB.
    pub memory: u32,
    /// Processors.
    pub cores: u32,
}

/// What there is for VMs.
#[derive(Debug)]
pub struct Room {
    all: Share,
    inside: Mutex<Inside>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    count: u32,
    waiting: u32,
    taken: Share,
}

/// A VM's place, until it is dropped.
#[derive(Debug)]
pub struct Place<'a> {
    room: &'a Room,
    share: Share,
}

impl Room {
    /// Room for VMs.
    #[must_use]
    pub fn new(all: Share) -> Self {
        Self { all, inside: Mutex::default(), left: Condvar::new() }
    }

    /// Takes a share; `waits` is called when it is not there yet. One VM is let in whatever it wants.
    ///
    /// # Errors
    /// When the user wants the end.
    pub fn enter(
        &self,
        share: Share,
        cancel: &Cancel,
        waits: impl FnOnce(),
    ) -> Result<Place<'_>, Error> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.has(share, &inside) {
            waits();
            inside.waiting += 1;
            while !self.has(share, &inside) && !cancel.requested() {
                let woken = self.left.wait_timeout(inside, TICK);
                inside = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
            inside.waiting -= 1;
            cancel.check()?;
        }
        inside.count += 1;
        inside.taken.memory += share.memory;
        inside.taken.cores += share.cores;
        Ok(Place { room: self, share })
    }

    fn has(&self, share: Share, Inside { count, taken, .. }: &Inside) -> bool {
        let fit =
            |taken: u32, wanted: u32, all: u32| u64::from(taken) + u64::from(wanted) <= all.into();
        let fits = fit(taken.memory, share.memory, self.all.memory)
            && fit(taken.cores, share.cores, self.all.cores);
        *count == 0 || fits
    }

    /// How many wait for others.
    #[cfg(test)]
    pub fn waiting(&self) -> u32 {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner).waiting
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut inside = self.room.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.count -= 1;
        inside.taken.memory -= self.share.memory;
        inside.taken.cores -= self.share.cores;
        drop(inside);
        self.room.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_memory_or_processors_are_taken() {
        let room = Room::new(Share { memory: 8000, cores: 6 });
        // Who would have to wait gives up.
        let cancel = Cancel::default();
        cancel.request();
        let enter = |memory, cores| {
            let mut waited = false;
            let place = room.enter(Share { memory, cores }, &cancel, || waited = true);
            assert_eq!(place.is_err(), waited);
            place.ok()
        };
        let large = enter(u32::MAX, 1);
        assert!(large.is_some(), "one VM runs whatever there is");
        assert!(enter(1, 1).is_none());
        drop(large);
        let first = enter(4000, 2);
        assert!(enter(4001, 2).is_none() && enter(4000, 5).is_none());
        let second = enter(4000, 4);
        assert!(first.is_some() && second.is_some());
        drop(first);
        assert!(enter(4000, 2).is_some());
    }
}
