//! A control plane: over SSH to its machine, and there into its socket.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nixfleet_release::{HEAD_FILE, SIGNATURES_FILE};
use nixfleet_text::is_label;

use super::machine::{self, ssh};
use super::{Part, said, trouble};
use crate::commands::hosts::Address;
use crate::commands::release::files;
use crate::error::Trouble;
use crate::text::page::tell;
use crate::text::quote::listed_of_more;

/// `control-plane://[user@]host[:port]`, where the port is that of SSH; without a host, of this
/// machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane(Option<Address>);

impl Plane {
    /// Reads what stands after `control-plane://`.
    pub fn parse(rest: &str) -> Result<Self, &'static str> {
        if rest.is_empty() {
            return Ok(Self(None));
        }
        let machine = machine::parse(rest)?;
        if machine.host.contains('/') {
            return Err("it is `control-plane://[user@]host[:port]`");
        }
        Ok(Self(Some(machine)))
    }

    fn call(&self, method: &str) -> Command {
        let words = ["call", method, "/v1/release"];
        let Some(machine) = &self.0 else {
            let mut here = Command::new("nixfleet-control-plane");
            here.args(words);
            return here;
        };
        let mut ssh = ssh(machine);
        ssh.arg("nixfleet-control-plane").args(words);
        ssh
    }

    fn program(&self) -> &'static str {
        if self.0.is_none() { "nixfleet-control-plane" } else { "ssh" }
    }

    /// Brings the newest release here; what else there was it does not keep.
    pub fn bring(&self, part: Part, into: &Path) -> Result<(), Trouble> {
        let output = self.ask("GET", None)?;
        let files = read(&output.stdout).map_err(|why| trouble(self.program(), &why))?;
        let number = files.get(HEAD_FILE).and_then(|it| {
            serde_json::from_str::<serde_json::Value>(it).ok()?.get("sequence")?.as_u64()
        });
        if matches!(part, Part::Number(wanted) if number != Some(wanted)) {
            return Ok(());
        }
        files::make_folder(&into.join("hosts"))?;
        files.iter().try_for_each(|(name, text)| files::save(&into.join(name), text.as_bytes()))
    }

    /// Hands it a release, all its files at once.
    pub fn put(&self, staged: &Path) -> Result<(), Trouble> {
        let mut files = BTreeMap::new();
        for folder in ["", "hosts", "rotations"] {
            let Ok(entries) = std::fs::read_dir(staged.join(folder)) else { continue };
            for path in entries.flatten().map(|it| it.path()).filter(|it| it.is_file()) {
                let text = std::fs::read_to_string(&path).map_err(|error| Trouble::Io {
                    path: path.clone(),
                    done: "read",
                    error,
                })?;
                let name = path.strip_prefix(staged).unwrap_or(&path).display().to_string();
                files.insert(name, text);
            }
        }
        let body = serde_json::to_vec(&files).map_err(|it| trouble("json", &it.to_string()))?;
        let answer = self.ask("POST", Some(&body))?;
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap_or_default();
        for warning in answer["warnings"].as_array().into_iter().flatten() {
            let words = warning.as_str().unwrap_or_default();
            tell(format!("{self} warns: {words}"));
        }
        if let Some(hosts) = without_key(&answer) {
            let words = "no key in the release, so they cannot ask";
            tell(format!("{self} warns: {words}: {hosts}: write their `hostKey`"));
        }
        Ok(())
    }

    fn ask(&self, method: &str, body: Option<&[u8]>) -> Result<Output, Trouble> {
        let program = self.program();
        let failed = |error: std::io::Error| trouble(program, &error.to_string());
        let input = if body.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut command = self.call(method);
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let (Some(body), Some(mut input)) = (body, child.stdin.take()) {
            // One that refuses early does not read all.
            let _ = input.write_all(body);
        }
        let output = child.wait_with_output().map_err(failed)?;
        // Why it refuses is its answer.
        let answer: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
        match answer.as_ref().and_then(|it| it.get("error")?.as_str()) {
            Some(why) if !output.status.success() => {
                Err(trouble("nixfleet-control-plane", &nixfleet_text::visible(why)))
            }
            _ => said(program, &output).map(|()| output),
        }
    }
}

/// The hosts that the control plane says have no key in the release.
fn without_key(answer: &serde_json::Value) -> Option<String> {
    let names = answer["withoutKey"].as_array()?.iter().filter_map(|it| it.as_str());
    let names: Vec<String> = names.map(str::to_owned).collect();
    let more = answer["withoutKeyMore"].as_u64().and_then(|it| usize::try_from(it).ok());
    (!names.is_empty()).then(|| listed_of_more(&names, more.unwrap_or(0)))
}

/// The files of a release in one object. Their names are ours.
fn read(text: &[u8]) -> Result<BTreeMap<String, String>, String> {
    let files: BTreeMap<String, String> =
        serde_json::from_slice(text).map_err(|_| "it wrote no release".to_owned())?;
    let is_ours = |name: &str| {
        let host = name.strip_prefix("hosts/").and_then(|it| it.strip_suffix(".json"));
        [HEAD_FILE, SIGNATURES_FILE].contains(&name) || host.is_some_and(is_label)
    };
    Ok(files.into_iter().filter(|(name, _)| is_ours(name)).collect())
}

impl fmt::Display for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.as_ref().map(Address::in_url).unwrap_or_default();
        write!(f, "control-plane://{machine}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_plane_is_read_as_people_write_it() {
        for text in ["fleet", "ops@fleet:2222", "[::1]:22", ""] {
            let text = format!("control-plane://{text}");
            assert_eq!(Plane::parse(&text[16..]).unwrap().to_string(), text);
        }
        for wrong in ["-oProxyCommand=x", "fleet/path", "fleet:x"] {
            assert!(Plane::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_it_gives_has_names_of_a_release() {
        let files =
            read(br#"{"release.json":"a","hosts/web.json":"b","../x":"c","hosts/../x.json":"d"}"#);
        assert_eq!(
            files.unwrap().into_keys().collect::<Vec<_>>(),
            ["hosts/web.json", "release.json"]
        );
        assert!(read(b"hello").is_err());
    }
}
