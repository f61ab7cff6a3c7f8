//! Assertions are tried side by side, again until they hold, and told in the order of the source.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

use super::*;
use crate::accelerator::Choice;
use crate::fake::{Behaviour, Fake, plan};
use crate::hypervisor::{Machine, Status};
use crate::run::Options;
use crate::ssh::{Connection, Remote};
use crate::state::Fleet;
use crate::{Accelerator, Cancel, Clock, World};

/// A guest that answers as a test says, by the script and the seconds since it was first asked.
struct Guest<F> {
    clock: Arc<dyn Clock>,
    answer: F,
}

impl<F: Fn(&str, u64) -> Result<String, SshError> + Send + Sync> Remote for Guest<F> {
    fn answers(&self, _: u16) -> bool {
        true
    }

    fn run(&self, _: &Target, script: &str, _: Duration) -> Result<Ran, SshError> {
        let stdout = (self.answer)(script, self.clock.now().as_secs())?;
        Ok(Ran { status: 0, stdout: stdout.into(), stderr: Foreign::default() })
    }

    fn connect(&self, _: &Target, _: Duration) -> Box<dyn Connection> {
        unreachable!("it has logged in")
    }

    fn holds(&self, _: u16, during: &mut dyn FnMut() -> bool) -> bool {
        during()
    }
}

/// A machine that runs until it has died.
#[derive(Default)]
struct Dying(Arc<AtomicBool>);

impl Machine for Dying {
    fn status(&mut self) -> Status {
        if self.0.load(Ordering::SeqCst) { Status::Panicked } else { Status::Running }
    }

