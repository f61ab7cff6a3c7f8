//! Telling hosts what was decided. A few are told at once; of thousands each worker of the runtime tells its
//! share, so that it wakes those whom it answers next itself: to wake a worker for each takes longer than
//! to answer.

use std::sync::{Arc, mpsc};

use tokio::runtime::Handle;

use crate::core::Core;
use crate::seat::{Seat, Seats};
use crate::told::{Copies, Told};

/// How many a worker tells at a stretch: half of those that can wait at one.
const SHARE: usize = 128;

/// Those who are told.
pub(super) struct Telling<'a> {
    core: &'a Core,
    copies: Copies,
    news: Vec<(Arc<Seat>, Arc<Told>)>,
}

impl<'a> Telling<'a> {
    /// Nobody yet.
    pub(super) fn of(core: &'a Core) -> Self {
        Self { core, copies: Copies::default(), news: Vec::new() }
    }

    /// A seat for each host of the release; a new one begins with what the host is told.
    pub(super) fn seat(&mut self, seats: &Seats) {
        let core = self.core;
        let Some(release) = core.shelf() else { return };
        seats.set(release.hosts(), |name| (self.told(name), core.said().get(name).cloned()));
    }

    /// All of them.
    pub(super) fn all(&mut self, seats: &Seats) {
        seats.all().values().for_each(|it| self.tell(it));
    }

    /// Those of these names.
    pub(super) fn these<'b>(&mut self, seats: &Seats, hosts: impl Iterator<Item = &'b str>) {
        let Some(release) = self.core.shelf() else { return };
        let seats = seats.all();
        hosts.filter_map(|it| seats.get(&release.key_of(it)?)).for_each(|it| self.tell(it));
    }

    fn tell(&mut self, seat: &Arc<Seat>) {
        let told = self.told(&seat.name);
        let is_as_before = {
            let before = seat.answer.borrow();
            Arc::ptr_eq(&before, &told) || before.answer == told.answer
        };
        if !is_as_before {
            self.news.push((seat.clone(), told));
        }
    }

    fn told(&mut self, host: &str) -> Arc<Told> {
        self.copies.share(self.core.answer(host))
    }

    /// Until each has been told: what follows is told after it.
    pub(super) fn end(self, runtime: Option<&Handle>) {
        let Some(runtime) = runtime.filter(|_| self.news.len() > SHARE) else {
            return self.news.into_iter().for_each(give);
        };
        let (done, all) = mpsc::channel::<()>();
        let mut news = self.news.into_iter();
        while news.len() > 0 {
            let (share, done) = (news.by_ref().take(SHARE).collect::<Vec<_>>(), done.clone());
            runtime.spawn(async move {
                share.into_iter().for_each(give);
                drop(done);
            });
        }
        drop(done);
        // Nothing is sent: it ends with the last share, told or, where the program ends, dropped.
        let _ = all.recv();
    }
}

/// Tells a host; if that is news for it, it is woken.
fn give((seat, told): (Arc<Seat>, Arc<Told>)) {
    seat.answer.send_if_modified(|it| {
        let is_news = it.answer.mark != told.answer.mark;
        *it = told;
        is_news
    });
}
