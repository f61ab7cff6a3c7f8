//! A host's system, copied to it over SSH: for hosts that no cache of the release serves. What comes
//! is not believed: the host's agent compares it with what was signed.

use std::time::Duration;

use nixfleet_nix::{NixError, process, visible};
use nixfleet_release::Cache;

use super::outcome::Outcome;
use crate::commands::hosts::{Connection, Login, Lost, Ssh, Standing, Target, ask};

/// What copies.
pub struct Copy<'a> {
    /// The release's caches: where the system is, if it is not in this machine's store.
    pub caches: &'a [Cache],
}

impl Copy<'_> {
    /// Brings the system to a host that does not run it yet.
    pub fn bring(
        &self,
        ssh: &Ssh,
        login: &Login,
        target: &Target,
        within: Duration,
    ) -> Result<(), Outcome> {
        let away = |lost| match lost {
            Lost::Interrupted => Outcome::NotBegun,
            lost => Outcome::Absent(Standing::Offline(lost)),
        };
        let (connection, said) = login.first(|it| ask(ssh, it), |_| false).map_err(away)?;
        if said.system.as_ref() == Some(&target.system) {
            return Ok(());
        }
        let here = std::iter::once(None).chain(self.caches.iter().map(|it| Some(it.url.as_str())));
        let mut problems = Vec::new();
        for from in here {
            match copied(ssh, &connection, from, target, within) {
                Ok(()) => return Ok(()),
                Err(_) if ssh.cancel.requested() => return Err(Outcome::NotBegun),
                Err(why) => problems.push(why),
            }
        }
        let why = format!("its system could not be copied there: {}", problems.join("; "));
        Err(Outcome::Failed(Standing::Refused(why)))
    }
}

/// `nix copy`, from this machine's store or a cache.
fn copied(
    ssh: &Ssh,
    connection: &Connection,
    from: Option<&str>,
    target: &Target,
    within: Duration,
) -> Result<(), String> {
    let mut nix = process::bound("nix");
    nix.args(["--extra-experimental-features", "nix-command", "copy", "--no-check-sigs"]);
    if let Some(from) = from {
        nix.args(["--from", from]);
    }
    nix.args(["--to", &store(connection), &target.system]);
    nix.env("NIX_SSHOPTS", words(connection));
    let ran = process::output_unless(&mut nix, within, || ssh.cancel.requested())
        .map_err(|error| format!("`nix` cannot be started here: {error}"))?;
    match ran.status {
        Some(status) if status.success() => Ok(()),
        Some(status) => {
            let error = NixError::failed("nix copy".into(), status.code(), ran.stderr);
            let from = from.unwrap_or("this machine's store");
            let said = error.to_string();
            Err(format!("{}: {}", visible(from), visible(said.lines().next().unwrap_or_default())))
        }
        None => Err(format!("it took more than {} s", within.as_secs())),
    }
}

/// The host as a store of Nix's; who is not root there becomes so.
fn store(connection: &Connection) -> String {
    let host = &connection.address.host;
    let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let sudo = "?remote-program=sudo%20-n%20nix-daemon";
    let program = if connection.user == "root" { "" } else { sudo };
    format!("ssh-ng://{}@{host}{program}", connection.user)
}

/// The connection's options as `NIX_SSHOPTS` has them.
fn words(connection: &Connection) -> String {
    let options = connection.options();
    let words: Vec<_> = ["-o", "BatchMode=yes"]
        .into_iter()
        .map(str::to_owned)
        .chain(options.iter().map(|it| it.to_string_lossy().replace('"', "")))
        .collect();
    words.join(" ")
}