    fn end_on_restart(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn press_power(&mut self) {}

    fn reset(&mut self) -> bool {
        false
    }

    fn screenshot(&mut self, _: &Path) -> bool {
        false
    }

    fn kill(&mut self) {}

    fn release(self: Box<Self>) {}

    fn pid(&self) -> i32 {
        1
    }
}

/// The outcomes of the user's assertions alone.
fn outcomes(
    test: Value,
    accelerator: Accelerator,
    answer: impl Fn(&str, u64) -> Result<String, SshError> + Send + Sync + 'static,
) -> Vec<Outcome> {
    let root = tempfile::tempdir().unwrap();
    let world = Fake::new(Behaviour::default()).world(root.path());
    let clock = world.clock.clone();
    let world = World { remote: Arc::new(Guest { clock, answer }), ..world };
    let assertions = Assertion::all(&serde_json::from_value(test).unwrap());
    let mut all = verified(&world, accelerator, Dying::default(), &assertions).unwrap();
    all.split_off(all.len() - assertions.len())
}

fn verified(
    world: &World,
    accelerator: Accelerator,
    machine: Dying,
    assertions: &[Assertion],
) -> Result<Vec<Outcome>, Error> {
    let root = tempfile::tempdir().unwrap();
    let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
    let mut plan = plan(root.path());
    plan.accelerator = Choice { accelerator, reason: None };
    let options = Options::default();
    let run = Run::new(world, &plan, &folder, &options);
    let target = Target {
        port: 1,
        user: "root".into(),
        identity: PathBuf::new(),
        known_hosts: PathBuf::new(),
        shared: None,
        lost: Cancel::default(),
    };
    let mut running = Running {
        machine: Box::new(machine),
        forwards: Vec::new(),
        console: PathBuf::new(),
        given_up: 0,
        root: target,
        connection: None,
    };
    verify(&run, &mut running, &host::Expected::default(), assertions)
}

/// A unit that is up from the twelfth second.
fn late(script: &str, now: u64) -> String {
    match script {
        it if it.starts_with("journalctl") => "still busy\n",
        it if it.starts_with("systemctl is-active") && now < 12 => "activating\n",
        it if it.starts_with("systemctl is-active") => "active\n",
        // All that a host must be, so that nobody waits for that.
        _ => "target\tactive\nsshd\tactive\nstate\trunning\n",
    }
    .to_owned()
}

#[test]
fn an_assertion_is_tried_until_it_holds_or_its_time_is_over() {
    let within = |seconds: u64, accelerator| {
        let test = json!({ "units": [{ "unit": "a.service", "within": seconds }] });
        outcomes(test, accelerator, |script, now| Ok(late(script, now))).remove(0)
    };
    let held = within(30, Accelerator::Kvm);
    assert!(held.held && held.seen.is_none(), "{held:?}");
    let over = within(5, Accelerator::Kvm);
    assert!(!over.held && over.seconds >= 5.0, "{over:?}");
    assert_eq!(over.seen.as_ref().map(Foreign::raw), Some("it is activating"));
    assert_eq!(over.journal.as_ref().map(Foreign::raw), Some("still busy"));
    assert!(within(5, Accelerator::Tcg).held, "emulation has three times as long");
}

#[test]
fn a_connection_that_is_lost_is_tried_again() {
    let lost = |script: &str, now: u64| match now {
        0..2 => Err(SshError::Unreachable("Connection reset by peer".into())),
        _ => Ok(late(script, 12)),
    };
    assert!(outcomes(json!({ "units": ["a.service"] }), Accelerator::Kvm, lost)[0].held);
}

/// Each answers only once all have been asked: one after the other, none would.
#[test]
fn assertions_are_tried_side_by_side() {
    let asked = Arc::new((Mutex::new(0), Condvar::new()));
    let meeting = move |script: &str, now: u64| {
        if let Some(command) = script.strip_prefix("meet ") {
            let (count, all) = &*asked;
            *count.lock().unwrap() += 1;
            all.notify_all();
            let wait = Duration::from_secs(20);
            let met = all.wait_timeout_while(count.lock().unwrap(), wait, |it| *it < 3).unwrap();
            return Ok(if met.1.timed_out() { String::new() } else { command.to_owned() });
        }
        Ok(late(script, now))
    };
    let command = |name: &str| json!({ "command": format!("meet {name}"), "within": 1, "stdout": { "exact": name } });
    let test = json!({ "commands": [command("a"), command("b"), command("c")] });
    let outcomes = outcomes(test, Accelerator::Kvm, meeting);
    assert!(outcomes.iter().all(|it| it.held), "{outcomes:?}");
}

#[test]
fn outcomes_have_the_order_of_the_source() {
    let test = json!({
        "units": ["z.service", "a.service"],
        "ports": [80],
        "http": ["http://localhost/"],
        "commands": ["late", "b", "a"],
        "files": ["/b", "/a"],
    });
    let answer = |script: &str, now: u64| {
        if script == "late" {
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(late(script, now))
    };
    let expected = Assertion::all(&serde_json::from_value(test.clone()).unwrap());
    let expected: Vec<Foreign> = expected.iter().map(Assertion::title).collect();
    let seen: Vec<Foreign> =
        outcomes(test, Accelerator::Kvm, answer).into_iter().map(|it| it.assertion).collect();
    assert_eq!(seen, expected);
    assert!(expected[0].contains("z.service") && expected[4].raw().contains("`late`"));
}

/// A guest that dies of the first question, and one that asks it is told so.
#[derive(Clone, Default)]
struct Deathly {
    died: Arc<AtomicBool>,
    given_up: Arc<AtomicBool>,
}

impl Remote for Deathly {
    fn answers(&self, _: u16) -> bool {
        true
    }

    fn run(&self, target: &Target, _: &str, _: Duration) -> Result<Ran, SshError> {
        let has_died = self.died.swap(true, Ordering::SeqCst);
        for _ in 0..if has_died { 0 } else { 500 } {
            if target.lost.requested() {
                self.given_up.store(true, Ordering::SeqCst);
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(SshError::Unreachable("nothing".into()))
    }

    fn connect(&self, _: &Target, _: Duration) -> Box<dyn Connection> {
        unreachable!("it has logged in")
    }

    fn holds(&self, _: u16, during: &mut dyn FnMut() -> bool) -> bool {
        during()
    }
}

#[test]
fn a_guest_that_dies_of_a_question_is_not_waited_for() {
    let root = tempfile::tempdir().unwrap();
    let guest = Deathly::default();
    let world = Fake::new(Behaviour::default()).world(root.path());
    let world = World { remote: Arc::new(guest.clone()), ..world };
    let error = verified(&world, Accelerator::Kvm, Dying(guest.died), &[]).unwrap_err();
    assert!(matches!(error, Error::GuestDied { .. }), "{error}");
    assert!(guest.given_up.load(Ordering::SeqCst), "its answer was waited for");
}

#[test]
#[should_panic(expected = "a fault of ours")]
fn an_assertion_that_cannot_be_judged_is_not_passed_over() {
    outcomes(json!({ "units": ["a.service"] }), Accelerator::Kvm, |script, now| {
        assert!(!script.starts_with("systemctl is-active"), "a fault of ours");
        Ok(late(script, now))
    });
}

/// Those that ask take all the slots for a minute, and the one that waits for them meanwhile has its
/// own five seconds still: it holds at the second attempt.
#[test]
fn the_time_of_an_assertion_does_not_run_while_it_waits_for_others() {
    let root = tempfile::tempdir().unwrap();
    let world = Fake::new(Behaviour::default()).world(root.path());
    let clock = world.clock.clone();
    let (long, attempts) = (Arc::clone(&clock), Mutex::new(0));
    let all = std::sync::Barrier::new(SESSIONS);
    let answer = move |script: &str, now: u64| {
        if script == "slow" {
            if all.wait().is_leader() {
                // The last one waits for a slot by then.
                std::thread::sleep(Duration::from_millis(100));
                long.sleep(Duration::from_secs(60));
            }
            all.wait();
        }
        if script == "queued" {
            let mut attempts = attempts.lock().unwrap();
            *attempts += 1;
            return Ok(if *attempts > 1 { "up" } else { "" }.to_owned());
        }
        Ok(late(script, now))
    };
    let world = World { remote: Arc::new(Guest { clock, answer }), ..world };
    let mut commands = vec![json!("slow"); SESSIONS];
    commands.push(json!({ "command": "queued", "within": 5, "stdout": { "exact": "up" } }));
    let test = serde_json::from_value(json!({ "commands": commands })).unwrap();
    let assertions = Assertion::all(&test);
    let all = verified(&world, Accelerator::Kvm, Dying::default(), &assertions).unwrap();
    let queued = all.last().unwrap();
    assert!(queued.held && queued.seconds < 5.0, "{queued:?}");
}
