//! Who logs in to a host, and how `ssh` is told.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use nixfleet_inventory::Inventory;
use nixfleet_nix::process;
use nixfleet_vm::ssh::quoted;

use super::{Address, KnownHosts, Lost, Reach};
use nixfleet_text::word;

/// Becomes root where it is not, to run the script $1 with what follows; 77 where it may not.
const AS_ROOT: &str = r#"PATH=/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/bin:$PATH
if [ "$(id -u)" = 0 ]; then exec sh -c "$@"; fi
sudo -n true 2>/dev/null || exit 77
exec sudo -n sh -c "$@""#;

/// `ssh -G` reads files and connects nowhere; but its configuration may have it run programs.
const PATIENCE: Duration = Duration::from_secs(10);

/// What [`AS_ROOT`] ends with where the user may not become root.
const NO_ROOT: i32 = 77;

/// The ways to log in to a host: the users that are tried, in order.
#[derive(Debug, Clone)]
pub struct Login(Vec<Connection>);

/// One way to reach a host.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where it is.
    pub address: Address,
    /// The host's name, which its key is known by.
    pub name: String,
    /// Who logs in.
    pub user: String,
    /// The fleet's own list of keys, where it has this host.
    pub known_hosts: Option<PathBuf>,
    /// Private keys that are named.
    pub identities: Vec<PathBuf>,
    /// What `NIX_SSHOPTS` says, as for Nix itself.
    pub options: Vec<String>,
}

/// How a host of the fleet is reached.
pub fn connection(inventory: &Inventory, reach: &Reach, known: &KnownHosts, name: &str) -> Login {
    let address = reach.address(name);
    let said = nix_options();
    let primary = inventory.hosts.get(name).and_then(|it| it.text("hostSpec.userName"));
    let named = address.user.clone().or_else(|| reach.user.clone());
    let users = named.map_or_else(|| likely(&address, &said, primary), |user| vec![user]);
    let connection = |user| Connection {
        address: address.clone(),
        name: name.to_owned(),
        user,
        known_hosts: known.file(name),
        identities: reach.identity.clone(),
        options: said.clone(),
    };
    Login(users.into_iter().map(connection).collect())
}

/// The options of `ssh` that the user gives to Nix.
pub fn nix_options() -> Vec<String> {
    env::var("NIX_SSHOPTS").ok().and_then(|it| shlex::split(&it)).unwrap_or_default()
}

/// Who may be let in, where nobody says who is.
fn likely(address: &Address, options: &[String], primary: Option<&str>) -> Vec<String> {
    let configured = configured_user(address, options);
    let all = [configured.as_deref(), primary, Some("root")];
    let mut users: Vec<String> = Vec::new();
    for user in all.into_iter().flatten().filter(|it| is_user(it)) {
        if !users.iter().any(|it| it == user) {
            users.push(user.to_owned());
        }
    }
    users
}

/// What the fleet says may be no name at all.
fn is_user(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && !name.contains(|it: char| it.is_whitespace())
}

/// The user that ssh's configuration names for a host, where it names one: without, ssh takes this
/// machine's own.
fn configured_user(address: &Address, options: &[String]) -> Option<String> {
    let mut ssh = process::bound("ssh");
    ssh.args(options).args(["-G", "--", &address.host]);
    let said = process::output(&mut ssh, PATIENCE).ok()?.stdout;
    let user = said.raw().lines().find_map(|it| it.strip_prefix("user "))?.trim().to_owned();
    let own = [env::var("USER").ok(), env::var("LOGNAME").ok()];
    let is_own = own.iter().flatten().any(|it| *it == user);
    // Where the machine does not say who we are, nothing tells a default from a wish.
    (!is_own && own.iter().flatten().next().is_some()).then_some(user)
}

impl Login {
    /// Tries the users in their order, until one is let in, and may what it has to.
    pub fn first<T>(
        &self,
        mut with: impl FnMut(&Connection) -> Result<T, Lost>,
        needs_root: impl Fn(&T) -> bool,
    ) -> Result<(Connection, T), Lost> {
        let (mut refused, mut no_root) = (Vec::new(), Vec::new());
        for connection in &self.0 {
            match with(connection) {
                Ok(done) if needs_root(&done) => no_root.push(connection.user.clone()),
                Ok(done) => return Ok((connection.clone(), done)),
                Err(Lost::KeyRefused(users)) => refused.extend(users),
                Err(lost) => return Err(lost),
            }
        }
        Err(if no_root.is_empty() { Lost::KeyRefused(refused) } else { Lost::NoRoot(no_root) })
    }
}

