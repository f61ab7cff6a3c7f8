//! What programs and units say, for a sentence of the agent's.

use std::process::Command;
use std::time::Duration;

use nixfleet_nix::{Foreign, process};
use nixfleet_rollout::WHY_INDENT;

/// What a program may take to say its words.
const ASK_LIMIT: Duration = Duration::from_secs(120);

/// How many of a unit's last lines are told.
const LINES: &str = "--lines=10";

/// The last thing that a program said, in one line that is safe to show.
pub(super) fn last_line(said: &Foreign) -> String {
    let line = said.last_line();
    if line.is_empty() { "it said nothing".to_owned() } else { line.excerpt() }
}

/// The last words of a unit in this boot, indented below what is said of it: its own, and systemd's
/// where it said none.
pub(super) fn journal(unit: &str) -> String {
    let unit = if unit.contains('.') { unit.to_owned() } else { format!("{unit}.service") };
    let last = |of: &str, lines: &str| {
        let mut command = Command::new("journalctl");
        command.args([of, "--boot", lines, "--output=cat", "--no-pager", "--quiet"]);
        text_of(&mut command).filter(|it| !it.is_empty())
    };
    last(&format!("_SYSTEMD_UNIT={unit}"), LINES)
        .or_else(|| last(&format!("--unit={unit}"), "--lines=1"))
        .map_or_else(String::new, |text| below(&text))
}

/// Lines, indented below what is said of who wrote them.
pub(super) fn below(text: &str) -> String {
    Foreign::from(text).lines().fold(String::new(), |all, it| all + "\n" + WHY_INDENT + &it)
}

/// Asks a program for its words.
pub(super) fn text_of(command: &mut Command) -> Option<String> {
    let output = process::output(command, ASK_LIMIT).ok()?;
    output.status.filter(std::process::ExitStatus::success)?;
    Some(output.stdout.raw().trim().to_owned())
}
