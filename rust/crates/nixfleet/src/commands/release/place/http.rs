//! A web server, by the program `curl`: bounded in bytes, seconds and redirects.

use std::fmt::Write as _;
use std::io::Write as _;
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

/// Brings a release here, of these hosts alone when any are named: as a host does it.
pub fn bring(url: &str, part: Part, hosts: &[String], into: &Path) -> Result<(), Trouble> {
    let base =
        if let Part::Number(_) = part { format!("{url}/{}", part.folder()) } else { url.into() };
    let head = get(&[(format!("{base}/{HEAD_FILE}"), into.join(HEAD_FILE))], HEAD_BYTES)?;
    if head.status.code() == Some(REFUSED) && head.stdout.starts_with(b"404") {
        return Ok(());
    }
    // Of several places, which one it is; curl's own words name none.
    let program = format!("curl … {url}");
    said(&program, &head)?;
    let signatures = [(format!("{base}/{SIGNATURES_FILE}"), into.join(SIGNATURES_FILE))];
    said(&program, &get(&signatures, SIGNATURES_BYTES)?)?;
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
    if entries.is_empty() { Ok(()) } else { said(&program, &get(&entries, ENTRY_BYTES)?) }
}

/// Fetches files of at most so many bytes each, several at a time. The names are ours, so that a line
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
    let mut curl: Command = require("curl")?;
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
