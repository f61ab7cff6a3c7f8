//! A web server, by the program `curl`: bounded in bytes, seconds and redirects.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use nixfleet_release::{
    ENTRY_BYTES, HEAD_BYTES, HEAD_FILE, SIGNATURES_BYTES, SIGNATURES_FILE, entry_file,
};

use super::{Part, require, said, trouble};
use crate::commands::release::files;
use crate::error::Trouble;

/// How long a file may take, in seconds.
const LIMIT: &str = "60";

/// What `curl` ends with where the server has no such file.
const REFUSED: i32 = 22;

/// What `curl` is ended by where a server sends more than it said, or said nothing: the system's limit
/// of files.
const TOO_MUCH: i32 = 25;

/// The address of a folder of a web server.
#[derive(Debug, Clone, PartialEq)]
pub struct Http(String);

impl Http {
    /// Reads what people write, whole.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let url = url.trim_end_matches('/');
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        if rest.is_empty() || rest.starts_with('/') {
            return Err("it has no host: `https://host/path`");
        }
        if rest.contains(|it: char| "?#".contains(it) || it.is_whitespace() || it.is_control()) {
            return Err("it is the address of a folder, `https://host/path`, with no query behind");
        }
        Ok(Self(url.to_owned()))
    }

    /// Brings a release here, of these hosts alone when any are named: as a host does it.
    pub fn bring(&self, part: Part, hosts: &[String], into: &Path) -> Result<(), Trouble> {
        bring(self, part, hosts, into)
    }
}

/// Without the password that an address may have.
impl fmt::Display for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("https", &self.0));
        let (host, path) =
            rest.split_once('/').map_or((rest, ""), |(host, _)| (host, &rest[host.len()..]));
        match host.rsplit_once('@') {
            Some((user, host)) => {
                let user = user.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}@{host}{path}")
            }
            None => f.write_str(&self.0),
        }
    }
}

fn bring(http: &Http, part: Part, hosts: &[String], into: &Path) -> Result<(), Trouble> {
    let url = &http.0;
    let base =
        if let Part::Number(_) = part { format!("{url}/{}", part.folder()) } else { url.clone() };
    let head = get(&[(format!("{base}/{HEAD_FILE}"), into.join(HEAD_FILE))], HEAD_BYTES)?;
    if head.status.code() == Some(REFUSED) && head.stdout.starts_with(b"404") {
        return Ok(());
    }
    // Of several places, which one it is; curl's own words name none.
    let program = format!("curl … {http}");
    said_of(&program, &head)?;
    let signatures = [(format!("{base}/{SIGNATURES_FILE}"), into.join(SIGNATURES_FILE))];
    said_of(&program, &get(&signatures, SIGNATURES_BYTES)?)?;
    let Some(head) = files::head(into)?.filter(|_| part != Part::Head) else { return Ok(()) };
    files::make_folder(&into.join("hosts"))?;
    let entry =
        |name: &String| (format!("{base}/{}", entry_file(name)), into.join(entry_file(name)));
    let entries: Vec<_> = head
        .value()
        .hosts
        .keys()
        .filter(|it| hosts.is_empty() || hosts.contains(it))
        .map(entry)
        .collect();
    if entries.is_empty() { Ok(()) } else { said_of(&program, &get(&entries, ENTRY_BYTES)?) }
}

/// What `curl` said, and that a server sent too much.
fn said_of(program: &str, output: &Output) -> Result<(), Trouble> {
    if output.status.signal() == Some(TOO_MUCH) {
        return Err(trouble(program, "it sends more than a release may have"));
    }
    said(program, output)
}

/// Fetches files of at most so many bytes each, several at a time. `--max-filesize` believes what the
/// server says of the size up to curl 8.4, so the system keeps the limit as well, in blocks of 512. The names are ours, so that a line
/// of curl's configuration holds them.
fn get(files: &[(String, std::path::PathBuf)], limit: usize) -> Result<Output, Trouble> {
    let mut config = String::new();
    for (url, file) in files {
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(
            config,
            "url = \"{}\"\noutput = \"{}\"",
            quoted(&url.replace(['\n', '\r'], "")),
            quoted(&file.to_string_lossy())
        );
    }
    let failed = |error: std::io::Error| trouble("curl", &error.to_string());
    require("curl")?;
    let mut curl = Command::new("sh");
    let blocks = limit.div_ceil(512) + 1;
    curl.args(["-c", "ulimit -c 0; ulimit -f \"$1\" && shift && exec curl \"$@\"", "sh"]);
    curl.arg(blocks.to_string());
    curl.args(["-q", "--silent", "--show-error", "--fail", "--location", "--max-redirs", "5"])
        .args(["--proto", "=https,http", "--max-time", LIMIT, "--parallel", "--globoff"])
        // With `--parallel`, curl 7.88 writes its meter between the words of a failure.
        .arg("--no-progress-meter")
        .args(["--max-filesize", &limit.to_string(), "--write-out", "%{http_code}"])
        .args(["--config", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = curl.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(config.as_bytes()).map_err(failed)?;
    }
    child.wait_with_output().map_err(failed)
}
