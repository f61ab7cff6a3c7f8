//! The new system's own agent: what must hold on a new system, in which times, and where its releases
//! come from are what that system says, and no longer what this one does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nixfleet_assertion::Spec;
use nixfleet_nix::process;
use nixfleet_release::plan::Span;
use serde::Deserialize;

use super::Host;
use super::words::last_line;
use crate::config::{self, CONFIG_BYTES};
use crate::core::{Asked, PROBE_LIMIT, Target, Terms};

/// The status of a program that does not know the words: an agent of before there was a `probe`.
const USAGE: i32 = 2;

/// Of a configuration that may be of a later agent, what this one has to know.
#[derive(Deserialize)]
struct Words {
    probation: Span,
    settle: Span,
    #[serde(default)]
    health: serde_json::Value,
}

impl Host {
    /// The times in which a new system wants to be judged; this agent's own where it says none.
    pub(super) fn terms(&self, target: &Target) -> Terms {
        read_terms(&file(&target.system)).unwrap_or_else(|| (&self.settings).into())
    }

    /// What does not hold, as the new system's agent says; `None` where it has none that can be
    /// asked, or says what this one says.
    ///
    /// # Errors
    /// When its agent does not work, in a sentence.
    pub(super) fn successor_says(&self, system: &str) -> Option<Result<Vec<String>, String>> {
        let (program, file) = (program(system), file(system));
        let is_same = is_same_file(&file, &self.config_path)
            && std::env::current_exe().is_ok_and(|own| is_same_file(&program, &own));
        if is_same || !program.exists() || !file.exists() {
            return None;
        }
        let mut command = Command::new(program);
        command.arg("--config").arg(file).arg("probe").env_remove("NOTIFY_SOCKET");
        let limit = Duration::from_millis(PROBE_LIMIT);
        let asked = process::output_unless(&mut command, limit, || {
            crate::notify::alive();
            false
        });
        let output = match asked {
            Ok(output) => output,
            Err(error) => return Some(Err(format!("its agent cannot be started: {error}"))),
        };
        match output.status.map(|it| it.code()) {
            Some(Some(0)) => {}
            Some(Some(USAGE)) => return None,
            Some(_) => return Some(Err(format!("its agent fails: {}", last_line(&output.stderr)))),
            None => {
                return Some(Err(format!("its agent does not answer in {} s", limit.as_secs())));
            }
        }
        let said = serde_json::from_str(output.stdout.raw());
        Some(said.map_err(|error| format!("its agent says what cannot be read: {error}")))
    }

    /// What a new system says to a switch, and refused where its own agent could not prove it: after
    /// a restart nobody else is there to.
    pub(super) fn has_successor(&self, system: &str, asked: Asked) -> Asked {
        let service = |root: &str| Path::new(root).join(self.platform.agent_service());
        let is_lost = service("/run/current-system").exists() && !service(system).exists();
        match asked {
            Asked::NeedsRestart if is_lost => Asked::Refused(format!(
                "it takes a restart, and has no agent that could prove it after that: start it by hand, with `{}`",
                self.platform.by_hand()
            )),
            Asked::Live | Asked::NeedsRestart => match self.successor_says(system) {
                Some(Err(why)) => Asked::Refused(why),
                _ => asked,
            },
            asked => asked,
        }
    }
}

fn program(system: &str) -> PathBuf {
    Path::new(system).join("sw/bin/nixfleet-agent")
}

fn file(system: &str) -> PathBuf {
    Path::new(system).join("etc/nixfleet/agent.json")
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    matches!((fs::canonicalize(one), fs::canonicalize(other)), (Ok(a), Ok(b)) if a == b)
}

fn read_terms(file: &Path) -> Option<Terms> {
    let small = fs::metadata(file).is_ok_and(|it| it.len() <= CONFIG_BYTES);
    let text = if small { fs::read(file).ok()? } else { return None };
    let words: Words = serde_json::from_slice(&text).ok()?;
    let health: Spec = serde_json::from_value(words.health).unwrap_or_default();
    Some(config::terms(words.probation, words.settle, &health))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_system_says_in_which_times_it_is_judged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("agent.json");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            read_terms(&file)
        };
        let terms = |probation, settle| Some(Terms { probation, settle });
        let later = r#"{"probation":"2m","settle":"30s","unknown":1,"health":{"more":[]}}"#;
        assert_eq!(read(later), terms(120_000, 30_000));
        let slow = r#"{"probation":"1m","settle":"30s","health":{"units":[{"unit":"a.service","within":300}]}}"#;
        assert_eq!(read(slow), terms(60_000, 300_000));
        assert_eq!(read("{}"), None);
        assert_eq!(read_terms(Path::new("/nowhere")), None);
    }
}
