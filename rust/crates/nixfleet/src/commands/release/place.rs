//! Where releases are published: a folder, a machine that SSH reaches, S3, a control plane; or a web
//! server, which is only read.
//!
//! ```text
//! release.json  release.json.sig  hosts/      the newest, which hosts fetch
//! releases/<number>/                          each in full, to compare and to go back to
//! rotations/<number>.json  ….json.sig         those that changed the keys, for hosts that missed one
//! ```

mod http;
mod machine;
mod plane;
mod s3;
mod ssh;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nixfleet_nix::process;
use nixfleet_release::{Document, Head, SIGNATURES_FILE, Signatures, rotation_file};
use tempfile::TempDir;

use super::files::{self, Release};
use crate::error::Trouble;
use crate::text::quote::quote_path;

/// Takes a folder of files as tar writes it, and puts them into a place.
const PUT: &str = include_str!("place/put.sh");

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A folder of another machine.
    Ssh(ssh::Ssh),
    /// A control plane.
    Plane(plane::Plane),
    /// A bucket, and what stands before the names in it.
    S3(s3::S3),
    /// A web server.
    Http(http::Http),
}

/// A head and its signatures.
pub type Signed = (Document<Head>, Vec<u8>);

/// Which of a place's releases, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// The head and the signatures of the newest.
    Head,
    /// All of the newest.
    Newest,
    /// All of the one of this number.
    Number(u64),
}

impl Part {
    /// The number that is asked for.
    fn number(self) -> Option<u64> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The folder in the place.
    fn folder(self) -> String {
        match self {
            Self::Number(number) => format!("releases/{number}"),
            _ => String::new(),
        }
    }
}

/// The folder in what is put that has the signatures of the time between two heads.
const BETWEEN: &str = "between";

/// What [`PUT`] ends with where another release of the number came first.
const TAKEN: i32 = 75;

/// Files that were brought here, or are here; what was brought goes with it.
pub struct Brought {
    folder: PathBuf,
    _kept: Option<TempDir>,
}

impl Place {
    /// Reads where a place is, as people write it.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let wrong = |problem| Trouble::Place { place: text.to_owned(), problem };
        match text.split_once("://") {
            Some(("ssh", rest)) => ssh::Ssh::parse(rest).map(Self::Ssh).map_err(wrong),
            Some(("control-plane", rest)) => {
                plane::Plane::parse(rest).map(Self::Plane).map_err(wrong)
            }
            Some(("s3", rest)) => s3::S3::parse(rest).map(Self::S3).map_err(wrong),
            Some(("https" | "http", _)) => http::Http::parse(text).map(Self::Http).map_err(wrong),
            Some(("file", path)) if path.starts_with('/') => Ok(Self::Folder(path.into())),
            Some(_) => Err(wrong(
                "it is a folder, `ssh://`, `s3://`, `control-plane://` or, to read, `https://`",
            )),
            None if text.is_empty() => Err(wrong("it is empty")),
            // As `scp` and `git` have it, and hardly the name of a folder.
            None if text.split('/').next().is_some_and(|it| it.contains(':')) => Err(wrong(
                "another machine is `ssh://host/path`, and a folder with such a name `./name:…`",
            )),
            None => Ok(Self::Folder(text.into())),
        }
    }

    /// Whether releases can be put there.
    pub fn takes(&self) -> Result<(), Trouble> {
        match self {
            Self::Http(http) => Err(Trouble::Place {
                place: http.to_string(),
                problem: "a web server is only read: publish to the folder that it serves",
            }),
            _ => Ok(()),
        }
    }

    /// The head and the signatures of the newest release there, when there is one.
    pub fn newest(&self) -> Result<Option<Signed>, Trouble> {
        let brought = self.bring(Part::Head, &[]).map_err(|error| self.explain(error))?;
        let read = files::head(&brought.folder).and_then(|head| {
            head.map(|head| Ok((head, files::signatures(&brought.folder)?))).transpose()
        });
        read.map_err(|error| self.explain(error))
    }

    /// A release there, of these hosts alone when any are named.
    pub fn read(&self, part: Part, hosts: &[String]) -> Result<Release, Trouble> {
        let brought = self.bring(part, hosts).map_err(|error| self.explain(error))?;
        Release::read_of(&brought.folder, hosts).map_err(|error| match error {
            Trouble::Empty { .. } => {
                Trouble::Empty { place: self.to_string(), number: part.number() }
            }
            error => self.explain(error),
        })
    }

    /// Names the place where a file that was brought here says nothing.
    fn explain(&self, error: Trouble) -> Trouble {
        match error {
            Trouble::Read { error, .. } if !matches!(self, Self::Folder(_)) => {
                Trouble::Read { origin: quote_path(&self.to_string()), error }
            }
            error => error,
        }
    }

    /// Publishes a release over the one that is there. Its head comes last: until then hosts see the one
    /// before.
    pub fn put(
        &self,
        release: &Release,
        there: Option<&Signed>,
        changes_keys: bool,
    ) -> Result<(), Trouble> {
        let staged = temporary()?;
        let number = release.number();
        release.write(staged.path())?;
        release.write(&staged.path().join(Part::Number(number).folder()))?;
        if changes_keys {
            let file = staged.path().join(rotation_file(number));
            files::make_folder(file.parent().unwrap_or(staged.path()))?;
            files::save(&file, release.head.bytes())?;
            files::save(&file.with_extension("json.sig"), &release.signatures)?;
        }
        if let Some(signatures) = there.and_then(|it| between(release, it)) {
            files::make_folder(&staged.path().join(BETWEEN))?;
            files::save(&staged.path().join(BETWEEN).join(SIGNATURES_FILE), &signatures)?;
        }
        let put = match self {
            Self::Folder(folder) => {
                let mut sh = Command::new("sh");
                sh.args(["-c", PUT, "sh"]).arg(folder).arg(number.to_string());
                pipe(staged.path(), sh, "sh")?
            }
            Self::Ssh(ssh) => pipe(staged.path(), ssh.command(PUT, &[&number.to_string()]), "ssh")?,
            Self::Plane(plane) => return plane.put(staged.path()),
            Self::S3(s3) => s3.put(staged.path(), number)?,
            Self::Http(_) => return self.takes(),
        };
        if put == Put::Taken {
            let there = format!("another release {number}");
            return Err(Trouble::Later { place: self.to_string(), there, number });
        }
        Ok(())
    }

    fn bring(&self, part: Part, hosts: &[String]) -> Result<Brought, Trouble> {
        if let Self::Folder(folder) = self {
            return Ok(Brought { folder: folder.join(part.folder()), _kept: None });
        }
        let into = temporary()?;
        match self {
            Self::Folder(_) => {}
            Self::Ssh(ssh) => ssh.bring(part, into.path())?,
            Self::Plane(plane) => plane.bring(part, into.path())?,
            Self::S3(s3) => s3.bring(part, into.path())?,
            Self::Http(http) => http.bring(part, hosts, into.path())?,
        }
        Ok(Brought { folder: into.path().to_owned(), _kept: Some(into) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Ssh(ssh) => write!(f, "{ssh}"),
            Self::Plane(plane) => write!(f, "{plane}"),
            Self::S3(s3) => write!(f, "{s3}"),
            Self::Http(http) => write!(f, "{http}"),
        }
    }
}

