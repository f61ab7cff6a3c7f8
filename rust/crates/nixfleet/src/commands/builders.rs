//! Platforms of hosts for which Nix cannot build here. It would say so itself once it has evaluated a
//! host, which takes long. What is in a cache needs no builder, so it is no fault.

use std::collections::BTreeSet;
use std::time::Duration;

use nixfleet_nix::NixCli;
use nixfleet_vm::Platform;

/// How long Nix may take to tell its settings.
const PATIENCE: Duration = Duration::from_secs(10);

/// What to do where a platform has no builder.
pub const HELP: &str = nixfleet_vm::BUILDERS;

/// Of the platforms those for which Nix cannot build here, each with what it builds for. Where all are
/// this machine's own, Nix is not asked.
pub fn without<'a>(nix: &NixCli, wanted: &BTreeSet<&'a str>) -> Vec<(&'a str, String)> {
    if wanted.iter().all(|it| is_own(it)) {
        return Vec::new();
    }
    let nix = nix.clone().patience(PATIENCE);
    let Some(here) = nix.platforms() else { return Vec::new() };
    lacking(wanted, &here)
}

fn lacking<'a>(wanted: &BTreeSet<&'a str>, here: &BTreeSet<String>) -> Vec<(&'a str, String)> {
    // Older processors' are among this machine's own, and nobody has a host of them.
    let is_older = |it: &str| it.starts_with("i686-") || it.starts_with("x86_64-v");
    let all: Vec<&str> = here.iter().map(String::as_str).filter(|it| !is_older(it)).collect();
    let text = format!("Nix builds here for {} alone", all.join(", "));
    wanted.iter().filter(|it| !here.contains(**it)).map(|it| (*it, text.clone())).collect()
}

fn is_own(system: &str) -> bool {
    cfg!(target_os = "linux") && Platform::parse(system).is_some_and(Platform::is_native)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_nix_builds_for_is_not_missed() {
        let here = ["aarch64-linux", "x86_64-linux"].map(str::to_owned).into();
        assert_eq!(lacking(&["aarch64-linux", "x86_64-linux"].into(), &here), []);
        let here = ["i686-linux", "x86_64-linux", "x86_64-v2-linux"].map(str::to_owned).into();
        let text = "Nix builds here for x86_64-linux alone".to_owned();
        let wanted = ["aarch64-linux", "x86_64-linux"].into();
        assert_eq!(lacking(&wanted, &here), [("aarch64-linux", text)]);
    }

    #[test]
    fn nobody_is_asked_of_this_machines_own() {
        let nix = NixCli::new().argument("--no-such-argument");
        let own: BTreeSet<&str> =
            ["x86_64-linux", "aarch64-linux"].into_iter().filter(|it| is_own(it)).collect();
        assert_eq!(own.len(), usize::from(cfg!(target_os = "linux")));
        assert_eq!(without(&nix, &own), []);
    }
}
