//! When those come again that could not be served now: not all at once.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// After how many seconds one comes again that could not be served now, at most.
const BUSY: u64 = 20;

/// After how many seconds.
pub(crate) fn soon() -> u64 {
    1 + chance() % BUSY
}

/// Of many that began at once each waits for another time: between three quarters and all of it.
pub(crate) fn jittered(time: u64) -> u64 {
    time - chance() % (time / 4 + 1)
}

fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}
