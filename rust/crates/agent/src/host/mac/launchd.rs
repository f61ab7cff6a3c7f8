//! Jobs of launchd that no system has: they are made from a file beside the agent's report, gone with the
//! machine's end, and left alone by an activation (launchctl(1), launchd.plist(5)).

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use nixfleet_nix::process;

use crate::folder::write_whole;
use crate::host::ended::{self, Ended};
use crate::host::platform::Job;
use crate::host::words;
use crate::host::words::last_line;
use crate::report;

/// How long launchd may take to answer.
const ASK: Duration = Duration::from_secs(60);
/// How long it may take to start what it was given.
const START: Duration = Duration::from_secs(30);
/// How long it may take to end what it was told to: it kills after 20 seconds (launchd.plist(5), `ExitTimeOut`).
const ENDING: Duration = Duration::from_secs(30);
/// How often the end of a job is looked for, and how often whether it is there at all.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const ASK_EVERY: Duration = Duration::from_secs(2);
/// The end of a job's words that is read, in bytes.
const WORDS: usize = 64 * 1024;
/// How many of its last lines are told.
const LINES: usize = 10;

/// Runs a command in a job and waits for it. launchd tells nobody how a job ended, and knows no limit: this
/// program does both, inside the job.
pub(super) fn run(job: &Job) -> Ended {
    let label = format!("nixfleet-{}", job.name);
    // In this order: what ends between the two questions has its record by the second.
    let is_new = !is_running(&label) && !job.record.exists();
    if is_new {
        take_away(&label);
        if let Err(why) = start(&label, job) {
            return Ended::NotStarted(why);
        }
    }
    let began = Instant::now();
    // The job ends the command at its limit; a little longer, for it to say so.
    let patience = job.limit + Duration::from_secs(120);
    let mut asked = began;
    while !job.record.exists() && began.elapsed() < patience {
        if began.elapsed() > START && asked.elapsed() > ASK_EVERY {
            asked = Instant::now();
            if !is_running(&label) {
                break;
            }
        }
        crate::notify::alive();
        thread::sleep(LOOK_EVERY);
    }
    take_away(&label);
    ended::read(job.record)
}

fn start(label: &str, job: &Job) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let limit = job.limit.as_secs().to_string();
    let mut words: Vec<&OsStr> = vec![program.as_os_str(), OsStr::new("job")];
    words.extend([job.record.as_os_str(), OsStr::new(&limit), OsStr::new("--")]);
    words.extend(job.words.iter().map(OsStr::new));
    make(label, &words, "<key>RunAtLoad</key><true/>")
}

/// Runs a command every so many seconds, first after as many.
pub(super) fn every(label: &str, seconds: u64, words: &[&OsStr]) -> Result<(), String> {
    make(label, words, &format!("<key>StartInterval</key><integer>{seconds}</integer>"))
}

/// Ends a job and forgets it. launchd may be at it when it has answered already, and takes up none of the
/// same name meanwhile.
pub(super) fn take_away(label: &str) {
    ask(&["bootout", &format!("system/{label}")]);
    wait_until(ENDING, || !is_there(label));
    let _ = fs::remove_file(file(label, "plist"));
}

/// Waits for what launchd has to be asked, each time by a program.
pub(super) fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + patience;
    while !is_so() && Instant::now() < until {
        thread::sleep(LOOK_EVERY);
    }
}

/// Takes up the job of a file where launchd has none by its name, unless somebody has told it not to.
pub(super) fn load(file: &Path) {
    if label(file).is_none_or(is_there) {
        return;
    }
    let mut command = Command::new("launchctl");
    if file.starts_with("/Library/LaunchAgents") {
        command.arg("load");
    } else {
        command.args(["bootstrap", "system"]);
    }
    say_whether_up(file, process::output(command.arg(file), ASK));
}

/// The same in a person's session, and in their name, as nix-darwin has it. Who is not logged in has no
/// session, and gets it with the next.
pub(super) fn load_with(file: &Path, user: u32) {
    let ask = |words: &[&OsStr]| process::output(in_session(user).args(words), ASK);
    let succeeded = |it: &process::Output| it.status.is_some_and(|it| it.success());
    let Some(label) = label(file) else { return };
    let words = ["launchctl", "list", label].map(OsStr::new);
    if !ask(&words).is_ok_and(|it| succeeded(&it)) {
        say_whether_up(file, ask(&["launchctl".as_ref(), "load".as_ref(), file.as_os_str()]));
    }
}

fn say_whether_up(file: &Path, loaded: io::Result<process::Output>) {
    let is_up = loaded.is_ok_and(|it| it.status.is_some_and(|it| it.success()));
    let ended = if is_up { "is taken up again" } else { "is not taken up by launchd" };
    crate::notify::say(&format!("`{}` {ended}", file.display()));
}

/// By what launchd knows the job of a file, as nix-darwin names files.
fn label(file: &Path) -> Option<&str> {
    file.file_stem().and_then(OsStr::to_str)
}

/// The beginning of a command in a person's session, and in their name.
fn in_session(user: u32) -> Command {
    let mut command = Command::new("launchctl");
    let number = user.to_string();
    command.args(["asuser", &number, "sudo", "-n", &format!("--user=#{number}"), "--"]);
    command
}

/// Ends the job of a file, and removes the file.
pub(super) fn unload(file: &Path) -> Result<(), String> {
    let mut command = Command::new("launchctl");
    // As nix-darwin has it; it says nothing of a job that is not there.
    let _ = process::output(command.arg("unload").arg(file), ASK);
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(format!("cannot remove `{}`: {error}", file.display()))
        }
        _ => Ok(()),
    }
}