fn temporary() -> Result<TempDir, Trouble> {
    let made = tempfile::Builder::new().prefix("nixfleet-release-").tempdir();
    made.map_err(|error| Trouble::io(&std::env::temp_dir(), "written", error))
}

/// The signatures over a release and over the one before it, which are there while one head takes the
/// other's place: whoever publishes may be killed in the middle, and no head is ever without its own.
fn between(release: &Release, (head, signatures): &Signed) -> Option<Vec<u8>> {
    let both = [&release.signatures[..], signatures].concat();
    let is_other = head.hash() != release.head.hash();
    (is_other && Signatures::read(&both).is_ok()).then_some(both)
}

/// What became of files that were to be put.
#[derive(Debug, PartialEq)]
enum Put {
    /// They are there.
    Done,
    /// Another release of the number came first.
    Taken,
}

/// Hands a folder's files to a program, as tar writes them: one connection, whatever their number.
fn pipe(folder: &Path, mut to: Command, name: &str) -> Result<Put, Trouble> {
    let failed = |program: &str, error: std::io::Error| trouble(program, &error.to_string());
    let mut tar = tar(folder);
    let mut tar = tar.stdout(Stdio::piped()).spawn().map_err(|error| failed("tar", error))?;
    let files = tar.stdout.take().map_or(Stdio::null(), Stdio::from);
    // `ssh` may ask for a passphrase at the terminal, so it stays in our process group.
    let output = to.stdin(files).output().map_err(|error| failed(name, error))?;
    let packed = tar.wait().map_err(|error| failed("tar", error))?;
    if output.status.code() == Some(TAKEN) {
        return Ok(Put::Taken);
    }
    said(name, &output)?;
    if packed.success() { Ok(Put::Done) } else { Err(trouble("tar", &packed.to_string())) }
}

/// What writes a folder's files as one. That of macOS adds what only a Mac knows of each, as files of their
/// own and as attributes (tar(1) there).
pub fn tar(folder: &Path) -> Command {
    let mut tar = Command::new("tar");
    if cfg!(target_os = "macos") {
        tar.arg("--no-xattrs").env("COPYFILE_DISABLE", "1");
    }
    tar.args(["-c", "-f", "-", "-C"]).arg(folder).arg(".").stdin(Stdio::null());
    tar
}

/// What a program wrote, when it ended well.
fn said(program: &str, output: &Output) -> Result<(), Trouble> {
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    // The last line is what it ended for; tar's own last one only counts those before it.
    let tells = |it: &&str| !it.trim().is_empty() && !it.contains("Exiting with failure status");
    let last = stderr.lines().rev().find(tells).map(str::to_owned);
    Err(trouble(program, &last.unwrap_or_else(|| output.status.to_string())))
}

pub fn trouble(program: &str, problem: &str) -> Trouble {
    let problem = format!("failed: {problem}");
    Trouble::Program { program: format!("`{program}`"), problem }
}

/// The program, when this machine has it.
fn require(program: &'static str) -> Result<Command, Trouble> {
    match process::find(program) {
        Some(path) => Ok(Command::new(path)),
        None => Err(Trouble::Program {
            program: format!("`{program}`"),
            problem: "is not on PATH, and this place is reached by it".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