impl Connection {
    /// The options of `ssh`. Of several values for one, ssh takes the first.
    pub fn options(&self) -> Vec<OsString> {
        let mut all: Vec<OsString> = self.options.iter().map(OsString::from).collect();
        if let Some(file) = &self.known_hosts {
            for option in [
                format!("UserKnownHostsFile={}", quoted(file)),
                "GlobalKnownHostsFile=/dev/null".to_owned(),
                format!("HostKeyAlias={}", self.name),
                "StrictHostKeyChecking=yes".to_owned(),
            ] {
                all.extend(["-o".into(), option.into()]);
            }
        }
        for identity in &self.identities {
            all.extend(["-i".into(), identity.into()]);
        }
        if let Some(port) = self.address.port {
            all.extend(["-p".into(), port.to_string().into()]);
        }
        all.extend(["-l".into(), self.user.clone().into()]);
        all
    }
}

/// A script as ssh is given it, for the user who logs in.
pub fn plain(script: &str) -> String {
    format!("sh -c {}", word(script))
}

/// A script with arguments as ssh is given it, for root.
pub fn as_root(script: &str, arguments: &[&str]) -> String {
    let words = [AS_ROOT, "sh", script, "sh"].into_iter().chain(arguments.iter().copied());
    let words: Vec<_> = words.map(word).collect();
    format!("sh -c {}", words.join(" "))
}

/// Whether a command that was to run as root could not.
pub fn is_no_root(status: i32) -> bool {
    status == NO_ROOT
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn login(users: &[&str]) -> Login {
        let connection = |user: &&str| Connection {
            address: Address::of_name("web-01"),
            name: "web-01".into(),
            user: (*user).into(),
            known_hosts: Some("/a b/%known".into()),
            identities: vec!["/key".into()],
            options: vec!["-v".into()],
        };
        Login(users.iter().map(connection).collect())
    }

    #[test]
    fn the_next_user_is_tried_where_one_is_refused_or_may_not() {
        let tried = |outcome: &dyn Fn(&str) -> Result<i32, Lost>| {
            let first = login(&["ops", "root"]).first(|it| outcome(&it.user), |it| is_no_root(*it));
            first.map(|(connection, status)| (connection.user, status))
        };
        let refused = |user: &str| Err(Lost::KeyRefused(vec![user.to_owned()]));
        assert_eq!(tried(&|_| Ok(0)), Ok(("ops".into(), 0)));
        assert_eq!(
            tried(&|it| if it == "ops" { refused(it) } else { Ok(1) }),
            Ok(("root".into(), 1))
        );
        assert_eq!(tried(&|it| if it == "ops" { Ok(77) } else { Ok(0) }), Ok(("root".into(), 0)));
        assert_eq!(tried(&|_| Ok(77)), Err(Lost::NoRoot(vec!["ops".into(), "root".into()])));
        assert_eq!(tried(&refused), Err(Lost::KeyRefused(vec!["ops".into(), "root".into()])));
        let both = tried(&|it| if it == "ops" { Ok(77) } else { refused(it) });
        assert_eq!(both, Err(Lost::NoRoot(vec!["ops".into()])));
        assert_eq!(tried(&|_| Err(Lost::OtherKey)), Err(Lost::OtherKey));
    }

    #[test]
    fn the_fleet_knows_the_key_by_the_hosts_name_wherever_it_is() {
        let options = login(&["ops"]).0[0].options();
        let line: Vec<_> = options.iter().map(|it| it.to_string_lossy()).collect();
        assert_eq!(
            line.join(" "),
            "-v -o UserKnownHostsFile=\"/a b/%%known\" -o GlobalKnownHostsFile=/dev/null -o \
             HostKeyAlias=web-01 -o StrictHostKeyChecking=yes -i /key -l ops"
        );
    }

    #[test]
    fn a_script_and_its_arguments_come_through_two_shells() {
        let script = as_root("echo \"$1|$2\"; exit 3", &["it's", "$HOME"]);
        let bin = tempfile::tempdir().unwrap();
        let fake = "#!/bin/sh\n[ \"$1\" = -n ] && shift\nexec \"$@\"\n";
        std::fs::write(bin.path().join("sudo"), fake).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.path().join("sudo"), mode).unwrap();
        let path = format!("{}:{}", bin.path().display(), env::var("PATH").unwrap());
        let output = Command::new("sh").args(["-c", &script]).env("PATH", path).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "it's|$HOME\n");
        assert_eq!(output.status.code(), Some(3));
    }
}
