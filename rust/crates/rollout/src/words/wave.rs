//! Where a wave stands, and what its hosts wait for, in words.

use std::fmt::Write;

use jiff::Timestamp;

use super::loss::{allowance, lost, way_out};
use super::{ON_THE_WAY, exact};
use crate::decision::WaveState;
use crate::named::Named;
use crate::now::Deciding;
use crate::sentence::{hosts, names};
use crate::standing::Standing;
use crate::tally::Tally;
use crate::window::Opening;

/// Where a wave stands.
pub fn wave(it: &Deciding, at: usize) -> String {
    let now = &it.waves[at];
    let progress = || progress(it, Some(at), &now.tally);
    let until = now.until.map_or_else(|| "no time that is known".into(), exact);
    match now.state {
        WaveState::Closed => is_closed(it, at),
        WaveState::Passed => match &it.rollout.waves[at].promoted {
            Some(word) => {
                let by = nixfleet_nix::visible(&word.by);
                format!("taken as done by {by}; {}", progress())
            }
            None => progress(),
        },
        WaveState::Failed => {
            format!("{}, {}{}", lost(it, at), allowance(now), way_out(it))
        }
        WaveState::Soaking => format!("{}; it has to hold until {until}", progress()),
        WaveState::Window => {
            let opening = it.rollout.waves[at].opening.as_ref();
            let window = opening.map_or_else(String::new, |it| window(it, now.until));
            format!("{window}; {}", progress())
        }
        WaveState::Open if now.tally.offline > 0 && now.tally.counted() == 0 => format!(
            "{}; one has to before any other wave: start {} or `skip` it",
            progress(),
            it.named(Some(at), &[Standing::Offline])
        ),
        WaveState::Open => progress(),
    }
}

/// `9 of 40 hosts arrived; on the way, at most 10 at a time: web-10, web-11, web-12 and 7 more`.
pub fn progress(it: &Deciding, wave: Option<usize>, tally: &Tally) -> String {
    let mut text = format!("{} of {} arrived", tally.arrived, hosts(tally.hosts));
    let open = wave.map(|at| &it.waves[at]).filter(|it| it.state != WaveState::Passed);
    if let Some(now) = open.filter(|it| it.need < it.tally.counted()) {
        let _ = write!(text, ", {} have to", now.need);
    }
    let mut add = |words: &str, standing: &[Standing]| {
        let named = it.named(wave, standing);
        if !named.is_empty() {
            let _ = write!(text, "; {words}: {named}");
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

/// What the hosts of a wave wait for that is not open.
pub fn waits_for_its_turn(it: &Deciding, at: usize) -> String {
    let first = it.waves[..at].iter().position(|it| it.state != WaveState::Passed);
    let Some(first) = first else { return is_closed(it, at) };
    let (closed, before) = (is_closed(it, at), wave(it, first));
    if first + 1 == at {
        format!("{closed}: {before}")
    } else {
        format!("{closed}; `{}`: {before}", it.rollout.waves[first].wave.name)
    }
}

pub fn window(opening: &Opening, next: Option<Timestamp>) -> String {
    let window = opening.window();
    match next {
        Some(next) => format!("the window `{window}` opens at {}", exact(next)),
        None if opening.has_zone() => {
            format!("the window `{window}` does not open: release anew with another")
        }
        None => {
            format!(
                "the window `{window}` never opens, since there is no time zone `{}`: release anew with another",
                window.zone()
            )
        }
    }
}

pub fn wave_is_full(it: &Deciding, at: usize) -> String {
    let wave = &it.waves[at];
    let taking = it.named(Some(at), &ON_THE_WAY);
    let failed = [Standing::Failed, Standing::Silent, Standing::Unheard];
    // What failed in a wave that a person took as done takes no room.
    let (failed, or_what) =
        if wave.forgives { (&failed[1..], "silent") } else { (&failed[..], "have failed") };
    let lost = it.named(Some(at), failed);
    // One that is left out takes room as long as it may have begun.
    let left_out = it.rollout.waves[at].hosts.iter().filter(|host| {
        let stands = it.stands[**host];
        stands.standing == Standing::Skipped && stands.takes_room
    });
    let left_out: Named = left_out.map(|host| it.rollout.members[*host].name.as_str()).collect();
    format!(
        "at most {} of wave `{}` may be on the way or {or_what} at a time: {}",
        wave.at_most,
        it.rollout.waves[at].wave.name,
        taking.and(left_out).and(lost)
    )
}

pub fn budget_is_full(it: &Deciding, at: usize) -> String {
    let tags = it.rollout.plan.budgets[at].tags.join("`, `");
    let taking = it.rollout.budgets[at].iter();
    let taking = taking.filter(|host| it.stands[**host].takes_room);
    format!(
        "at most {} of the hosts with `{tags}` may be on the way or have failed at a time: {}",
        it.budgets[at].at_most,
        names(taking.map(|host| it.rollout.members[*host].name.as_str()))
    )
}
