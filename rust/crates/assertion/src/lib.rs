//! What must hold on a host: how it is asked, and what its answer means.
//!
//! Start at [`Assertion`]; [`host`] has what must hold on every host. Who asks, over SSH or on the
//! machine itself, is the caller's: an assertion is a script, and its judge reads what it [`Ran`].

pub mod host;
mod http;
mod spec;

use std::time::Duration;

use nixfleet_nix::Foreign;
use nixfleet_text::word;
pub use spec::{Command, File, From, Http, Matcher, Port, Spec, Unit};

use http::{judge_http, request};

/// What a script on the host did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its exit status.
    pub status: i32,
    /// Standard output.
    pub stdout: Foreign,
    /// Standard error.
    pub stderr: Foreign,
}

/// What must hold on a host, by the user's own word.
#[derive(Debug, Clone, PartialEq)]
pub enum Assertion {
    /// A unit's state.
    Unit(Unit),
    /// A port that answers.
    Port(Port),
    /// A request's answer.
    Http(Http),
    /// A command's result.
    Command(Command),
    /// A file's owner and mode.
    File(File),
}

impl Assertion {
    /// All assertions of a host, in the order of the source.
    #[must_use]
    pub fn all(spec: &Spec) -> Vec<Self> {
        let units = spec.units.iter().cloned().map(Self::Unit);
        let ports = spec.ports.iter().cloned().map(Self::Port);
        let http = spec.http.iter().cloned().map(Self::Http);
        let commands = spec.commands.iter().cloned().map(Self::Command);
        let files = spec.files.iter().cloned().map(Self::File);
        units.chain(ports).chain(http).chain(commands).chain(files).collect()
    }

    /// What is asserted, in a line.
    #[must_use]
    pub fn title(&self) -> Foreign {
        let title = match self {
            Self::Unit(it) => format!("unit {} is {}", it.unit, it.state),
            Self::Port(Port { port, from: From::Guest, .. }) => {
                format!("port {port} answers in the guest")
            }
            Self::Port(Port { port, from: From::Outside, .. }) => {
                format!("port {port} answers from outside")
            }
            Self::Http(it) => format!("{} answers {}{}", it.url, it.status, described(&it.body)),
            Self::Command(it) => {
                let user =
                    if it.user == "root" { String::new() } else { format!(" as {}", it.user) };
                format!("`{}`{user} exits with {}{}", it.command, it.status, described(&it.stdout))
            }
            Self::File(it) => {
                let owner =
                    it.owner.as_deref().map(|it| format!(", owner {it}")).unwrap_or_default();
                let group =
                    it.group.as_deref().map(|it| format!(", group {it}")).unwrap_or_default();
                let mode = it.mode.as_deref().map(|it| format!(", mode {it}")).unwrap_or_default();
                format!("{} exists{mode}{owner}{group}", it.path)
            }
        };
        title.into()
    }

    /// In which time it must come to hold.
    #[must_use]
    pub fn within(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Unit(it) => it.within,
            Self::Port(it) => it.within,
            Self::Http(it) => it.within,
            Self::Command(it) => it.within,
            Self::File(it) => it.within,
        })
    }

    /// The port that must be forwarded for it.
    #[must_use]
    pub fn outside_port(&self) -> Option<u16> {
        match self {
            Self::Port(Port { port, from: From::Outside, .. }) => Some(*port),
            _ => None,
        }
    }

    /// The shell script that asks the guest.
    #[must_use]
    pub fn script(&self) -> String {
        match self {
            Self::Unit(it) => format!("systemctl is-active -- {}", word(&it.unit)),
            Self::Port(Port { port, from: From::Guest, .. }) => {
                format!("timeout 5 bash -c 'exec 3<>/dev/tcp/localhost/{port}'")
            }
            // The connection is made outside; the guest's kernel tells whether it came through.
            Self::Port(Port { from: From::Outside, .. }) => {
                "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true".into()
            }
            Self::Http(it) => request(&it.url),
            Self::Command(it) if it.user == "root" => it.command.clone(),
            Self::Command(it) => {
                format!("runuser -u {} -- sh -c {}", word(&it.user), word(&it.command))
            }
            Self::File(it) => format!("stat -c '%a %U %G' -- {}", word(&it.path)),
        }
    }

    /// Whether the guest's answer means that it holds; else what was seen instead.
    ///
    /// # Errors
    /// When it does not hold: what was seen.
    pub fn judge(&self, ran: &Ran) -> Result<(), Foreign> {
        let seen = match self {
            Self::Unit(it) => {
                let state = ran.stdout.raw().trim();
                if state == it.state { Ok(()) } else { Err(format!("it is {}", or_nothing(state))) }
            }
            Self::Port(Port { port, from: From::Outside, .. }) => {
                if is_connected(ran.stdout.raw(), *port) {
                    Ok(())
                } else {
                    Err("no connection came through: does the firewall let it in?".into())
                }
            }
            Self::Port(_) if ran.status == 0 => Ok(()),
            Self::Port(_) => Err("it accepts no connection".into()),
            Self::Http(it) => judge_http(it, ran),
            Self::Command(it) if ran.status != it.status => {
                Err(format!("it exited with {}: {}", ran.status, both(ran).excerpt()))
            }
            Self::Command(it) => match it.stdout.mismatch(ran.stdout.raw()) {
                Some(why) => Err(format!("its output {why}: {}", ran.stdout.excerpt())),
                None => Ok(()),
            },
            Self::File(it) => judge_file(it, ran),
        };
        seen.map_err(Foreign::from)
    }

    /// The unit whose journal tells more.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        match self {
            Self::Unit(it) => Some(&it.unit),
            _ => None,
        }
    }
}

