//! This host's talk with its control plane.

use std::sync::Arc;

use nixfleet_link::{CheckIn, VERSION};
use nixfleet_release::Hash;
use serde::{Deserialize, Serialize};

use super::{Host, facts};
use crate::control_plane::ControlPlane;
use crate::core::State;
use crate::source::Source;
use crate::standing;

/// The file of the last word to try again that was followed.
const RETRIED: &str = "retried.json";

#[derive(Serialize, Deserialize)]
struct Retried {
    word: u64,
}

impl Host {
    /// Begins to check in, where the configuration names a control plane. Only the agent that serves
    /// does: others look at the machine beside it.
    ///
    /// # Errors
    /// When a key is none, in a sentence.
    pub fn speak(&mut self) -> Result<(), String> {
        let Some(settings) = &self.config.control_plane else { return Ok(()) };
        let plane = Arc::new(ControlPlane::new(settings)?);
        plane.begin(self.wake.waker().map_err(|error| error.to_string())?);
        self.control_plane = Some(plane);
        Ok(())
    }

    /// Where releases come from, in their order.
    pub(super) fn sources(&self) -> Vec<Result<Source, String>> {
        let speaking = self.control_plane.clone().map(Ok);
        let plane = speaking.or_else(|| {
            self.config.control_plane.as_ref().map(|it| ControlPlane::new(it).map(Arc::new))
        });
        let plane = plane.map(|it| it.map(Source::ControlPlane));
        plane.into_iter().chain(self.config.source.iter().map(|it| Source::read(it))).collect()
    }

    /// The control plane that this host speaks to.
    pub(super) fn plane(&self) -> Option<&ControlPlane> {
        self.control_plane.as_deref()
    }

    /// Says where this host stands.
    pub(super) fn check_in(&self, state: &State) {
        let Some(plane) = self.plane() else { return };
        let boot = self.platform.boot();
        let turn = facts::now(&self.config).since_boot;
        plane.say(CheckIn {
            version: VERSION,
            agent: env!("CARGO_PKG_VERSION").into(),
            machine: self.machine(),
            boots: facts::resolved(&self.config.profile),
            release: self.known(),
            report: standing::report(state, &facts::running(), &boot, turn),
            retried: self.folder.read(RETRIED).ok().flatten().map(|it: Retried| it.word),
            known: None,
            wait: 0,
        });
    }

    /// Whether a person said, through the control plane, to try again what failed here.
    pub(super) fn told_to_retry(&self) -> bool {
        let Some(word) = self.plane().and_then(ControlPlane::told_to_retry) else { return false };
        // Where it cannot be written down it is followed once more after the next start.
        let _ = self.folder.write(RETRIED, &Retried { word });
        true
    }

    /// What tells this machine from another with the same key. The id itself is not to be told
    /// (machine-id(5)).
    fn machine(&self) -> String {
        Hash::of(format!("nixfleet {}", self.platform.machine()).as_bytes()).to_string()
    }
}
