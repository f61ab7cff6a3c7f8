//! A rollout as a terminal of 80 columns shows it, and as JSON.

use std::io::{self, IsTerminal};

use nixfleet_nix::process::wait_until;
use nixfleet_rollout::{HostView, Standing, State, Tally, View, WaveState};
use nixfleet_text::output::{clear, print};
use nixfleet_text::{Lines, json, visible};
use nixfleet_vm::Cancel;
use unicode_width::UnicodeWidthStr;

use super::say::{Said, unknown};
use super::{AGAIN, Show};
use crate::commands::control_plane::{Door, Patience, Status};
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::{page, tell};
use crate::text::table;
use crate::text::wrap::{columns, fill};

/// The most hosts that are listed where nobody asks for all.
const HOSTS: usize = 20;

/// How long a bar is, and how short it is in a narrow terminal, with its ends.
const BAR: usize = 30;
const SHORTEST: usize = 12;

/// What stands between a wave's name, its bar and its count.
const GAP: usize = 2;

/// Shows it, once or until it has come to its end.
pub fn run(global: &Global, door: &Door, args: &Show) -> Result<Exit, Error> {
    let cancel = Cancel::on_signals().map_err(Plane::NoSignals)?;
    let look = || Ok((door.view()?, door.status()?));
    let mut patience = Patience::default();
    loop {
        let Some((view, status)) = patience.seen(look())? else {
            if wait_until(AGAIN, || cancel.requested()) {
                return Ok(nobody_looks_on());
            }
            continue;
        };
        let names = || view.hosts.iter().map(|it| it.name.as_str());
        if let Some(name) = args.hosts.iter().find(|host| !names().any(|it| it == host.as_str())) {
            return Err(unknown(&view, "host", name, names()).into());
        }
        if global.format == Format::Json {
            json(&view);
        } else {
            let width = columns(io::stdout()).unwrap_or(usize::MAX);
            let is_live = args.watch && io::stdout().is_terminal();
            let mut text = head(&status, &view, width);
            body(&mut text, &view, args, width);
            if is_live {
                clear();
            }
            print(page(text));
        }
        if !args.watch || view.state == State::Complete || view.state.is_failure() {
            return Ok(Exit::Fine);
        }
        if wait_until(AGAIN, || cancel.requested()) {
            return Ok(nobody_looks_on());
        }
    }
}

fn nobody_looks_on() -> Exit {
    tell("interrupted: nobody looks on any more, and it goes on");
    Exit::Interrupted
}

/// Shows what was said, and where the rollout stands after it.
pub fn after(global: &Global, said: &Said) {
    if global.format == Format::Json {
        return json(&said.view);
    }
    let mut text = Lines::default();
    let width = columns(io::stdout()).unwrap_or(usize::MAX);
    for line in &said.lines {
        fill(&mut text, &Lines::line(line), width, 0);
        text.end();
    }
    fill(&mut text, &Lines::line(&said.view.sentence), width, 0);
    print(page(text));
}

/// A rollout for programs: as the control plane says it.
pub fn json(view: &View) {
    print(json::document(view));
}

fn head(status: &Status, view: &View, width: usize) -> Lines {
    let mut line = Lines::line(format_args!("release {} of {}", view.sequence, status.fleet));
    if let Some(release) = &status.release {
        if let Some(created) = release.created {
            line.add(format_args!(", made {created:.0}"));
        }
        line.add(format_args!(", signed by {}", release.signed_by.join(" and ")));
    }
    let mut lines = vec![line, Lines::line(&view.sentence)];
    lines.extend(status.notes().iter().map(Lines::line));
    lines.iter().fold(Lines::default(), |mut text, line| {
        fill(&mut text, line, width, 0);
        text.end();
        text
    })
}

fn body(text: &mut Lines, view: &View, args: &Show, width: usize) {
    if args.hosts.is_empty() {
        waves(text.end(), view, width);
        return hosts(text, view, args.all);
    }
    for asked in view.hosts.iter().filter(|it| args.hosts.contains(&it.name)) {
        host(text.end(), asked, width);
    }
}

/// The waves below each other, each with its bar and its sentence.
fn waves(text: &mut Lines, view: &View, width: usize) {
    let widest = view.waves.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).min(24);
    for wave in &view.waves {
        let Tally { arrived, hosts, .. } = wave.tally;
        let (name, word) = (visible(&wave.name), word(wave.state));
        let count = format!("{arrived} of {hosts}, {word}");
        let beside = width.saturating_sub(widest.max(name.width()) + count.width() + 2 * GAP);
        if beside >= SHORTEST {
            let bar = bar(&wave.tally, beside);
            text.add(format_args!("{name:widest$}  {bar}  {count}")).end();
        } else {
            // Each in a line of its own.
            let bar = bar(&wave.tally, width.saturating_sub(GAP));
            fill(text, &Lines::line(&wave.name), width, 0);
            fill(text.end().ours("  "), &bar.as_str().into(), width, GAP);
            fill(text.end().ours("  "), &count.as_str().into(), width, GAP);
            text.end();
        }
        fill(text.ours("  "), &Lines::line(&wave.sentence), width, 2);
        text.end();
    }
}

/// `[#####>>>!!......]`: arrived, on the way, failed or silent, the rest; in so much room.
fn bar(tally: &Tally, room: usize) -> String {
    let bar = room.saturating_sub(2).clamp(SHORTEST - 2, BAR);
    let hosts = tally.hosts.max(1);
    let mut drawn = 0;
    let mut text = String::new();
    // What is there at all has a sign at least.
    for (sign, count) in [('#', tally.arrived), ('>', tally.on_the_way), ('!', tally.lost())] {
        let length = (count * bar / hosts).max(usize::from(count > 0)).min(bar - drawn);
        text.extend(std::iter::repeat_n(sign, length));
        drawn += length;
    }
    text.extend(std::iter::repeat_n('.', bar - drawn));
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
fn hosts(text: &mut Lines, view: &View, all: bool) {
    let quiet = [Standing::Arrived, Standing::Waiting];
    let shown: Vec<&HostView> =
        view.hosts.iter().filter(|it| all || !quiet.contains(&it.standing)).collect();
    if shown.is_empty() {
        return;
    }
    let most = if all { usize::MAX } else { HOSTS };
    let mut cells = vec![["HOST", "WAVE", "STATE"].map(str::to_owned).to_vec()];
    for host in shown.iter().take(most) {
        cells.push(vec![host.name.clone(), host.wave.clone(), standing(host.standing)]);
        cells.push(vec![format!("  {}", host.sentence)]);
    }
    text.end().append(&table::render(&cells));
    if shown.len() > most {
        let more = shown.len() - most;
        text.add(format_args!("and {more} more: `--all` shows every host")).end();
    }
}

/// All that is known of a host.
fn host(text: &mut Lines, host: &HostView, width: usize) {
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
    text.append(&table::render(&rows));
    fill(text, &Lines::line(&host.sentence), width, 0);
    text.end();
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
            bar(&Tally { hosts, arrived, on_the_way, failed, ..Tally::default() }, 80)
        };
        assert_eq!(
            tally(30, 10, 5, 1),
            format!("[{}{}!{}]", "#".repeat(10), ">".repeat(5), ".".repeat(14))
        );
        assert_eq!(tally(10_000, 9_998, 1, 1), format!("[{}>]", "#".repeat(29)));
        assert_eq!(tally(0, 0, 0, 0), format!("[{}]", ".".repeat(30)));
    }
}
