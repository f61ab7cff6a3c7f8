//! Which hosts were heard of with nothing new: that is not written down each time, and counts all the
//! same. Where there are several control planes, they tell each other once in a while.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::core::Core;
use crate::seat::Seats;
use crate::store::Keep;

/// How often the others are told. A host counts as offline after ten minutes, and one that waits
/// speaks every four.
const SHARE_EVERY: Duration = Duration::from_secs(60);

/// What the core and the others were told.
#[derive(Default)]
pub(super) struct Sight {
    /// Whether the core knows all but what is news.
    is_known: bool,
    shared: Option<(Instant, Timestamp)>,
}

impl Sight {
    /// Tells the core: of ten thousand hosts that wait a few were heard of since it was told last.
    pub(super) fn feed(&mut self, core: &mut Core, seats: &Seats, now: Timestamp) {
        for seat in seats.all().values() {
            if let Some(at) = seat.seen_since(!self.is_known) {
                core.seen(&seat.name, at, now);
            }
        }
        self.is_known = true;
    }

    /// The core knows what is written down, and no more.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// What to write down for the others, if it is time.
    pub(super) fn share(&mut self, seats: &Seats) -> Option<Keep> {
        if self.shared.is_some_and(|it| it.0.elapsed() < SHARE_EVERY) {
            return None;
        }
        let since = self.shared.map(|it| it.1);
        let seen: Vec<(String, Timestamp)> = seats
            .all()
            .values()
            .filter_map(|seat| Some((seat.name.clone(), seat.seen()?)))
            .filter(|(_, at)| since.is_none_or(|it| *at >= it))
            .collect();
        self.shared = Some((Instant::now(), Timestamp::now()));
        (!seen.is_empty()).then_some(Keep::Seen(seen))
    }
}
