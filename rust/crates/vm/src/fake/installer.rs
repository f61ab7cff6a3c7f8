//! A `nixos-anywhere` that takes half a minute, fails, or loops.

use std::path::PathBuf;
use std::time::Duration;

use nixfleet_nix::Foreign;

use super::{Fake, Outcome};
use crate::installer::{Install, Installer, Watch};
use crate::{Clock, Error, Phase};

impl Installer for Fake {
    fn install(&self, install: &Install, watch: &mut dyn Watch) -> Result<(), Error> {
        let end = self.now() + install.limit;
        let outcome = if self.applies() { self.behaviour.installer } else { Outcome::Fine };
        match outcome {
            Outcome::Fine => {
                for _ in 0..300 {
                    watch.look()?;
                    self.sleep(Duration::from_millis(100));
                }
                self.state.lock().unwrap().installs += 1;
                Ok(())
            }
            Outcome::Fails => Err(Error::Install {
                status: "exit status: 1".into(),
                step: "partition".into(),
                tail: "no disk".into(),
                log: PathBuf::from("/log"),
            }),
            Outcome::Loops => loop {
                watch.look()?;
                self.sleep(Duration::from_secs(1));
                if self.now() > end {
                    let seen = "`nixos-anywhere` was to upload".into();
                    let (phase, limit) = (Phase::Install, install.limit);
                    return Err(Error::TimedOut {
                        phase,
                        limit,
                        seen,
                        console: Foreign::default(),
                    });
                }
            },
        }
    }
}
