//! Where the whole stands, in words.

use std::fmt::Write;

use super::loss::{allowance, lost, way_out};
use super::wave::{progress, wave};
use super::{ON_THE_WAY, exact};
use crate::decision::{State, WaveState};
use crate::now::Deciding;
use crate::sentence::{hosts, time};
use crate::standing::Standing;
use crate::tally::Tally;

/// Where the whole stands.
pub fn rollout(it: &Deciding, state: State, tally: &Tally) -> String {
    let rollout = it.rollout;
    let release = format!("release {}", rollout.plan.sequence);
    let finish = match tally.on_the_way {
        0 => String::new(),
        _ => format!("; {} on the way still", it.named(None, &ON_THE_WAY)),
    };
    match state {
        State::Superseded => {
            let newer = rollout.superseded.map_or(0, |(_, sequence)| sequence);
            format!("{release}: release {newer} took its place{finish}")
        }
        State::Expired => {
            let at = rollout.plan.expires.map_or_else(String::new, exact);
            let progress = progress(it, None, tally);
            format!(
                "{release} expired at {at}, and no host takes it any more: release anew; {progress}"
            )
        }
        State::Aborted => {
            let ended = said(rollout.abort.as_ref(), "ended it");
            format!("{release}: {ended}: release anew{finish}")
        }
        State::Paused => {
            format!(
                "{release}: {}: `resume` goes on{finish}",
                said(rollout.pause.as_ref(), "paused it")
            )
        }
        State::GivenUp => {
            let arrived = it.named(None, &[Standing::Arrived]);
            let back = if arrived.is_empty() {
                "; none had arrived: release anew".to_owned()
            } else {
                format!(
                    "; {arrived} run it, and go back with the next release: `nixfleet release --rollback-to {}`",
                    rollout.plan.sequence.saturating_sub(1)
                )
            };
            format!("{release} is given up: {}{finish}{back}", failed(it))
        }
        State::Halted => format!("{release} stopped: {}{finish}{}", failed(it), way_out(it)),
        State::Complete => complete(it, &release, tally),
        State::Running => {
            let open = it.waves.iter().position(|it| it.state != WaveState::Passed);
            match open {
                Some(at) => format!(
                    "{release}: wave `{}` ({} of {}): {}",
                    rollout.waves[at].wave.name,
                    at + 1,
                    it.waves.len(),
                    wave(it, at),
                ),
                None => format!("{release}: {}", progress(it, None, tally)),
            }
        }
    }
}

fn complete(it: &Deciding, release: &str, tally: &Tally) -> String {
    let mut text = format!("{release}: {} of {} run it", tally.arrived, hosts(tally.hosts));
    for (standing, words) in [
        (Standing::Failed, "failed, which the plan allows"),
        (Standing::Silent, "silent, which the plan allows"),
        (Standing::Held, "held"),
        (Standing::Skipped, "left out"),
        (Standing::Offline, "not heard of, to go when heard of"),
    ] {
        let named = it.named(None, &[standing]);
        if !named.is_empty() {
            let _ = write!(text, "; {words}: {named}");
        }
    }
    text
}

/// What failed, where the whole has.
fn failed(it: &Deciding) -> String {
    let waves = it.waves.iter().enumerate().filter(|(_, it)| it.state == WaveState::Failed);
    let mut parts: Vec<String> = waves
        .map(|(at, now)| {
            format!(
                "in wave `{}` {}, {}",
                it.rollout.waves[at].wave.name,
                lost(it, at),
                allowance(now)
            )
        })
        .collect();
    parts.extend(it.used_up.clone().filter(|_| parts.is_empty()));
    if parts.is_empty() {
        parts.push("more hosts failed than the plan allows".into());
    }
    parts.join("; ")
}

fn said(word: Option<&crate::track::Word>, what: &str) -> String {
    match word {
        Some(word) => {
            format!("{} {what} at {}", nixfleet_nix::visible(&word.by), time(word.at))
        }
        None => what.to_owned(),
    }
}
