//! The rollout: the release, the waves with their sentences, and what wants somebody's eye.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use nixfleet_rollout::{Tally, WaveState, WaveVerdict};

use super::frame::{Frame, time};
use super::shown;
use crate::people::People;
use crate::status::{ReleaseStatus, RolloutStatus, Status};

pub(super) async fn page(State(people): State<People>) -> Response {
    let frame = Frame::of(&people);
    shown(people.status().await.map(|status| {
        let content = html! {
            (attention(&status))
            @match (&status.release, &status.rollout) {
                (Some(it), Some(rollout)) => { (release(it)) (waves(rollout)) }
                _ => {
                    h1 { "No release yet" }
                    p { "Whoever made one brings it: " code { "nixfleet release --to control-plane://HOST" } "." }
                }
            }
        };
        frame.around("Rollout", &content)
    }))
}

fn attention(status: &Status) -> Markup {
    html! {
        @if let Some(why) = &status.trouble {
            p.alert { strong { "No host is let go. " } (why) }
        }
        @if !status.ahead.is_empty() {
            p.alert {
                strong { "The newest release was lost here. " }
                (status.ahead.len()) " hosts know a newer one, such as " (status.ahead[0])
                ": bring it again. Until then they are offered nothing."
            }
        }
        @for doubled in &status.doubled {
            p.alert {
                strong { "Two machines have the key of " (doubled.host) ": " }
                @for (at, address) in doubled.addresses.iter().enumerate() {
                    @if at > 0 { ", " } (address)
                }
                ". A disk was cloned, or the key was stolen."
            }
        }
        @if let Some(release) = &status.release {
            @if !release.without_key.is_empty() {
                p.alert {
                    (release.without_key.len()) " hosts have no key in the release and cannot ask, such as "
                    (release.without_key[0]) ": write " code { "hostKey" } "."
                }
            }
        }
    }
}

fn release(it: &ReleaseStatus) -> Markup {
    html! {
        h1 { "Release " (it.sequence) }
        dl {
            dt { "Signed by" } dd { (it.signed_by.join(", ")) }
            dt { "Made" } dd { (time(it.created)) }
            dt { "Brought" } dd { (time(it.brought)) }
            @if let Some(revision) = &it.revision { dt { "Revision" } dd { code { (revision) } } }
        }
    }
}

fn waves(rollout: &RolloutStatus) -> Markup {
    html! {
        p.sentence.failed[rollout.state.is_failure()] { (rollout.sentence) }
        (bar(&rollout.tally))
        ol.waves {
            @for wave in &rollout.waves {
                li class=(class(wave)) {
                    h2 { a href={ "/hosts?wave=" (super::frame::encoded(&wave.name)) } { (wave.name) } }
                    (bar(&wave.tally))
                    p { (wave.sentence) }
                }
            }
        }
    }
}

fn class(wave: &WaveVerdict) -> &'static str {
    match wave.state {
        WaveState::Passed => "passed",
        WaveState::Failed => "failed",
        WaveState::Closed | WaveState::Window => "closed",
        WaveState::Open | WaveState::Soaking => "open",
    }
}

/// How many hosts stand where: a bar, and the same in words.
fn bar(tally: &Tally) -> Markup {
    let parts = [
        ("arrived", tally.arrived),
        ("away", tally.on_the_way),
        ("failed", tally.failed + tally.silent),
        ("waiting", tally.waiting + tally.unheard),
        ("gone", tally.offline + tally.held + tally.skipped),
    ];
    let named = [
        ("arrived", tally.arrived),
        ("on the way", tally.on_the_way),
        ("waiting", tally.waiting),
        ("failed", tally.failed),
        ("silent", tally.silent),
        ("offline", tally.offline),
        ("not heard yet", tally.unheard),
        ("held", tally.held),
        ("skipped", tally.skipped),
    ];
    let words: Vec<String> =
        named.iter().filter(|it| it.1 > 0).map(|(name, hosts)| format!("{hosts} {name}")).collect();
    let mut at = 0.0;
    html! {
        svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=(words.join(", ")) {
            @for (name, hosts) in parts {
                @if hosts > 0 {
                    @let width = share(hosts, tally.hosts);
                    rect class=(name) x=(at) y="0" width=(width) height="4" {}
                    ({ at += width; "" })
                }
            }
        }
        p.tally { (tally.hosts) " hosts: " (words.join(", ")) }
    }
}

/// Of a hundred.
#[allow(clippy::cast_precision_loss)]
fn share(hosts: usize, all: usize) -> f64 {
    100.0 * hosts as f64 / all.max(1) as f64
}
