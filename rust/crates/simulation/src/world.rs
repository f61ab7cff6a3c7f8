//! The world: hosts, their control planes, and all that happens to them, from the beginning to the end.

use nixfleet_rollout::{State, View};

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
        Self { scene, releases, fleet, control: Control::new(names, chaos.planes) }
    }

    /// Runs to the end; a line that says what was, or what did not hold and when.
    pub fn run(mut self) -> Result<String, String> {
        let outcome = self.try_run();
        let (at, view) = (self.scene.elapsed(), self.control.views().pop());
        outcome.map_err(|why| {
            let said = view.as_ref().map_or("nothing", |it| it.sentence.as_str());
            format!("after {at}: {why}; the control plane says: {said}")
        })?;
        let state = serde_json::to_value(view.map(|it| it.state)).unwrap_or_default();
        Ok(format!(
            "{} hosts, {} waves, {} releases, {at}, {} messages, {} starts of {} control planes: {} ({:016x})",
            self.fleet.hosts.len(),
            self.releases.shape.waves.len(),
            self.releases.count(),
            self.scene.messages,
            self.control.starts,
            self.scene.chaos.planes,
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
        control.start_all(scene)?;
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
            (chaos.cut_stores, Happening::CutStore),
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
        let has_ended = |it: &View| it.state != State::Running;
        self.fleet.is_at_rest() && self.control.views().iter().all(has_ended) && self.look().is_ok()
    }

    fn look(&self) -> Result<(), String> {
        let views = self.control.views();
        let view = views.first().ok_or("there is no release")?;
        let newest = self.releases.newest().ok_or("there is no release")?;
        invariants::end(view, &self.fleet.hosts, newest, self.scene.chaos.is_none())?;
        invariants::agree(&views)
    }

    fn happen(&mut self, what: Happening) -> Result<(), String> {
        let Self { scene, releases, fleet, control } = self;
        match what {
            Happening::Done { host, token } => {
                let here = control.here(fleet.hosts[host].talk.plane);
                fleet.done(scene, (host, token), releases, here)?;
            }
            Happening::Ask { host, request } => fleet.ask(scene, host, request),
            Happening::ToPlane { plane, host, request, said } => {
                if !fleet.is_lost(scene, host) {
                    control.hear(scene, plane, (host, request), *said, releases)?;
                }
            }
            Happening::ToHost { host, request, answer } => {
                fleet.hear(scene, (host, request), *answer);
            }
            Happening::Late { host, request } => fleet.miss(scene, host, request),
            Happening::LetGo { plane, host, request } => {
                control.let_go(scene, plane, (host, request), releases);
            }
            Happening::Decide { plane } => control.decide(scene, plane, releases)?,
            Happening::StartPlane { plane } => control.start(scene, plane)?,
            Happening::CutStore => {
                scene.often(scene.chaos.cut_stores, Happening::CutStore);
                control.cut_store(scene);
            }
            Happening::MendStore { plane } => control.mend_store(scene, plane),
            Happening::Publish => {
                let back = scene.rng.bool();
                releases.make(scene.clock(0), back);
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
                let is_bold = people::is_bold(&word);
                let of = control.say(scene, word)?;
                fleet.watch.bold.extend(of.filter(|_| is_bold));
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
