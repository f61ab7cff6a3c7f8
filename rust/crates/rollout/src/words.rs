//! The sentences of the whole and of its waves: each names hosts and numbers, and what would change it.
//! A host's own are in `host`.

mod host;

use std::fmt::Write;

use jiff::Timestamp;

use crate::decision::{State, WaveState};
use crate::now::{Deciding, WaveNow};
use crate::sentence::{hosts, names, time};
use crate::standing::Standing;
use crate::tally::Tally;
use crate::window::Opening;

const ON_THE_WAY: [Standing; 2] = [Standing::Going, Standing::OnTheWay];

/// Where the whole stands.
pub fn rollout(it: &Deciding, state: State, tally: &Tally) -> String {
    let rollout = it.rollout;
    let release = format!("release {}", rollout.plan.sequence);
    let finish = match tally.on_the_way {
        0 => String::new(),
        _ => format!("; {} on the way still", names(it.named(None, &ON_THE_WAY))),
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
            format!("{release}: {}{finish}", said(rollout.abort.as_ref(), "ended it"))
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
                "; none had arrived".to_owned()
            } else {
                format!(
                    "; {} run it, and go back with the next release: `nixfleet release --rollback-to {}`",
                    names(arrived),
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
            let _ = write!(text, "; {words}: {}", names(named));
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
                "{} of wave `{}`, {}",
                lost(it, at),
                it.rollout.waves[at].wave.name,
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

/// `web-01 and web-02 failed, db-01 has not been heard of since it was let go`.
fn lost(it: &Deciding, wave: usize) -> String {
    let mut parts = Vec::new();
    let failed = it.named(Some(wave), &[Standing::Failed]);
    if !failed.is_empty() {
        parts.push(format!("{} failed", names(failed)));
    }
    let silent = it.named(Some(wave), &[Standing::Silent]);
    if !silent.is_empty() {
        let have = if silent.len() == 1 { "has" } else { "have" };
        parts.push(format!("{} {have} been silent since let go", names(silent)));
    }
    parts.join(", ")
}

fn allowance(now: &WaveNow) -> String {
    let lost = now.tally.lost();
    let may = now.tally.counted() - now.need;
    if lost > may {
        format!("{lost} of {}, and {may} may", hosts(now.tally.counted()))
    } else {
        format!("and no more than {} may be on the way or have failed at a time", now.at_most)
    }
}

fn way_out(it: &Deciding) -> String {
    let wave = it.waves.iter().position(|it| it.state == WaveState::Failed);
    let promote = wave
        .map_or_else(String::new, |at| format!(", `promote {}`", it.rollout.waves[at].wave.name));
    format!(": `retry` or `skip` them{promote}, or release anew")
}

/// Where a wave stands.
pub fn wave(it: &Deciding, at: usize) -> String {
    let now = &it.waves[at];
    let progress = || progress(it, Some(at), &now.tally);
    let until = now.until.map_or_else(|| "no time that is known".into(), exact);
    match now.state {
        WaveState::Closed => is_closed(it, at),
        WaveState::Passed => match &it.rollout.waves[at].promoted {
            Some(word) => format!("{} took it as done; {}", word.by, progress()),
            None => progress(),
        },
        WaveState::Failed => {
            format!("{}: {}{}", lost(it, at), allowance(now), way_out(it))
        }
        WaveState::Soaking => format!("{}; it has to hold until {until}", progress()),
        WaveState::Window => {
            let opening = it.rollout.waves[at].opening.as_ref();
            let window = opening.map_or_else(String::new, |it| window(it, now.until));
            format!("{window}; {}", progress())
        }
        WaveState::Open if now.tally.counted() == 0 => format!(
            "{}; one has to before any other wave: start {} or `skip` it",
            progress(),
            names(it.named(Some(at), &[Standing::Offline]))
        ),
        WaveState::Open => progress(),
    }
}

/// `9 of 40 hosts arrived; on the way, at most 10 at a time: web-10, web-11, web-12 and 7 more`.
fn progress(it: &Deciding, wave: Option<usize>, tally: &Tally) -> String {
    let mut text = format!("{} of {} arrived", tally.arrived, hosts(tally.hosts));
    let open = wave.map(|at| &it.waves[at]).filter(|it| it.state != WaveState::Passed);
    if let Some(now) = open.filter(|it| it.need < it.tally.counted()) {
        let _ = write!(text, ", {} have to", now.need);
    }
    let mut add = |words: &str, standing: &[Standing]| {
        let named = it.named(wave, standing);
        if !named.is_empty() {
            let _ = write!(text, "; {words}: {}", names(named));
        }
    };
    let at_most = wave.map(|at| it.waves[at].at_most).filter(|it| *it < tally.hosts);
    let on_the_way = at_most.map_or_else(
        || "on the way".to_owned(),
        |it| format!("on the way, at most {it} at a time"),
    );
    add(&on_the_way, &ON_THE_WAY);
    add("failed", &[Standing::Failed]);
    add("silent since let go", &[Standing::Silent]);
    add("held", &[Standing::Held]);
    add("left out", &[Standing::Skipped]);
    add("not heard of since the start here", &[Standing::Unheard]);
    add("not heard of and passed over", &[Standing::Offline]);
    text
}

pub fn is_closed(it: &Deciding, at: usize) -> String {
    match at.checked_sub(1) {
        Some(before) => format!(
            "wave `{}` opens after `{}`",
            it.rollout.waves[at].wave.name, it.rollout.waves[before].wave.name
        ),
        None => "it is about to begin".into(),
    }
}

pub fn window(opening: &Opening, next: Option<Timestamp>) -> String {
    let window = opening.window();
    match next {
        Some(next) => format!("the window `{window}` opens at {}", exact(next)),
        None if opening.has_zone() => format!("the window `{window}` does not open"),
        None => {
            format!("the window `{window}` never opens: there is no time zone `{}`", window.zone())
        }
    }
}

pub fn wave_is_full(it: &Deciding, at: usize) -> String {
    let mut taking = it.named(Some(at), &ON_THE_WAY);
    taking.extend(it.named(Some(at), &[Standing::Failed, Standing::Silent, Standing::Unheard]));
    format!(
        "at most {} of wave `{}` may be on the way or have failed at a time: {}",
        it.waves[at].at_most,
        it.rollout.waves[at].wave.name,
        names(taking)
    )
}

pub fn budget_is_full(it: &Deciding, at: usize) -> String {
    let tags = it.rollout.plan.budgets[at].tags.join("`, `");
    let taking = it.rollout.budgets[at].iter();
    let taking = taking.filter(|host| it.judged[**host].takes_room);
    format!(
        "at most {} of the hosts with `{tags}` may be on the way or have failed at a time: {}",
        it.budgets[at].at_most,
        names(taking.map(|host| it.rollout.members[*host].name.as_str()))
    )
}

fn said(word: Option<&crate::track::Word>, what: &str) -> String {
    match word {
        Some(word) => {
            format!("{} {what} at {}", nixfleet_nix::visible(&word.by), time(word.at))
        }
        None => what.to_owned(),
    }
}

/// A time to the second: what is waited for.
fn exact(at: Timestamp) -> String {
    format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S"))
}