fn described(matcher: &Matcher) -> String {
    let part =
        |word: &str, text: &Option<String>| text.as_ref().map(|it| format!(" {word} {it:?}"));
    let parts = [
        part("exactly", &matcher.exact),
        part("containing", &matcher.contains),
        part("matching", &matcher.regex),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(",{}", parts.join(",")) }
}

fn judge_file(wanted: &File, ran: &Ran) -> Result<(), String> {
    if ran.status != 0 {
        return Err("it does not exist".into());
    }
    let seen: Vec<&str> = ran.stdout.raw().split_whitespace().collect();
    let [mode, owner, group] = seen[..] else { return Err(ran.stdout.excerpt()) };
    let octal = |text: &str| u32::from_str_radix(text, 8).ok();
    let same_mode = wanted.mode.as_deref().is_none_or(|it| octal(it) == octal(mode));
    let same = |wanted: &Option<String>, seen| wanted.as_deref().is_none_or(|it| it == seen);
    if same_mode && same(&wanted.owner, owner) && same(&wanted.group, group) {
        Ok(())
    } else {
        Err(format!("it has mode {mode:0>4}, owner {owner}, group {group}"))
    }
}

/// Whether the kernel's table of TCP connections has an established one (state 01) at the port.
fn is_connected(table: &str, port: u16) -> bool {
    let local = format!(":{port:04X}");
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields.get(1).is_some_and(|it| it.ends_with(&local)) && fields.get(3) == Some(&"01")
    })
}

fn both(ran: &Ran) -> Foreign {
    format!("{}{}", ran.stdout.raw(), ran.stderr.raw()).into()
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "unknown" } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(spec: serde_json::Value) -> Assertion {
        Assertion::all(&serde_json::from_value(spec).unwrap()).remove(0)
    }

    fn ran(status: i32, stdout: &str) -> Ran {
        Ran { status, stdout: stdout.into(), ..Ran::default() }
    }

    #[test]
    fn a_unit_is_judged_by_its_state_alone() {
        let unit = one(json!({ "units": [{ "unit": "a.timer", "state": "inactive" }] }));
        assert_eq!(unit.judge(&ran(3, "inactive\n")), Ok(()));
        assert_eq!(unit.judge(&ran(0, "active\n")), Err("it is active".into()));
    }

    #[test]
    fn a_command_is_judged_by_status_and_output() {
        let command = one(
            json!({ "commands": [{ "command": "x", "status": 2, "stdout": { "exact": "a\n" } }] }),
        );
        assert_eq!(command.judge(&ran(2, "a\n")), Ok(()));
        assert!(command.judge(&ran(0, "a\n")).unwrap_err().contains("exited with 0"));
        assert!(command.judge(&ran(2, "b\n")).unwrap_err().contains("is not exactly"));
    }

    #[test]
    fn an_answer_is_judged_by_status_and_body() {
        let http =
            one(json!({ "http": [{ "url": "http://localhost/", "body": { "contains": "ok" } }] }));
        assert_eq!(http.judge(&ran(0, "HTTP/1.1 200 OK\r\nA: b\r\n\r\nall ok\n")), Ok(()));
        assert!(
            http.judge(&ran(0, "HTTP/1.1 500 No\r\n\r\nok")).unwrap_err().contains("answered 500")
        );
        assert!(http.judge(&ran(0, "HTTP/1.0 200 OK\r\n\r\nno")).unwrap_err().contains("body"));
        assert!(http.judge(&ran(7, "")).unwrap_err().contains("no answer"));
    }

    #[test]
    fn modes_are_numbers() {
        let file = one(json!({ "files": [{ "path": "/x", "mode": "0600", "owner": "root" }] }));
        assert_eq!(file.judge(&ran(0, "600 root wheel\n")), Ok(()));
        assert_eq!(
            file.judge(&ran(0, "644 root root")),
            Err("it has mode 0644, owner root, group root".into())
        );
        assert_eq!(file.judge(&ran(1, "")), Err("it does not exist".into()));
    }

    #[test]
    fn a_port_answers_from_outside_when_the_guest_has_the_connection() {
        let port = one(json!({ "ports": [{ "port": 80, "from": "outside" }] }));
        let listening = "   0: 00000000:0050 00000000:0000 0A 0 0\n";
        let through = "   1: 0F02000A:0050 0202000A:8AE4 01 0 0\n";
        assert!(port.judge(&ran(0, listening)).is_err());
        assert_eq!(port.judge(&ran(0, &format!("{listening}{through}"))), Ok(()));
    }

    #[test]
    fn what_the_user_wrote_reaches_the_shell_as_it_is() {
        let file = one(json!({ "files": ["/a'b; rm -rf $HOME"] }));
        assert_eq!(file.script(), r"stat -c '%a %U %G' -- '/a'\''b; rm -rf $HOME'");
    }
}
