//! Waiting for the end of a rollout, for scripts: the exit status tells how it ended.

use std::time::Instant;

use nixfleet_nix::process::wait_until;
use nixfleet_rollout::{State, View};
use nixfleet_vm::Cancel;

use super::{AGAIN, Wait, show};
use crate::commands::control_plane::Door;
use crate::error::{Error, Plane};
use crate::exit::Exit;
use crate::global::{Format, Global};
use crate::text::page::tell;

/// How often in a row the control plane may not answer: it may be restarted meanwhile.
const UNANSWERED: u32 = 10;

/// Waits, and says on standard error what it waits for each time that it is something else.
pub fn run(global: &Global, door: &Door, args: &Wait) -> Result<Exit, Error> {
    let cancel = Cancel::on_signals().map_err(Plane::NoSignals)?;
    let begun = Instant::now();
    let (mut told, mut unanswered) = (String::new(), 0);
    loop {
        let view = match door.view() {
            Ok(view) => {
                unanswered = 0;
                Some(view)
            }
            // There may be no release yet: that of a number is waited for.
            Err(Plane::Refused(_)) if args.release.is_some() => None,
            Err(error @ (Plane::Unreached { .. } | Plane::Slow { .. })) => {
                unanswered += 1;
                if unanswered == 1 {
                    say(&format!("{error}: asking again"));
                }
                if unanswered > UNANSWERED {
                    return Err(error.into());
                }
                None
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(view) = view {
            let sentence = sentence(&view, args.release);
            if let Some(exit) = ended(&view, args.release) {
                end(global, &view, &sentence);
                return Ok(exit);
            }
            if sentence != told {
                say(&sentence);
                told = sentence;
            }
        }
        let left = args.timeout.get().saturating_sub(begun.elapsed());
        if left.is_zero() {
            say(&format!("it has not come to its end within {}", args.timeout));
            return Ok(Exit::TimedOut);
        }
        if wait_until(AGAIN.min(left), || cancel.requested()) {
            say("interrupted: nobody waits for it any more, and it goes on");
            return Ok(Exit::Interrupted);
        }
    }
}

/// How it ended, if it has.
fn ended(view: &View, wanted: Option<u64>) -> Option<Exit> {
    let wanted = wanted.unwrap_or(view.sequence);
    if view.sequence < wanted {
        return None;
    }
    if view.sequence > wanted || view.state.is_failure() {
        return Some(Exit::Faults);
    }
    (view.state == State::Complete).then_some(Exit::Fine)
}

fn sentence(view: &View, wanted: Option<u64>) -> String {
    match wanted {
        Some(wanted) if view.sequence < wanted => {
            format!("release {wanted} is not there yet: the newest is {}", view.sequence)
        }
        Some(wanted) if view.sequence > wanted => {
            format!("release {wanted}: release {} took its place", view.sequence)
        }
        _ => view.sentence.clone(),
    }
}

fn end(global: &Global, view: &View, sentence: &str) {
    match global.format {
        Format::Json => show::json(view),
        _ => say(sentence),
    }
}

fn say(text: &str) {
    tell(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(sequence: u64, state: State) -> View {
        let at = "2026-11-25T12:00:00Z".parse().unwrap();
        View {
            api_version: 1,
            sequence,
            began: at,
            at,
            state,
            sentence: String::new(),
            tally: nixfleet_rollout::Tally::default(),
            waves: vec![],
            hosts: vec![],
        }
    }

    #[test]
    fn success_failure_and_not_yet_are_told_apart() {
        assert_eq!(ended(&view(41, State::Complete), None), Some(Exit::Fine));
        for state in [State::Running, State::Paused] {
            assert_eq!(ended(&view(41, state), None), None);
        }
        for state in [State::Halted, State::Aborted, State::GivenUp, State::Expired] {
            assert_eq!(ended(&view(41, state), None), Some(Exit::Faults));
        }
        assert_eq!(ended(&view(41, State::Complete), Some(42)), None);
        assert_eq!(ended(&view(43, State::Complete), Some(42)), Some(Exit::Faults));
        assert_eq!(ended(&view(42, State::Complete), Some(42)), Some(Exit::Fine));
    }
}
