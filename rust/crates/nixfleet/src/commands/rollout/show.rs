//! A rollout as a terminal of 80 columns shows it, and as JSON.

use std::fmt::Write;
use std::io::{self, IsTerminal};

use nixfleet_nix::process::wait_until;
use nixfleet_rollout::{HostView, Standing, State, Tally, View, WaveState};
use nixfleet_text::visible;
use nixfleet_vm::Cancel;

use super::say::{Said, unknown};
use super::{AGAIN, Show};
use crate::commands::control_plane::{Door, Status};
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::output::{clear, print};
use crate::text::quote::listed_of_more;
use crate::text::table;
use crate::text::wrap::{columns, fit};

/// The most hosts that are listed where nobody asks for all.
const HOSTS: usize = 20;

/// How long a bar is.
const BAR: usize = 30;

/// Shows it, once or until it has come to its end.
pub fn run(global: &Global, door: &Door, args: &Show) -> Result<Exit, Error> {
    let cancel = Cancel::on_signals().map_err(Plane::NoSignals)?;
    loop {
        let view = door.view()?;
        let names = || view.hosts.iter().map(|it| it.name.as_str());
        if let Some(name) = args.hosts.iter().find(|host| !names().any(|it| it == host.as_str())) {
            return Err(unknown(&view, "host", name, names()).into());
        }
        if global.format == Format::Json {
            json(&view);
        } else {
            let width = columns(io::stdout()).unwrap_or(usize::MAX);
            let is_live = args.watch && io::stdout().is_terminal();
            let head = head(&door.status()?, &view, width);
            if is_live {
                clear();
            }
            print(&format!("{head}{}", body(&view, args, width)));
        }
        if !args.watch || view.state == State::Complete || view.state.is_failure() {
            return Ok(Exit::Fine);
        }
        if wait_until(AGAIN, || cancel.requested()) {
            return Ok(Exit::Interrupted);
        }
    }
}

/// Shows what was said, and where the rollout stands after it.
pub fn after(global: &Global, said: &Said) {
    if global.format == Format::Json {
        return json(&said.view);
    }
    let width = columns(io::stdout()).unwrap_or(usize::MAX);
    let lines = said.lines.iter().map(|it| visible(it).into_owned());
    let sentence = fit(&visible(&said.view.sentence), width, 0);
    print(&format!("{}\n{sentence}\n", lines.collect::<Vec<_>>().join("\n")));
}

/// A rollout for programs: as the control plane says it.
pub fn json(view: &View) {
    let text = serde_json::to_string_pretty(view).unwrap_or_default();
    print(&format!("{text}\n"));
}

fn head(status: &Status, view: &View, width: usize) -> String {
    let mut text = format!("release {} of {}", view.sequence, visible(&status.fleet));
    if let Some(release) = &status.release {
        let signers = release.signed_by.iter().map(|it| visible(it).into_owned());
        let signers: Vec<String> = signers.collect();
        if let Some(created) = release.created {
            let _ = write!(text, ", made {created:.0}");
        }
        let _ = write!(text, ", signed by {}", signers.join(" and "));
    }
    let mut lines = vec![text, visible(&view.sentence).into_owned()];
    if let Some(trouble) = &status.trouble {
        lines.push(format!(
            "no host is let go, since nothing can be written down: {}",
            visible(trouble)
        ));
    }
    if !status.ahead.is_empty() {
        lines.push(format!(
            "a newer release is known at {}, and lost here: bring it again with `nixfleet release publish`",
            listed_of_more(&status.ahead, status.ahead_more)
        ));
    }
    lines.iter().map(|it| fit(it, width, 0) + "\n").collect()
}

fn body(view: &View, args: &Show, width: usize) -> String {
    if !args.hosts.is_empty() {
        let asked = view.hosts.iter().filter(|it| args.hosts.contains(&it.name));
        return asked.fold(String::new(), |text, it| text + "\n" + &host(it, width));
    }
    format!("\n{}{}", waves(view, width), hosts(view, args.all, width))
}