/// The same in a person's session, and in their name.
pub(super) fn unload_with(file: &Path, user: u32) -> Result<(), String> {
    let _ = process::output(in_session(user).args(["launchctl", "unload"]).arg(file), ASK);
    let mut remove = Command::new("sudo");
    remove.args(["-n", &format!("--user=#{user}"), "--", "rm", "-f"]).arg(file);
    let removed = process::output(&mut remove, ASK);
    if removed.is_ok() && !file.exists() {
        Ok(())
    } else {
        Err(format!("cannot remove `{}`", file.display()))
    }
}

/// Whether launchd has a job.
pub(super) fn is_there(label: &str) -> bool {
    ask(&["list", label]).is_some()
}

/// Whether a job runs: a table with its process then.
pub(super) fn is_running(label: &str) -> bool {
    ask(&["list", label]).is_some_and(|it| it.contains("\"PID\""))
}

/// What `launchctl` answers; `None` when it does not, or fails.
pub(super) fn ask(words: &[&str]) -> Option<String> {
    let output = process::output(Command::new("launchctl").args(words), ASK).ok()?;
    output.status.is_some_and(|it| it.success()).then(|| output.stdout.into_raw())
}

/// The last lines that a job wrote, indented below what is said of it.
pub(super) fn last_words(label: &str) -> String {
    let bytes = fs::read(file(label, "log")).unwrap_or_default();
    let end = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(WORDS)..]).into_owned();
    words::below(&told(&end))
}

/// The lines of a text that say why: from the last error on, below which an activation writes what to do;
/// the last ones where there is none.
fn told(text: &str) -> String {
    let plain = without_colour(text);
    let lines: Vec<&str> = plain.lines().filter(|it| !it.trim().is_empty()).collect();
    let error = lines.iter().rposition(|it| it.contains("error:"));
    let begin = error.unwrap_or(lines.len().saturating_sub(LINES));
    lines.into_iter().skip(begin).take(LINES).collect::<Vec<_>>().join("\n")
}

/// Activations write errors in red, whoever reads them.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit() || it == ';');
        all + rest.strip_prefix('m').unwrap_or(part)
    })
}

fn make(label: &str, words: &[&OsStr], begins: &str) -> Result<(), String> {
    let (plist, log) = (file(label, "plist"), file(label, "log"));
    let _ = fs::remove_file(&log);
    write_whole(&plist, text(label, words, begins, &log).as_bytes(), 0o644)
        .map_err(|error| error.to_string())?;
    let mut command = Command::new("launchctl");
    command.args(["bootstrap", "system"]).arg(&plist);
    let output = process::output(&mut command, ASK).map_err(|error| error.to_string())?;
    match output.status {
        Some(status) if status.success() => Ok(()),
        Some(_) => Err(last_line(&output.stderr)),
        None => Err("launchd did not answer in time".into()),
    }
}

fn text(label: &str, words: &[&OsStr], begins: &str, log: &Path) -> String {
    let string = |text: &str| format!("<string>{}</string>", escaped(text));
    let words: String = words.iter().map(|it| string(&it.to_string_lossy())).collect();
    let (label, log) = (string(label), string(&log.to_string_lossy()));
    let environment = environment();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\"><dict>\n\
         <key>Label</key>{label}\n\
         <key>ProgramArguments</key><array>{words}</array>\n\
         <key>EnvironmentVariables</key><dict>{environment}</dict>\n\
         <key>StandardOutPath</key>{log}\n<key>StandardErrorPath</key>{log}\n\
         {begins}\n\
         </dict></plist>\n"
    )
}

/// What the agent itself was given: a job of launchd inherits nothing.
fn environment() -> String {
    let own = ["PATH", "NIX_REMOTE", "NIX_SSL_CERT_FILE", "SSL_CERT_FILE"];
    let of = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let folder = ("RUNTIME_DIRECTORY".to_owned(), report::folder().display().to_string());
    let all = own.into_iter().filter_map(of).chain([folder]);
    all.fold(String::new(), |all, (name, value)| {
        all + &format!("<key>{name}</key><string>{}</string>", escaped(&value))
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn file(label: &str, suffix: &str) -> PathBuf {
    report::folder().join(format!("{label}.{suffix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_an_activation_failed_is_told_from_its_error_on() {
        let many = "a line\n".repeat(LINES + 5);
        let refused = format!("{many}\u{1b}[1;31merror: no permission\u{1b}[0m\n\n{many}");
        let said = told(&refused);
        assert!(said.starts_with("error: no permission\na line\n"), "{said}");
        assert_eq!((said.lines().count(), told(&many).lines().count()), (LINES, LINES));
        assert_eq!(told("\u{1b}[1;31merror"), "error");
        assert_eq!(told("a\u{1b}[2Kb"), "a\u{1b}[2Kb".replace("\u{1b}[", ""));
    }

    #[test]
    fn a_job_is_written_as_launchd_reads_it() {
        let words = ["/agent", "a<b & c"].map(OsStr::new);
        let text = text(
            "nixfleet-guard",
            &words,
            "<key>StartInterval</key><integer>9</integer>",
            Path::new("/l"),
        );
        for part in [
            "<key>Label</key><string>nixfleet-guard</string>",
            "<array><string>/agent</string><string>a&lt;b &amp; c</string></array>",
            "<key>StartInterval</key><integer>9</integer>",
            "<key>StandardErrorPath</key><string>/l</string>",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
