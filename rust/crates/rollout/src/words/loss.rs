//! What did not make it, and what to do about it.

use crate::decision::WaveState;
use crate::now::{Deciding, WaveNow};
use crate::sentence::hosts;
use crate::standing::Standing;

/// `web-01 and web-02 failed, db-01 has not been heard of since it was let go`.
pub fn lost(it: &Deciding, wave: usize) -> String {
    let mut parts = Vec::new();
    let failed = it.named(Some(wave), &[Standing::Failed]);
    if !failed.is_empty() {
        parts.push(format!("{failed} failed"));
    }
    let silent = it.named(Some(wave), &[Standing::Silent]);
    if !silent.is_empty() {
        let have = if silent.len() == 1 { "has" } else { "have" };
        parts.push(format!("{silent} {have} been silent since let go"));
    }
    parts.join(", ")
}

pub fn allowance(now: &WaveNow) -> String {
    let lost = now.tally.lost();
    let may = now.tally.counted() - now.need;
    if lost > may {
        format!("{lost} of {}, and {may} may", hosts(now.tally.counted()))
    } else {
        format!("and no more than {} may be on the way or have failed at a time", now.at_most)
    }
}

pub fn way_out(it: &Deciding) -> String {
    if it.is_over() {
        return ": release anew".into();
    }
    let wave = it.waves.iter().position(|it| it.state == WaveState::Failed);
    let promote = wave
        .map_or_else(String::new, |at| format!(", `promote {}`", it.rollout.waves[at].wave.name));
    format!(": `retry` or `skip` them{promote}, or release anew")
}
