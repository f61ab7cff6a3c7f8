//! A Nix that builds at once what it is asked for, or fails.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nixfleet_nix::{Closures, Nix, NixError, StorePath};
use serde_json::Value;

use crate::{Accelerator, Clock, Phase};

use super::{Fake, ISO, SCRIPT, SYSTEM};

impl Nix for Fake {
    fn eval_json(&self, _: &str, apply: Option<&str>) -> Result<Vec<u8>, NixError> {
        if apply.is_some_and(|it| it.contains("environment.persistence")) {
            let declared: Value = serde_json::json!({
                "wiped": self.behaviour.survival.is_some(),
                "option": "nixfleet.impermanence",
                "directories": ["/var/log"],
                "files": [],
                "ignored": [],
                "homes": {},
            });
            return Ok(declared.to_string().into_bytes());
        }
        let mut test = serde_json::json!({ "units": ["nginx.service"] });
        if self.behaviour.memory > 0 {
            test["memory"] = self.behaviour.memory.into();
        }
        let mut test: Value = serde_json::json!({
            "test": test,
            "disks": [
                { "device": "/dev/disk/by-id/nvme-1", "sizes": ["1G", "100%"] },
                { "device": "/dev/disk/by-id/nvme-2", "sizes": ["100G"] },
            ],
        });
        if self.behaviour.no_disks {
            test["disks"] = serde_json::json!([]);
        }
        Ok(test.to_string().into_bytes())
    }

    fn build(&self, _: &[String]) -> Result<Vec<StorePath>, NixError> {
        if self.behaviour.nix_hangs {
            let limit = Phase::Build.limit(Accelerator::Kvm);
            self.sleep(limit);
            return Err(NixError::TimedOut { command: "nix build".into(), limit });
        }
        if self.behaviour.nix_dies {
            let killed = ExitStatus::from_raw(9);
            return Err(NixError::ended("nix build --json x".into(), killed, String::new()));
        }
        match self.behaviour.nix_error {
            Some(error) => Err(NixError::failed("nix build".into(), Some(1), error)),
            None => Ok([ISO, SYSTEM, SCRIPT].map(|it| it.parse().unwrap()).into()),
        }
    }

    fn closures(&self, _: Option<&str>, _: &[StorePath]) -> Result<Closures, NixError> {
        Ok(Closures::new())
    }

    fn reach(&self, _: &str) -> Result<(), NixError> {
        Ok(())
    }

    fn copy(&self, _: &str, _: &[StorePath]) -> Result<(), NixError> {
        Ok(())
    }
}
