//! Ctrl-C asks for an orderly end, which takes seconds at most. Another one changes nothing.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Error;

/// Whether the user wants the work to end. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token that SIGINT, SIGTERM and SIGHUP set: Ctrl-C, a supervisor, a terminal that is gone.
    ///
    /// # Errors
    /// When the signals cannot be watched.
    pub fn on_signals() -> io::Result<Self> {
        let cancel = Self::default();
        let watcher = cancel.clone();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        thread::spawn(move || {
            for _ in signals.forever() {
                watcher.request();
            }
        });
        Ok(cancel)
    }

    /// Asks for the end.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error when the end was asked for.
    ///
    /// # Errors
    /// [`Error::Interrupted`].
    pub fn check(&self) -> Result<(), Error> {
        if self.requested() { Err(Error::Interrupted) } else { Ok(()) }
    }
}
