//! What people say: anything, at any time.

use fastrand::Rng;
use nixfleet_rollout::Command;

use crate::release::Shape;

/// A word; `bold` are those that give away the room that failed hosts take.
pub fn word(rng: &mut Rng, shape: &Shape, bold: bool) -> Command {
    let host = shape.hosts[rng.usize(0..shape.hosts.len())].0.clone();
    match rng.u8(0..if bold { 9 } else { 5 }) {
        0 => Command::Pause,
        1 | 2 => Command::Resume,
        3 => Command::Hold { host },
        4 => Command::Release { host },
        5 => Command::Skip { host },
        6 => Command::Retry { host },
        7 => match shape.waves.first() {
            Some(wave) => Command::Promote { wave: wave.name.clone() },
            None => Command::Resume,
        },
        _ => Command::Abort,
    }
}

/// Whether a word lets hosts go that the plan alone would not.
pub fn is_bold(word: &Command) -> bool {
    matches!(word, Command::Skip { .. } | Command::Retry { .. } | Command::Promote { .. })
}
