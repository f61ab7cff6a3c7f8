//! A decision as it is shown: what crosses a socket, and what a program reads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decision::{Decision, May, State, WaveVerdict};
use crate::plan::Member;
use crate::rollout::Rollout;
use crate::standing::Standing;
use crate::tally::Tally;

/// A rollout as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Of this shape: 1.
    pub api_version: u32,
    /// The release's number.
    pub sequence: u64,
    /// When the rollout began.
    pub began: Timestamp,
    /// The moment that is shown.
    pub at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// The same in words, with what would change it.
    pub sentence: String,
    /// All hosts together.
    pub tally: Tally,
    /// The waves, in their order.
    pub waves: Vec<WaveVerdict>,
    /// The hosts, by name.
    pub hosts: Vec<HostView>,
}

/// A host as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostView {
    /// Its name.
    pub name: String,
    /// Its wave.
    pub wave: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Where it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it may do.
    #[serde(flatten)]
    pub may: May,
    /// Where it stands and why, in words.
    pub sentence: String,
    /// The store path of what it runs, if it said so.
    pub running: Option<String>,
    /// The store path of what it is to run.
    pub system: String,
    /// When it was last heard of.
    pub seen: Option<Timestamp>,
    /// Whether it cannot ask, since the release has no key to know it by.
    #[serde(default)]
    pub without_key: bool,
}

impl Rollout {
    /// A decision as it is shown.
    #[must_use]
    pub fn view(&self, decision: &Decision) -> View {
        View {
            api_version: 1,
            sequence: self.plan.sequence,
            began: self.began,
            at: decision.at,
            state: decision.state,
            sentence: decision.sentence.clone(),
            tally: decision.tally,
            waves: decision.waves.clone(),
            hosts: decision
                .verdicts()
                .filter_map(|(name, _)| self.host_view(decision, name))
                .collect(),
        }
    }

    /// The hosts, by name, each with the name of the wave that it goes with.
    pub fn hosts(&self) -> impl Iterator<Item = (&Member, &str)> {
        let waves = self.wave_of.iter().map(|it| self.waves[*it as usize].wave.name.as_str());
        self.members.iter().zip(waves)
    }

    /// One host of a decision as it is shown.
    #[must_use]
    pub fn host_view(&self, decision: &Decision, name: &str) -> Option<HostView> {
        let at = self.host(name)?;
        let (member, track, verdict) =
            (&self.members[at], &self.tracks[at], &decision.verdicts[at]);
        Some(HostView {
            name: member.name.clone(),
            wave: self.waves[self.wave_of[at] as usize].wave.name.clone(),
            tags: member.tags.clone(),
            standing: verdict.standing,
            since: verdict.since.get(),
            may: verdict.may,
            sentence: self.sentence(decision, name).unwrap_or_default(),
            running: track
                .told
                .as_ref()
                .map(|it| nixfleet_nix::visible(&it.report.running).into_owned()),
            system: member.system.clone(),
            seen: track.seen,
            without_key: member.without_key,
        })
    }
}
