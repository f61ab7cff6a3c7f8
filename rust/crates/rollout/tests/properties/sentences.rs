//! Every decision and every wait has a sentence that names hosts or waves, numbers, and what would change
//! it. What there is to say is asked of each value, so that a new one has to have its sentence too; and
//! each is come to at least once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use nixfleet_rollout::{Decision, Kind, May, Phase, Standing, State, WaveState};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::fleet::OLD;
use crate::op::op;
use crate::shape::shape_by_the_hour;
use crate::world::World;

/// What a sentence has to have, each in one of several ways.
type Parts = &'static [&'static [&'static str]];

/// A host, a wave, a number, as this test's fleets have them.
const HOST: &[&str] = &["h0", "h1", "h2", "h3", "h4", "h5"];
/// Who failed; where that was retried or left out since, nobody is to be named.
const FAILED: &[&str] = &["h0", "h1", "h2", "h3", "h4", "h5", "more hosts failed than"];
const WAVE: &[&str] = &["`w0`", "`w1`", "`w2`", "`all`"];
const NUMBER: &[&str] = &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
const TIME: &[&str] = &["2026-11-"];

/// What would change where a rollout stands, and what it is about.
fn of_state(state: State) -> Parts {
    match state {
        State::Running => &[&["release 41"], &[" of "], NUMBER],
        State::Paused => &[&["release 41"], &["ops paused it at 2026-11-"], &["`resume`"]],
        State::Halted => {
            &[&["release 41"], HOST, NUMBER, &["`retry` or `skip`"], &["release anew"]]
        }
        State::GivenUp => &[&["release 41"], FAILED, &["release anew", "--rollback-to 40"]],
        State::Aborted => &[&["release 41"], &["ops ended it at 2026-11-"], &["release anew"]],
        State::Expired => &[&["release 41"], TIME, &["release anew"]],
        State::Superseded => &[&["release 41"], &["release 42"]],
        State::Complete => &[&["release 41"], NUMBER, &[" run it"]],
    }
}

/// The same of a wave. One that has what it needs waits for nothing.
fn of_wave(state: WaveState) -> Parts {
    match state {
        WaveState::Closed => &[WAVE, &["opens after `w"]],
        WaveState::Open | WaveState::Passed => &[NUMBER, &[" arrived"]],
        WaveState::Window => &[&["opens at 2026-11-", "release anew"], NUMBER],
        WaveState::Soaking => &[NUMBER, &["it has to hold until 2026-11-"]],
        WaveState::Failed => {
            &[HOST, NUMBER, &["`retry` or `skip`"], &["`promote w", "`promote all"]]
        }
    }
}

/// The same of a host, beside whose name it stands. One that runs the release, or is on its way to it,
/// waits for nothing; one that was never heard of has no time.
fn of_host(standing: Standing, may: May) -> Parts {
    match standing {
        Standing::Arrived => &[&["runs the release since 2026-11-"]],
        Standing::OnTheWay => &[TIME, &["it is "]],
        Standing::Going if may == May::Wait => &[TIME, &["once it says so", "release 41"]],
        Standing::Going => &[TIME, &["`skip h", "tries again by itself"]],
        Standing::Waiting => &[NUMBER],
        Standing::Offline => &[&["since 2026-11-", "never"], &["goes when it is heard of"]],
        Standing::Unheard => &[&["passed over from 2026-11-"]],
        Standing::Silent => &[TIME, &["`retry`"], &["`skip`"]],
        Standing::Failed => &[TIME, &["it failed"], &["`retry h"]],
        Standing::Held => &[TIME, &["`resume h", "`nixfleet-agent status` there"]],
        Standing::Skipped => &[TIME, &["`retry`"]],
    }
}

/// What hosts wait for, by how the sentence begins, and what it has to have.
static WAITS: [(&str, Parts); 5] = [
    ("at most ", &[HOST, NUMBER, &["of wave `w", "of wave `all", "of the hosts with `t"]]),
    ("the window `", &[&["opens at 2026-11-", "release anew"]]),
    ("wave `", &[WAVE, NUMBER, &["opens after `w"], &[" arrived", "`retry`"]]),
    ("release 41", &[NUMBER]),
    ("the window `02:00-05:00 Mars/Olympus` never", &[&["`Mars/Olympus`"], &["release anew"]]),
];

/// Of a rollout that no word lets go on, what failed.
const LOST: Parts = &[HOST, NUMBER, &["release anew"]];
const LOST_HOST: Parts = &[TIME, &["it failed"]];

/// Where it takes another release, no word of a person is named as a way out.
fn names_no_way_that_there_is_not(state: State, sentence: &str) -> Result<(), TestCaseError> {
    let names = ["`retry", "`skip` them", "`promote"].iter().any(|it| sentence.contains(it));
    prop_assert!(!(state.is_over() && names), "{state:?}: {sentence}");
    Ok(())
}

/// What was come to, and how often.
type Reached = BTreeMap<String, usize>;

fn has(sentence: &str, parts: Parts, of: &str) -> Result<(), TestCaseError> {
    for ways in parts {
        let is_there = ways.iter().any(|it| sentence.contains(it));
        prop_assert!(is_there, "{of}: none of {ways:?} is in `{sentence}`");
    }
    Ok(())
}

/// All sentences of a decision.
fn all(world: &World, decision: &Decision, reached: &mut Reached) -> Result<(), TestCaseError> {
    let mut reach = |what: String| *reached.entry(what).or_default() += 1;
    let state = decision.state;
    reach(format!("{state:?}"));
    has(&decision.sentence, of_state(state), &format!("{state:?}"))?;
    for wave in &decision.waves {
        reach(format!("wave {:?}", wave.state));
        let is_lost = wave.state == WaveState::Failed && state.is_over();
        let parts = if is_lost { LOST } else { of_wave(wave.state) };
        has(&wave.sentence, parts, &format!("{wave:?}"))?;
        names_no_way_that_there_is_not(state, &wave.sentence)?;
    }
    for (host, verdict) in decision.verdicts() {
        let sentence = world.fleet.rollout.sentence(decision, host).unwrap();
        reach(format!("host {:?}", verdict.standing));
        let parts = match verdict.standing {
            Standing::Failed if state.is_over() => LOST_HOST,
            Standing::Silent | Standing::Skipped if state.is_over() => &[TIME],
            standing => of_host(standing, verdict.may),
        };
        has(&sentence, parts, &format!("{host}: {verdict:?}"))?;
        names_no_way_that_there_is_not(state, &sentence)?;
        if verdict.standing == Standing::Waiting {
            let mut kinds = WAITS.iter().filter(|it| sentence.starts_with(it.0)).peekable();
            prop_assert!(kinds.peek().is_some(), "what {host} waits for is of no kind: {sentence}");
            for &(kind, parts) in kinds {
                reach(format!("waits: {kind}"));
                has(&sentence, parts, host)?;
            }
        }
    }
    Ok(())
}

/// Everything that there is to come to. A value that is new is asked for above, where it is matched, and
/// belongs here.
fn everything() -> Vec<String> {
    use State as S;
    use WaveState as W;
    let states = [
        S::Running,
        S::Paused,
        S::Halted,
        S::GivenUp,
        S::Aborted,
        S::Expired,
        S::Superseded,
        S::Complete,
    ];
    let waves = [W::Closed, W::Open, W::Window, W::Soaking, W::Failed, W::Passed];
    let states = states.iter().map(|it| format!("{it:?}"));
    let waves = waves.iter().map(|it| format!("wave {it:?}"));
    let hosts = Standing::ALL.iter().map(|it| format!("host {it:?}"));
    states.chain(waves).chain(hosts).chain(WAITS.map(|it| format!("waits: {}", it.0))).collect()
}

#[test]
fn every_decision_and_every_wait_has_its_sentence() {
    let reached = RefCell::new(Reached::new());
    let happenings =
        (shape_by_the_hour(), prop::collection::vec(op(), 0..60), any::<Index>(), 0..90_i64);
    // The same cases each time: that all is come to must not depend on luck.
    let config = Config { cases: 600, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&happenings, |(shape, ops, held, later)| {
        let mut reached = reached.borrow_mut();
        let mut world = World::new(&shape);
        for op in &ops {
            world.run(op);
            let decision = world.fleet.decide();
            all(&world, &decision, &mut reached)?;
        }
        // An operator on a host holds it, time passes in silence, whoever decides is started anew, and a
        // newer release comes.
        let held = world.pick(held);
        world.fleet.report(&held, Phase::Held { why: "a disk is changed".into() }, OLD);
        let decision = world.fleet.decide();
        all(&world, &decision, &mut reached)?;
        world.fleet.pass(later);
        let decision = world.fleet.decide();
        all(&world, &decision, &mut reached)?;
        let now = world.fleet.now;
        world.fleet.rollout.listening_since(now);
        let decision = world.fleet.decide();
        all(&world, &decision, &mut reached)?;
        world.fleet.event(Kind::Superseded { sequence: 42 });
        let decision = world.fleet.decide();
        all(&world, &decision, &mut reached)
    });
    if let Err(why) = result {
        panic!("{why}");
    }
    let reached = reached.into_inner();
    for it in everything() {
        assert!(reached.contains_key(&it), "no case comes to `{it}`: {reached:#?}");
    }
}
