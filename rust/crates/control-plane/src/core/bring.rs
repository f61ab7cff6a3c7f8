//! A release comes, and with it a rollout.

use jiff::Timestamp;
use nixfleet_link::CheckIn;
use nixfleet_rollout::{Impossible, Kind, Plan, Rollout};

use super::{Core, members};
use crate::shelf::{self, Brought, Files, NotTaken};
use crate::store::Keep;

impl Core {
    /// Somebody brings a release. What is wrong with its plan is said, and is no reason to refuse
    /// what was signed.
    ///
    /// # Errors
    /// When it is not taken, in a sentence; then nothing has changed.
    pub fn bring(
        &mut self,
        mut files: Files,
        now: Timestamp,
    ) -> Result<(Vec<Keep>, Vec<Impossible>), NotTaken> {
        // The releases that changed the keys stay, for hosts that missed one.
        let before = self.shelf().into_iter().flat_map(|it| &it.files);
        for (name, bytes) in before.filter(|it| it.0.starts_with("rotations/")) {
            files.entry(name.clone()).or_insert_with(|| bytes.clone());
        }
        let (mut release, trusted) =
            match shelf::bring(&self.fleet, &self.configured, self.trusted.as_ref(), files, now)? {
                Brought::Taken(release, trusted) => (release, trusted),
                Brought::Same => return Ok((Vec::new(), self.never_ends(now))),
            };
        let (mut keep, is_first) = (Vec::new(), self.current.is_none());
        if !is_first {
            keep.push(self.happened(Kind::Superseded { sequence: release.known.sequence }, now));
        }
        let now = now.max(self.last);
        release.at = now;
        let (plan, members) = (Plan::from(&*release.head), members(&release));
        let rollout = match &self.current {
            Some(before) => before.rollout.newer(plan, members, now),
            None => Rollout::new(plan, members, now),
        };
        // What is known of hosts goes with them, and is no news of this rollout.
        let known = rollout.events();
        keep.push(Keep::Release(release.clone(), trusted.clone(), known));
        self.trusted = Some(trusted);
        let gone: Vec<String> =
            self.said.keys().filter(|it| !release.entries.contains_key(*it)).cloned().collect();
        for host in gone {
            self.said.remove(&host);
            keep.push(Keep::Forget(host));
        }
        self.begin(*release, rollout, now);
        if is_first {
            // What hosts had said to one whose release is lost.
            let told: Vec<(String, CheckIn)> = self.said.clone().into_iter().collect();
            for (host, said) in told {
                keep.push(self.happened(Kind::Report { host, report: said.report }, now));
            }
        }
        Ok((keep, self.never_ends(now)))
    }

    /// Why the newest release can never finish: said each time that it is brought.
    fn never_ends(&self, now: Timestamp) -> Vec<Impossible> {
        self.current.as_ref().map_or_else(Vec::new, |it| it.rollout.never_ends(now))
    }
}
