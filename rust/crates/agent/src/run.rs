//! The loop around the core: what is decided is written down, then done, then told to the core.

use nixfleet_rollout::in_a_sentence;

use crate::core::{self, Action, Event, Facts, Moment, Outcome, Settings, State, Step};

/// What is around the core.
pub trait World {
    /// Now.
    fn now(&self) -> Moment;
    /// What is so.
    fn facts(&self) -> Facts;
    /// Writes a state down.
    ///
    /// # Errors
    /// When it cannot be: then nothing is done.
    fn keep(&mut self, state: &State) -> Result<(), String>;
    /// Shows a state to people and programs.
    fn show(&mut self, state: &State);
    /// Does what is to be done.
    fn act(&mut self, action: &Action) -> Event;
}

/// Runs until `done` says so of a state that was written down.
///
/// # Errors
/// When a state cannot be written down.
pub fn run<W: World>(
    world: &mut W,
    state: State,
    first: Option<Event>,
    settings: &Settings,
    done: impl Fn(&W, &State) -> bool,
) -> Result<State, String> {
    let started = Event::Started(world.facts());
    let (mut state, mut action) = core::step(state, started, world.now(), settings);
    if let Some(event) = first {
        (state, action) = core::step(state, event, world.now(), settings);
    }
    let mut written = String::new();
    loop {
        // The same again is not written: an idle agent leaves the disk alone.
        let text = serde_json::to_string(&state).map_err(|error| error.to_string())?;
        if written != text {
            world.keep(&state)?;
            written = text;
        }
        world.show(&state);
        if done(world, &state) {
            return Ok(state);
        }
        let event = world.act(&action);
        (state, action) = core::step(state, event, world.now(), settings);
    }
}

/// Where a host stands, in a sentence.
#[must_use]
pub fn sentence(state: &State) -> String {
    let at = |words: &str, sequence: u64| format!("release {sequence}: {words}");
    match &state.step {
        Step::Idle => idle(state),
        Step::Room(it) => at("looking for room", it.sequence),
        Step::Fetch(it) => at("fetching", it.sequence),
        Step::Ask(it) => at("asking what a switch would do", it.sequence),
        Step::Arm(it) => at("setting the guard", it.target.sequence),
        Step::Test(it) => at("switching", it.target.sequence),
        Step::Probation(it) => at("on probation", it.attempt.target.sequence),
        Step::Commit(it) => at("making it what boots", it.target.sequence),
        Step::Stage(it) => at("giving it one boot", it.target.sequence),
        Step::Restart(it) => at("waiting for a restart", it.target.sequence),
        Step::Revert { attempt, why, .. } => {
            at(&format!("going back: {}", in_a_sentence(why)), attempt.target.sequence)
        }
        Step::Rescue { attempt, why } => at(
            &format!("restarting to be on the old system: {}", in_a_sentence(why)),
            attempt.target.sequence,
        ),
        Step::Disarm { outcome, target } => outcome.sentence(target.sequence),
    }
}

fn idle(state: &State) -> String {
    if let Some(why) = &state.wait {
        return why.clone();
    }
    match (state.offered, &state.last) {
        (_, Some((Outcome::Committed, target))) if state.runs == Some(target.sequence) => {
            Outcome::Committed.sentence(target.sequence)
        }
        // What was tried before is over, and what is offered is here, however it came.
        (Some(offered), _) if state.runs == Some(offered) => {
            format!("release {offered} runs, and is what boots")
        }
        (_, Some((outcome, target))) => outcome.sentence(target.sequence),
        (_, None) => "nothing to do".into(),
    }
}
