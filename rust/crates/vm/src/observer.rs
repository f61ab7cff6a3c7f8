//! Who is told what happens, while it happens.

use std::time::Duration;

use nixfleet_nix::Foreign;

use crate::Phase;

/// Shows the progress of runs, which may go side by side.
pub trait Observer: Send + Sync {
    /// A phase begins.
    fn begin(&self, host: &str, phase: Phase);
    /// Something about the phase under way, such as a step of it.
    fn step(&self, host: &str, text: &Foreign);
    /// A phase has ended.
    fn end(&self, host: &str, phase: Phase, took: Duration, held: bool);
    /// Something that should stay on the screen.
    fn note(&self, host: &str, text: &Foreign);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn begin(&self, _: &str, _: Phase) {}
    fn step(&self, _: &str, _: &Foreign) {}
    fn end(&self, _: &str, _: Phase, _: Duration, _: bool) {}
    fn note(&self, _: &str, _: &Foreign) {}
}
