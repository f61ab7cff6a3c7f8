//! A guest as SSH meets it: the installer, or the installed host.

use std::time::Duration;

use super::{Fake, KEY, SYSTEM, Ssh};
use crate::Clock;
use crate::ssh::{Connection, Remote, SshError, Target};
use nixfleet_assertion::Ran;

impl Remote for Fake {
    fn answers(&self, _: u16) -> bool {
        let waited = { self.state.lock().map(|it| it.now.saturating_sub(it.booted)).unwrap() };
        let never = self.applies() && self.behaviour.ssh == Ssh::Never;
        !never && waited > Duration::from_secs(20)
    }

    fn run(&self, _: &Target, script: &str, limit: Duration) -> Result<Ran, SshError> {
        if self.applies() {
            match self.behaviour.ssh {
                Ssh::Refuses => return Err(SshError::KeyRefused),
                Ssh::Changed => return Err(SshError::HostKeyChanged),
                Ssh::Silent => {
                    self.sleep(limit);
                    return Err(SshError::TimedOut(limit));
                }
                Ssh::Fine | Ssh::Never => {}
            }
        }
        if let Some((_, link)) = script.split_once("ln -s ") {
            self.state.lock().unwrap().links.push(link.trim_end_matches("; }").to_owned());
        }
        if script.contains("systemctl reboot") {
            let mut state = self.state.lock().unwrap();
            state.restarts += 1;
            state.off = !self.behaviour.stays_on;
        }
        if script.contains("systemctl poweroff") {
            self.state.lock().unwrap().off = !self.behaviour.stays_on;
        }
        let stdout = if script.starts_with("say()") {
            let name = self.behaviour.host_name.unwrap_or("web-01");
            format!(
                "host\t{name}\ntarget\tactive\nsshd\tactive\nstate\trunning\nsystem\t{SYSTEM}\n\
                 zone\tUTC\nhome\tops\nhome\troot\nkey ops\t{KEY}\nkey root\t{KEY}\n"
            )
        } else if script.contains("identity()") {
            let (before, after) = self.behaviour.survival.unwrap_or_default();
            let restarted = self.state.lock().unwrap().restarts > 0;
            (if restarted { after } else { before }).to_owned()
        } else if script.starts_with("systemctl is-active") {
            self.behaviour.unit_state.unwrap_or("active").to_owned()
        } else {
            String::new()
        };
        Ok(Ran { status: 0, stdout: stdout.into(), ..Ran::default() })
    }

    fn connect(&self, target: &Target, limit: Duration) -> Box<dyn Connection> {
        Box::new(Login { fake: self.clone(), target: target.clone(), limit })
    }

    fn holds(&self, _: u16, during: &mut dyn FnMut() -> bool) -> bool {
        during()
    }
}

struct Login {
    fake: Fake,
    target: Target,
    limit: Duration,
}

impl Connection for Login {
    fn wait(&mut self) -> Result<(), SshError> {
        self.fake.run(&self.target, "true", self.limit).map(drop)
    }
}
