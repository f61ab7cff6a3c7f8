//! All releases that were made, and the one that a stranger made.

use fastrand::Rng;
use jiff::Timestamp;
use nixfleet_link::Known;

use crate::release::{Release, Shape};

/// All releases of a fleet.
pub struct Releases {
    pub shape: Shape,
    made: Vec<Release>,
    forged: Release,
}

impl Releases {
    pub fn new(shape: Shape, begin: Timestamp) -> Self {
        Self { forged: shape.forged(begin), made: Vec::new(), shape }
    }

    /// How many there are: the number of the newest.
    pub fn count(&self) -> u64 {
        self.made.len() as u64
    }

    pub fn newest(&self) -> Option<&Release> {
        self.made.last()
    }

    pub fn of(&self, known: Known) -> Option<&Release> {
        self.made.iter().find(|it| it.hash == known.hash)
    }

    /// Makes the next one; `back` is whether its plan goes back where it fails.
    pub fn make(&mut self, created: Timestamp, back: bool) {
        let sequence = self.count() + 1;
        self.made.push(self.shape.release(sequence, created, back));
    }

    /// Any of them, or the one that a stranger made.
    pub fn any(&self, rng: &mut Rng) -> &Release {
        let at = rng.usize(0..=self.made.len());
        self.made.get(at).unwrap_or(&self.forged)
    }
}
