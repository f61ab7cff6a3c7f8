//! How many hosts stand where: a bar, and the same in words.

use maud::{Markup, html};
use nixfleet_rollout::{Standing, Tally};

use super::frame::{encoded, key, words};

/// The bar of a wave, or of all hosts where there is none.
pub(super) fn bar(tally: &Tally, wave: Option<&str>) -> Markup {
    let parts = [
        ("arrived", tally.arrived),
        ("on-the-way", tally.on_the_way),
        ("failed", tally.failed + tally.silent),
        ("waiting", tally.waiting + tally.unheard),
    ];
    let named = named(tally);
    let spoken: Vec<String> =
        named.iter().map(|(it, hosts)| format!("{hosts} {}", words(*it))).collect();
    let of_wave = wave.map(|it| format!("&wave={}", encoded(it))).unwrap_or_default();
    let mut at = 0.0;
    html! {
        svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=(spoken.join(", ")) {
            @for (name, hosts) in parts {
                @if hosts > 0 {
                    @let width = share(hosts, tally.hosts);
                    rect class=(name) x=(at) y="0" width=(width) height="4" {}
                    ({ at += width; "" })
                }
            }
        }
        ul.tally {
            @for (standing, hosts) in named {
                li class=(key(standing)) {
                    // Those that are about to go are counted among them.
                    @if standing == Standing::OnTheWay { (hosts) " " (words(standing)) }
                    @else { a href={ "/hosts?state=" (key(standing)) (of_wave) } { (hosts) " " (words(standing)) } }
                }
            }
        }
    }
}

/// Where hosts stand, and how many, without what is nowhere.
fn named(tally: &Tally) -> Vec<(Standing, usize)> {
    let all = [
        (Standing::Arrived, tally.arrived),
        (Standing::OnTheWay, tally.on_the_way),
        (Standing::Waiting, tally.waiting),
        (Standing::Failed, tally.failed),
        (Standing::Silent, tally.silent),
        (Standing::Offline, tally.offline),
        (Standing::Unheard, tally.unheard),
        (Standing::Held, tally.held),
        (Standing::Skipped, tally.skipped),
    ];
    all.into_iter().filter(|it| it.1 > 0).collect()
}

/// Of a hundred.
#[allow(clippy::cast_precision_loss)]
fn share(hosts: usize, all: usize) -> f64 {
    100.0 * hosts as f64 / all.max(1) as f64
}
