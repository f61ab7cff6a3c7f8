//! The world: hosts, their control plane, and all that happens to them, from the beginning to the end.

use nixfleet_rollout::State;

use crate::chaos::{Chaos, DAY, HOUR, MINUTE};
use crate::control::Control;
use crate::fleet::Fleet;
use crate::happening::Happening;
use crate::invariants;
use crate::people;
use crate::release::Shape;
use crate::releases::Releases;
use crate::scene::{Scene, begin};

/// For how long all is well at the end, at most: the longest silence, and every soak.
const CALM: u64 = 5 * DAY;

/// The world.
pub struct World<'a> {
    scene: Scene<'a>,
    releases: Releases,
    fleet: Fleet,
    control: Control,
}

impl<'a> World<'a> {
    pub fn new(chaos: &'a Chaos, trace: bool) -> Self {
        let mut scene = Scene::new(chaos, trace);
        let shape = Shape::of(&mut scene.rng, chaos.hosts);
        let names = shape.hosts.iter().map(|it| it.0.clone()).collect();
        let releases = Releases::new(shape, begin());
        let fleet = Fleet::new(&releases, chaos.hostile > 0.0);
        Self { scene, releases, fleet, control: Control::new(names) }
    }

    /// Runs to the end; a line that says what was, or what did not hold and when.
    pub fn run(mut self) -> Result<String, String> {
        let outcome = self.try_run();
        let (at, view) = (self.scene.elapsed(), self.control.view());
        outcome.map_err(|why| {
            let said = view.as_ref().map_or("nothing", |it| it.sentence.as_str());
            format!("after {at}: {why}; the control plane says: {said}")
        })?;
        let state = serde_json::to_value(view.map(|it| it.state)).unwrap_or_default();
        Ok(format!(
            "{} hosts, {} waves, {} releases, {at}, {} messages, {} starts of the control plane: {} ({:016x})",
            self.fleet.hosts.len(),
            self.releases.shape.waves.len(),
            self.releases.count(),
            self.scene.messages,
            self.control.starts,
            state.as_str().unwrap_or("no release"),
            self.scene.digest,
        ))
    }

    fn try_run(&mut self) -> Result<(), String> {
        self.begin()?;
        while let Some(what) = self.scene.next() {
            if self.scene.now > self.scene.chaos.lasts + CALM {
                return self.look();
            }
            if let Happening::Look = what {
                if self.has_ended() {
                    return Ok(());
                }
                self.scene.at(self.scene.now + HOUR, Happening::Look);
                continue;
            }
            self.happen(what)?;
        }
        Err("nothing happens any more".into())
    }

    /// What begins, and what is to come.
    fn begin(&mut self) -> Result<(), String> {
        let Self { scene, fleet, control, .. } = self;
        control.start(scene)?;
        fleet.start(scene)?;
        let chaos = scene.chaos;
        for at in 0..chaos.releases {
            let within = chaos.lasts * 3 / 4;
            let when = if at == 0 { MINUTE } else { scene.rng.u64(MINUTE..within) };
            scene.at(when, Happening::Publish);
        }
        scene.at(HOUR, Happening::Bring);
        for (rate, what) in [
            (chaos.cut_off, Happening::CutOff),
            (chaos.away, Happening::GoAway),
            (chaos.losses, Happening::LoseDatabase),
            (chaos.jumps, Happening::Jump),
            (chaos.words, Happening::Word),
        ] {
            scene.often(rate, what);
        }
        scene.at(chaos.lasts + HOUR, Happening::Look);
        Ok(())
    }

    fn has_ended(&self) -> bool {
        let view = self.control.view();
        self.fleet.is_at_rest()
            && view.is_some_and(|it| it.state != State::Running)
            && self.look().is_ok()
    }

    fn look(&self) -> Result<(), String> {
        let view = self.control.view().ok_or("there is no release")?;
        let newest = self.releases.newest().ok_or("there is no release")?;
        invariants::end(&view, &self.fleet.hosts, newest, self.scene.chaos.is_none())
    }

    fn happen(&mut self, what: Happening) -> Result<(), String> {
        let Self { scene, releases, fleet, control } = self;
        match what {
            Happening::Done { host, token } => {
                fleet.done(scene, (host, token), releases, control.here())?;
            }
            Happening::Ask { host, request } => fleet.ask(scene, host, request),
            Happening::ToPlane { host, request, said } => {
                if !fleet.is_lost(scene, host) {
                    control.hear(scene, (host, request), *said, releases);
                }
            }
            Happening::ToHost { host, request, answer } => {
                fleet.hear(scene, (host, request), *answer);
            }
            Happening::Late { host, request } => fleet.miss(scene, host, request),
            Happening::LetGo { host, request } => control.let_go(scene, host, request, releases),
            Happening::Decide => control.decide(scene, releases),
            Happening::StartPlane => control.start(scene)?,
            Happening::Publish => {
                let back = scene.rng.bool();
                releases.make(scene.clock(), back);
                fleet.watch.made = releases.count();
                control.back_up();
                self.bring()?;
            }
            Happening::Bring => {
                scene.at(scene.now + HOUR, Happening::Bring);
                self.bring()?;
            }
            Happening::CutOff => fleet.cut_off(scene),
            Happening::Mend { host } => fleet.hosts[host].is_cut_off = false,
            Happening::GoAway => fleet.go_away(scene),
            Happening::ComeBack { host } => fleet.come_back(scene, host)?,
            Happening::LoseDatabase => {
                scene.often(scene.chaos.losses, Happening::LoseDatabase);
                fleet.watch.lost = true;
                control.lose_database(scene);
            }
            Happening::Jump => {
                scene.often(scene.chaos.jumps, Happening::Jump);
                scene.jump();
            }
            Happening::Word => {
                scene.often(scene.chaos.words, Happening::Word);
                let word = people::word(&mut scene.rng, &releases.shape, scene.chaos.bold);
                if people::is_bold(&word) {
                    fleet.watch.bold.insert(releases.count());
                }
                control.say(scene, word);
            }
            Happening::Look => {}
        }
        Ok(())
    }

    fn bring(&mut self) -> Result<(), String> {
        if let Some(sequence) = self.control.bring(&mut self.scene, &self.releases)? {
            self.fleet.watch.published(sequence, &self.fleet.hosts);
        }
        Ok(())
    }
}
