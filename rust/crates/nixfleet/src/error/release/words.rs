//! Parts of sentences about releases.

use nixfleet_nix::visible;

use crate::text::quote::quote;

pub(super) fn numbered(number: Option<u64>) -> String {
    number.map(|it| format!(" {it}")).unwrap_or_default()
}

pub(super) fn proposal(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {}?", quote(name))).unwrap_or_default()
}

pub(super) fn failed(hosts: &[(String, String)]) -> String {
    let lines = hosts.iter().map(|(host, why)| format!("{} can't be built: {why}", quote(host)));
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn lines(never: &[nixfleet_rollout::Impossible]) -> String {
    let lines = never.iter().map(|it| visible(&it.to_string()).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn before(numbers: &[u64]) -> String {
    match numbers {
        [] => ": none was made on this machine".to_owned(),
        [.., last] => format!(": the newest is {last}"),
    }
}

/// What is left of the release that was being made.
pub(super) fn stands(number: Option<u64>) -> String {
    number.map_or(": no release was made, and nothing was published".to_owned(), |number| {
        format!(" while release {number} was published")
    })
}
