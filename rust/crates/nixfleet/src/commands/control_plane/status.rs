//! What a control plane says of itself. One of another version may leave out what this one has not to
//! know.

use jiff::Timestamp;
use nixfleet_rollout::{Health, Trouble, doubled};
use nixfleet_text::Foreign;
use serde::Deserialize;

/// What it says of itself.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The fleet's name.
    pub fleet: String,
    /// The newest release; none before the first.
    pub release: Option<Release>,
    /// Keys that several machines use at once.
    #[serde(default)]
    pub doubled: Vec<Doubled>,
    /// How many more there are.
    #[serde(default)]
    pub doubled_more: usize,
    /// Hosts that know a newer release, which is lost there.
    #[serde(default)]
    pub ahead: Vec<String>,
    /// How many more there are.
    #[serde(default)]
    pub ahead_more: usize,
    /// Why nothing can be written down, while it cannot.
    pub trouble: Option<String>,
}

impl Status {
    /// What is wrong, in words.
    pub fn troubles(&self) -> Vec<Trouble> {
        let release = self.release.as_ref();
        let doubled = self.doubled.iter().map(|it| doubled(&it.host, &it.addresses));
        let health = Health {
            unwritten: self.trouble.as_deref().map(|it| Foreign::from(it).excerpt()),
            ahead: (self.ahead.clone(), self.ahead_more),
            without_key: release
                .map(|it| (it.without_key.clone(), it.without_key_more))
                .unwrap_or_default(),
            doubled: (doubled.collect(), self.doubled_more),
        };
        health.troubles()
    }

    /// What wants somebody's eye, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        self.troubles().iter().map(Trouble::sentence).collect()
    }
}

/// The newest release.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Release {
    /// Its number.
    pub sequence: u64,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Who signed it.
    pub signed_by: Vec<String>,
    /// Hosts that cannot ask, since the release has no key for them.
    pub without_key: Vec<String>,
    /// How many more there are.
    pub without_key_more: usize,
}

/// A key that several machines use at once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Doubled {
    /// The host whose it is.
    pub host: String,
    /// Where the machines are.
    pub addresses: Vec<String>,
}
