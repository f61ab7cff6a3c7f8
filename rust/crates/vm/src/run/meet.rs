//! A host among those that are tested in one network: it gets its place there, and waits for others.

use std::time::Duration;

use nixfleet_nix::Foreign;

use super::{Run, Running};
use crate::ssh::Target;
use crate::together::Meeting;
use crate::{Error, Phase};

/// How long the guest may take to set up its network card.
const LIMIT: Duration = Duration::from_secs(60);

impl Run<'_> {
    /// Gives the host its address and its fellows' names, where it has fellows.
    ///
    /// # Errors
    /// When the guest cannot.
    pub fn join(&self, phase: Phase, running: &mut Running) -> Result<(), Error> {
        let Some(together) = &self.options.together else { return Ok(()) };
        let Some(card) = together.card(&self.plan.host) else { return Ok(()) };
        let script = together.script(card);
        let ask = |root: &Target| self.world.remote.run(root, &script, LIMIT);
        let ran = self
            .watched(phase, running, ask)?
            .map_err(|error| self.network_failed(error.to_string().into()))?;
        if ran.status == 0 { Ok(()) } else { Err(self.network_failed(ran.stderr.trim())) }
    }

    /// Waits until all its fellows have come so far.
    ///
    /// # Errors
    /// When one has failed, or the user wants the end.
    pub fn meet(&self, meeting: Meeting, phase: Phase, running: &mut Running) -> Result<(), Error> {
        let Some(together) = &self.options.together else { return Ok(()) };
        together.arrive(meeting);
        while !together.is_complete(meeting) {
            if together.has_failed() {
                return Err(self.network_failed("another host of its network has failed".into()));
            }
            self.watch(phase, running)?;
            self.world.clock.sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn network_failed(&self, reason: Foreign) -> Error {
        Error::Network { host: self.plan.host.clone(), reason }
    }
}
