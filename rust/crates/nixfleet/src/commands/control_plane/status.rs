//! What a control plane says of itself. One of another version may leave out what this one has not to
//! know.

use jiff::Timestamp;
use nixfleet_text::Foreign;
use serde::Deserialize;

use crate::text::quote::listed_of_more;

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
    /// What wants somebody's eye, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(why) = &self.trouble {
            let why = Foreign::from(why.as_str()).excerpt();
            notes.push(format!("no host is let go, since nothing can be written down: {why}"));
        }
        if !self.ahead.is_empty() {
            notes.push(format!(
                "a newer release is known at {}, and lost here: bring it again with `nixfleet release publish`",
                listed_of_more(&self.ahead, self.ahead_more)
            ));
        }
        if let Some(release) = self.release.as_ref().filter(|it| !it.without_key.is_empty()) {
            notes.push(format!(
                "the release has no key of {}, so they cannot ask: write `hostKey`, and release anew",
                listed_of_more(&release.without_key, release.without_key_more)
            ));
        }
        if !self.doubled.is_empty() {
            let hosts: Vec<String> = self.doubled.iter().map(Doubled::shown).collect();
            notes.push(format!(
                "several machines ask with the key of {}: a disk was cloned, or a key was stolen",
                listed_of_more(&hosts, self.doubled_more)
            ));
        }
        notes
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

impl Doubled {
    /// The host, and from where it is asked for.
    pub fn shown(&self) -> String {
        if self.addresses.is_empty() {
            return self.host.clone();
        }
        format!("{} (at {})", self.host, self.addresses.join(" and "))
    }
}
