//! The sentences: each names hosts and numbers, and what would change it.

mod host;
mod loss;
mod wave;
mod whole;

use jiff::Timestamp;

use crate::standing::Standing;

pub use wave::{budget_is_full, waits_for_its_turn, wave, wave_is_full, window};
pub use whole::rollout;

const ON_THE_WAY: [Standing; 2] = [Standing::Going, Standing::OnTheWay];

/// A time to the second: what is waited for.
fn exact(at: Timestamp) -> String {
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S"))
}
