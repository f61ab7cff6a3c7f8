//! Whom this host believes, as it is written down: over its own end and the machine's.

use std::fs;
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use nixfleet_link::Known;
use nixfleet_release::{Admitted, Seen, Signers, Trust};
use serde::{Deserialize, Serialize};

use super::{Host, facts};

/// What is trusted, as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trusted {
    sequence: u64,
    hash: String,
    signers: Signers,
    /// The configuration's own signers when it was written: a change of these is the owner's word.
    configured: Signers,
}

const TRUST: &str = "trust.json";

impl Host {
    /// Who may make a release, as the last one said; `None` before there was one.
    pub(super) fn trusted_signers(&self) -> Result<Option<Signers>, String> {
        let trust = self.trust()?;
        Ok(trust.seen.map(|_| trust.signers))
    }

    /// What is trusted now: what the last release said, unless the host's owner has since changed
    /// the configuration's own keys.
    pub(super) fn trust(&self) -> Result<Trust, String> {
        let configured = self.config.signers();
        let stored: Option<Trusted> = self.folder.read(TRUST).map_err(|error| error.to_string())?;
        let (signers, seen) = match stored {
            None => (configured, None),
            Some(it) => {
                let hash = it.hash.parse().map_err(|_| {
                    format!("`{}` names no hash", self.folder.join(TRUST).display())
                })?;
                let signers = if it.configured == configured { it.signers } else { configured };
                (signers, Some(Seen { sequence: it.sequence, hash }))
            }
        };
        Ok(Trust { fleet: self.config.fleet.clone(), signers, floor: self.config.floor, seen })
    }

    /// Before anything is done with a release it is written down that there is one: an older one is
    /// refused from here on.
    pub(super) fn remember(&self, admitted: &Admitted) -> Result<(), String> {
        let head = admitted.head();
        let trusted = Trusted {
            sequence: head.value().sequence,
            hash: head.hash().to_string(),
            signers: head.value().signers.clone(),
            configured: self.config.signers(),
        };
        self.folder.write(TRUST, &trusted).map_err(|error| error.to_string())
    }

    /// The newest release that was taken.
    pub(super) fn known(&self) -> Option<Known> {
        let stored: Trusted = self.folder.read(TRUST).ok().flatten()?;
        Some(Known { sequence: stored.sequence, hash: stored.hash.parse().ok()? })
    }
}

/// The system's clock, and a moment that has surely passed: when this program was put into the
/// store is not known (Nix sets it to 1), and when the machine's clock was last written down is.
pub(super) fn clocks() -> Vec<Timestamp> {
    let kept = fs::metadata("/var/lib/systemd/timesync/clock").and_then(|it| it.modified()).ok();
    let kept = kept.and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    let kept = kept.and_then(|it| Timestamp::from_second(i64::try_from(it.as_secs()).ok()?).ok());
    [Some(facts::wall()), kept].into_iter().flatten().collect()
}