/// The waves below each other, each with its bar and its sentence.
fn waves(view: &View, width: usize) -> String {
    let widest = view.waves.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).min(24);
    let mut text = String::new();
    for wave in &view.waves {
        let Tally { arrived, hosts, .. } = wave.tally;
        let name = visible(&wave.name);
        let _ = writeln!(
            text,
            "{name:widest$}  {}  {arrived} of {hosts}, {}",
            bar(&wave.tally),
            word(wave.state)
        );
        let sentence = fit(&visible(&wave.sentence), width.saturating_sub(2), 2);
        let _ = writeln!(text, "  {sentence}");
    }
    text
}

/// `#####>>>!!......`: arrived, on the way, failed or silent, the rest.
fn bar(tally: &Tally) -> String {
    let hosts = tally.hosts.max(1);
    let mut drawn = 0;
    let mut text = String::new();
    // What is there at all has a sign at least.
    for (sign, count) in [('#', tally.arrived), ('>', tally.on_the_way), ('!', tally.lost())] {
        let length = (count * BAR / hosts).max(usize::from(count > 0)).min(BAR - drawn);
        text.extend(std::iter::repeat_n(sign, length));
        drawn += length;
    }
    text.extend(std::iter::repeat_n('.', BAR - drawn));
    format!("[{text}]")
}

fn word(state: WaveState) -> &'static str {
    match state {
        WaveState::Closed => "not open yet",
        WaveState::Open => "open",
        WaveState::Window => "waits for its window",
        WaveState::Soaking => "has to hold",
        WaveState::Failed => "failed",
        WaveState::Passed => "done",
    }
}

/// Those that something is to be said of: neither arrived nor waiting with their wave.
fn hosts(view: &View, all: bool, width: usize) -> String {
    let quiet = [Standing::Arrived, Standing::Waiting];
    let shown: Vec<&HostView> =
        view.hosts.iter().filter(|it| all || !quiet.contains(&it.standing)).collect();
    if shown.is_empty() {
        return String::new();
    }
    let most = if all { usize::MAX } else { HOSTS };
    let mut cells = vec![["HOST", "WAVE", "STATE"].map(str::to_owned).to_vec()];
    for host in shown.iter().take(most) {
        cells.push(vec![host.name.clone(), host.wave.clone(), standing(host.standing)]);
        let sentence = fit(&visible(&host.sentence), width.saturating_sub(2), 0);
        cells.extend(sentence.lines().map(|it| vec![format!("  {it}")]));
    }
    let mut text = format!("\n{}", table::render(&cells));
    if shown.len() > most {
        let _ = writeln!(text, "and {} more: `--all` shows every host", shown.len() - most);
    }
    text
}

/// All that is known of a host.
fn host(host: &HostView, width: usize) -> String {
    let none = || "not known".to_owned();
    let seen = host.seen.map_or_else(|| "never".to_owned(), |it| format!("{it:.0}"));
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        row("host", host.name.clone()),
        row("wave", host.wave.clone()),
        row("state", standing(host.standing)),
        row("heard of", seen),
        row("runs", host.running.clone().unwrap_or_else(none)),
        row("should run", host.system.clone()),
    ];
    if !host.tags.is_empty() {
        rows.push(row("tags", host.tags.join(", ")));
    }
    format!("{}{}\n", table::render(&rows), fit(&visible(&host.sentence), width, 0))
}

fn standing(standing: Standing) -> String {
    match standing {
        Standing::Arrived => "arrived",
        Standing::Going => "may go",
        Standing::OnTheWay => "on the way",
        Standing::Waiting => "waits",
        Standing::Offline => "offline",
        Standing::Unheard => "unheard",
        Standing::Silent => "silent",
        Standing::Failed => "failed",
        Standing::Held => "held",
        Standing::Skipped => "left out",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_shows_whatever_there_is() {
        let tally = |hosts, arrived, on_the_way, failed| {
            bar(&Tally { hosts, arrived, on_the_way, failed, ..Tally::default() })
        };
        assert_eq!(
            tally(30, 10, 5, 1),
            format!("[{}{}!{}]", "#".repeat(10), ">".repeat(5), ".".repeat(14))
        );
        assert_eq!(tally(10_000, 9_998, 1, 1), format!("[{}>]", "#".repeat(29)));
        assert_eq!(tally(0, 0, 0, 0), format!("[{}]", ".".repeat(30)));
    }
}
