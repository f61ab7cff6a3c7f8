//! The rollout: the release, the waves with their sentences, and what wants somebody's eye.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::{Standing, State as RolloutState, WaveState, WaveVerdict};

use super::bar::bar;
use super::frame::{Frame, encoded, key, label, marked, prose, time};
use super::shown;
use crate::clerk::Failure;
use crate::people::{HostPage, People, Which};
use crate::status::{ReleaseStatus, RolloutStatus, Status};

/// How many of the hosts that failed the first page shows, and of those that are silent.
const LOST: usize = 5;

pub(super) async fn page(State(people): State<People>) -> Response {
    let frame = Frame::of(&people);
    let known = known(&people).await;
    shown(known.map(|(status, lost)| frame.around("Rollout", "Rollout", &content(&status, &lost))))
}

async fn known(people: &People) -> Result<(Arc<Status>, [HostPage; 2]), Failure> {
    let which = |state| Which { state: Some(state), limit: Some(LOST), ..Which::default() };
    let status = people.status().await?;
    let failed = people.hosts(which(Standing::Failed)).await?;
    Ok((status, [failed, people.hosts(which(Standing::Silent)).await?]))
}

fn content(status: &Status, lost: &[HostPage]) -> Markup {
    html! {
        (attention(status))
        @match (&status.release, &status.rollout) {
            (Some(it), Some(rollout)) => {
                h1 { "Release " (it.sequence) " " (state(rollout.state)) }
                p.lead.bad[rollout.state.is_failure()] { (prose(&rollout.sentence)) }
                (bar(&rollout.tally, None))
                @for hosts in lost { (unwell(hosts)) }
                (release(it))
                (waves(rollout))
            }
            _ => {
                h1 { "No release yet" }
                p.lead { "Whoever made one brings it: " code { "nixfleet release --to control-plane://HOST" } "." }
            }
        }
    }
}

fn attention(status: &Status) -> Markup {
    html! {
        @for trouble in status.troubles() {
            p.alert { strong { (prose(&trouble.what)) "." } " " (prose(trouble.help)) "." }
        }
    }
}

/// Hosts that somebody has to look at.
fn unwell(hosts: &HostPage) -> Markup {
    html! {
        @if let Some(first) = hosts.hosts.first() {
            ul.unwell {
                @for host in &hosts.hosts {
                    li {
                        a href={ "/hosts/" (host.name) } { (host.name) } " " (label(host.standing))
                        p { (prose(&host.sentence)) }
                    }
                }
                @if hosts.next.is_some() {
                    li { a href={ "/hosts?state=" (key(first.standing)) } { "All " (hosts.total) } }
                }
            }
        }
    }
}

fn release(it: &ReleaseStatus) -> Markup {
    html! {
        dl {
            div { dt { "Signed by" } dd { (it.signed_by.join(", ")) } }
            div { dt { "Made" } dd { (time(it.created)) } }
            div { dt { "Brought" } dd { (time(it.brought)) } }
            @if let Some(revision) = &it.revision { div { dt { "Revision" } dd { code { (revision) } } } }
            div { dt { "Hash" } dd { code { (it.hash) } } }
        }
    }
}

fn waves(rollout: &RolloutStatus) -> Markup {
    html! {
        h2 { "Waves" }
        ol.waves {
            @for wave in &rollout.waves {
                @let (class, words) = wave_state(wave);
                li class=(class) {
                    h3 {
                        a href={ "/hosts?wave=" (encoded(&wave.name)) } { (wave.name) }
                        " " span.quiet { (words) }
                    }
                    (bar(&wave.tally, Some(&wave.name)))
                    p {
                        // It begins with the name of a host.
                        @if wave.state == WaveState::Failed { (marked(&wave.sentence)) }
                        @else { (prose(&wave.sentence)) }
                    }
                }
            }
        }
    }
}

/// Where a wave stands, as a class and in words.
fn wave_state(wave: &WaveVerdict) -> (&'static str, &'static str) {
    match wave.state {
        WaveState::Passed => ("passed", "passed"),
        WaveState::Failed => ("failed", "failed"),
        WaveState::Closed => ("closed", "not open yet"),
        WaveState::Window => ("closed", "waits for its window"),
        WaveState::Open => ("open", "open"),
        WaveState::Soaking => ("open", "soaking"),
    }
}

/// Where a rollout stands, as a label.
fn state(state: RolloutState) -> Markup {
    let (class, words) = match state {
        RolloutState::Running => ("on-the-way", "running"),
        RolloutState::Paused => ("held", "paused"),
        RolloutState::Halted => ("failed", "halted"),
        RolloutState::GivenUp => ("failed", "given up"),
        RolloutState::Aborted => ("failed", "aborted"),
        RolloutState::Expired => ("failed", "expired"),
        RolloutState::Superseded => ("failed", "superseded"),
        RolloutState::Complete => ("arrived", "complete"),
    };
    html! { span class={ "state " (class) } { (words) } }
}
