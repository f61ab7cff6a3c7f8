//! A folder of a machine that SSH reaches: one connection to read it, one to write it, and nothing
//! on the other side but a POSIX shell and tar.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use nixfleet_release::{
    ENTRY_BYTES, HEAD_BYTES, HEAD_FILE, HOSTS, SIGNATURES_BYTES, SIGNATURES_FILE,
};
use nixfleet_text::{is_label, word};

use super::machine::{self, ssh};
use super::{Part, said, trouble};
use crate::commands::hosts::Address;
use crate::commands::release::files;
use crate::error::Trouble;

const GET: &str = include_str!("get.sh");

/// `ssh://[user@]host[:port]/path`
#[derive(Debug, Clone, PartialEq)]
pub struct Ssh {
    machine: Address,
    path: String,
}

impl Ssh {
    /// Reads what stands after `ssh://`.
    pub fn parse(rest: &str) -> Result<Self, &'static str> {
        let (host, path) = rest.split_once('/').ok_or("it has no path: `ssh://host/path`")?;
        let machine = machine::parse(host)?;
        if path.is_empty() {
            return Err("it is `ssh://[user@]host[:port]/path`");
        }
        // As in URLs of git and rsync, `/~/releases` is in the home folder.
        let path = match path.strip_prefix('~') {
            None => format!("/{path}"),
            Some("") => "./".to_owned(),
            Some(rest) if rest.starts_with('/') => format!("./{}", rest.trim_start_matches('/')),
            Some(_) => return Err("`/~/` is the home folder of who logs in, and of nobody else"),
        };
        Ok(Self { machine, path })
    }

    /// A script there, with the folder and more as its arguments.
    pub fn command(&self, script: &str, arguments: &[&str]) -> Command {
        self.command_in("", script, arguments)
    }

    fn command_in(&self, folder: &str, script: &str, arguments: &[&str]) -> Command {
        let path = format!("{}{folder}", self.path);
        let mut words = vec!["sh -c".to_owned(), word(script), "sh".to_owned()];
        words.push(word(&path));
        words.extend(arguments.iter().map(|it| word(it)));
        let mut ssh = ssh(&self.machine);
        ssh.arg(words.join(" "));
        ssh
    }

    /// Brings a release here. What the other side writes is bounded, and its names are ours.
    pub fn bring(&self, part: Part, into: &Path) -> Result<(), Trouble> {
        let all: &[&str] = if part == Part::Head { &[] } else { &["all"] };
        let mut ssh = self.command_in(&format!("/{}", part.folder()), GET, all);
        ssh.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = ssh.spawn().map_err(|error| trouble("ssh", &error.to_string()))?;
        let read = child.stdout.take().map_or(Ok(()), |it| unpack(it, into));
        let output =
            child.wait_with_output().map_err(|error| trouble("ssh", &error.to_string()))?;
        said("ssh", &output)?;
        read
    }
}

fn unpack(from: impl Read, into: &Path) -> Result<(), Trouble> {
    let wrong = |problem: &str| trouble("ssh", problem);
    let mut from = BufReader::new(from);
    files::make_folder(&into.join("hosts"))?;
    // The head, the signatures and the entries.
    for _ in 0..HOSTS + 2 {
        let mut line = String::new();
        let read = from.by_ref().take(200).read_line(&mut line);
        if read.map_err(|error| wrong(&error.to_string()))? == 0 {
            return Ok(());
        }
        let (size, name) =
            line.trim_end().split_once(' ').ok_or_else(|| wrong("it wrote no release"))?;
        let host = name.strip_prefix("hosts/").and_then(|it| it.strip_suffix(".json"));
        let limit = match (name, host) {
            (HEAD_FILE, _) => HEAD_BYTES,
            (SIGNATURES_FILE, _) => SIGNATURES_BYTES,
            (_, Some(host)) if is_label(host) => ENTRY_BYTES,
            _ => return Err(wrong("it wrote a file that belongs to no release")),
        };
        let size: usize = size.parse().map_err(|_| wrong("it wrote no release"))?;
        if size > limit {
            return Err(wrong(&format!("`{name}` has {size} bytes, and {limit} are the most")));
        }
        let mut bytes = vec![0; size];
        from.read_exact(&mut bytes).map_err(|_| wrong("the connection ended in the middle"))?;
        files::save(&into.join(name), &bytes)?;
    }
    Err(wrong("it wrote more files than a release has"))
}

impl fmt::Display for Ssh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let home = self.path.strip_prefix("./").map(|it| format!("/~/{it}"));
        write!(f, "ssh://{}{}", self.machine.in_url(), home.as_ref().unwrap_or(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_read_as_people_write_it() {
        let parse = |text: &str| {
            Ssh::parse(text).map(|it| {
                let user = it.machine.user.map(|it| it + "@").unwrap_or_default();
                (user + &it.machine.host, it.machine.port, it.path)
            })
        };
        let owned = |host: &str, port, path: &str| Ok((host.to_owned(), port, path.to_owned()));
        assert_eq!(parse("me@web/srv/fleet"), owned("me@web", None, "/srv/fleet"));
        assert_eq!(parse("web:2222/~/fleet"), owned("web", Some(2222), "./fleet"));
        assert_eq!(parse("[::1]:22/fleet"), owned("::1", Some(22), "/fleet"));
        assert_eq!(parse("[::1]/fleet"), owned("::1", None, "/fleet"));
        assert_eq!(parse("me@[::1]:22/fleet"), owned("me@::1", Some(22), "/fleet"));
        // It is written as it was read.
        for text in
            ["me@web/srv/fleet", "web:2222/~/fleet", "me@[::1]:22/fleet", "[fe80::1%eth0]/x"]
        {
            assert_eq!(Ssh::parse(text).unwrap().to_string(), format!("ssh://{text}"));
        }
        // The home folder, and neither that of all nor an option of a program there.
        assert_eq!(parse("web/~"), owned("web", None, "./"));
        assert_eq!(parse("web/~/"), owned("web", None, "./"));
        assert_eq!(parse("web/~//-rf"), owned("web", None, "./-rf"));
        let wrong = "web web/ /srv -oProxyCommand=x/srv web:x/srv web:99999/srv web:0/srv web:/srv ::1/srv \
                     [::1/srv [::1]22/srv web:22:33/srv me@/srv @web/srv me@-x/srv web/~bob/srv";
        for wrong in wrong.split(' ').chain(["a web/srv", "me\n@web/srv"]) {
            assert!(Ssh::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_other_side_writes_is_bounded_and_has_names_of_a_release() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| unpack(text.as_bytes(), folder.path());
        read("3 release.json\nabc2 hosts/web-01.json\n{}").unwrap();
        assert_eq!(std::fs::read(folder.path().join("hosts/web-01.json")).unwrap(), b"{}");
        for wrong in [
            "hello\n",
            "3 ../x\nabc",
            "3 hosts/../../x.json\nabc",
            "3 release.json\nab",
            "99999999999 release.json\n",
            "40000 hosts/web-01.json\n",
            "-1 release.json\n",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
