//! What a person says: each word is checked against what there is before any is said.

use nixfleet_rollout::{Command, View, WaveState};
use nixfleet_text::nearest;

use crate::commands::control_plane::Door;
use crate::error::Plane;

/// What was said, in lines, and how the rollout is after it.
pub struct Said {
    pub lines: Vec<String>,
    pub view: View,
}

/// Says something of the whole.
pub fn all(door: &Door, command: &Command) -> Result<Said, Plane> {
    let view = door.view()?;
    is_of_use(&view, command)?;
    let words = match command {
        Command::Pause => "paused",
        Command::Resume => "resumed",
        _ => "ended",
    };
    let line = say(door, command, &format!("{words} release {}", view.sequence))?;
    told(door, vec![line])
}

/// Says something of hosts.
pub fn of(door: &Door, hosts: &[String], command: fn(String) -> Command) -> Result<Said, Plane> {
    let view = door.view()?;
    let names = || view.hosts.iter().map(|it| it.name.as_str());
    if let Some(name) = hosts.iter().find(|host| !names().any(|it| it == host.as_str())) {
        return Err(unknown(&view, "host", name, names()));
    }
    is_of_use(&view, &command(String::new()))?;
    let mut lines = Vec::new();
    for host in hosts {
        let command = command(host.clone());
        let words = match &command {
            Command::Hold { .. } => "holds",
            Command::Release { .. } => "lets go again",
            Command::Skip { .. } => "does without",
            _ => "lets try again",
        };
        lines.push(say(door, &command, &format!("{words} {host}"))?);
    }
    told(door, lines)
}

/// Takes a wave as done: the one that is named, or that is under way.
pub fn promote(door: &Door, wave: Option<&str>) -> Result<Said, Plane> {
    let view = door.view()?;
    let names = || view.waves.iter().map(|it| it.name.as_str());
    let wave = match wave {
        Some(wave) if names().any(|it| it == wave) => wave.to_owned(),
        Some(wave) => return Err(unknown(&view, "wave", wave, names())),
        None => {
            let open = view.waves.iter().find(|it| it.state != WaveState::Passed);
            open.map(|it| it.name.clone()).ok_or(Plane::NoWave(view.sequence))?
        }
    };
    let command = Command::Promote { wave: wave.clone() };
    is_of_use(&view, &command)?;
    let line = say(door, &command, &format!("takes wave {wave} as done"))?;
    told(door, vec![line])
}

/// Of a rollout that is over, as by somebody else a moment ago, a word would be taken and change nothing.
/// `hold` and what ends it are for later rollouts too.
fn is_of_use(view: &View, command: &Command) -> Result<(), Plane> {
    let word = match command {
        Command::Pause => "pause",
        Command::Resume => "resume",
        Command::Skip { .. } => "skip",
        Command::Retry { .. } => "retry",
        Command::Promote { .. } => "promote",
        Command::Hold { .. } | Command::Release { .. } | Command::Abort => return Ok(()),
    };
    if view.state.is_over() {
        return Err(Plane::Over { word, sentence: view.sentence.clone() });
    }
    Ok(())
}

/// Says it: who does what, and what that met which somebody else had said before.
fn say(door: &Door, command: &Command, does: &str) -> Result<String, Plane> {
    let (by, met) = door.say(command)?;
    let met = met.map_or_else(String::new, |it| format!(": {it}"));
    Ok(format!("{by} {does}{met}"))
}

fn told(door: &Door, lines: Vec<String>) -> Result<Said, Plane> {
    Ok(Said { lines, view: door.view()? })
}

/// A name that there is not, with the nearest that there is.
pub fn unknown<'a>(
    view: &View,
    what: &'static str,
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Plane {
    let nearest = nearest(name, names).map(str::to_owned);
    Plane::Unknown { sequence: view.sequence, what, name: name.to_owned(), nearest }
}
