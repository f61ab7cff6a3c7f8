//! The control plane's place in the world: when it starts and decides, what reaches it, and what it
//! sends.

use std::collections::BTreeMap;

use nixfleet_control_plane::core::Core;
use nixfleet_link::{Answer, CheckIn, Known, LONGEST_HOLD};
use nixfleet_rollout::{Command, View};

use crate::chaos::{HOUR, MINUTE, SECOND};
use crate::happening::Happening;
use crate::hostile;
use crate::plane::{Disk, Plane};
use crate::releases::Releases;
use crate::scene::Scene;

/// How much longer it waits to decide where nobody said anything new.
const LOOK_EVERY: u64 = 50;

/// The control plane, and its disk as it was.
pub struct Control {
    plane: Plane,
    yesterday: Disk,
    /// The hosts' places, by name.
    index: BTreeMap<String, usize>,
    names: Vec<String>,
    decides_at: Option<u64>,
    pub starts: u64,
}

impl Control {
    pub fn new(names: Vec<String>) -> Self {
        Self {
            plane: Plane::default(),
            yesterday: Disk::default(),
            index: names.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect(),
            names,
            decides_at: None,
            starts: 0,
        }
    }

    /// The release that it has.
    pub fn here(&self) -> Option<Known> {
        self.plane.core.as_ref()?.shelf().map(|it| it.known)
    }

    pub fn view(&self) -> Option<View> {
        self.plane.core.as_ref().and_then(Core::view)
    }

    pub fn start(&mut self, scene: &mut Scene) -> Result<(), String> {
        if self.plane.core.is_none() {
            self.starts += 1;
            scene.say(|| "the control plane starts".into());
            self.plane.start(scene.clock())?;
            self.decide_soon(scene);
        }
        Ok(())
    }

    /// What a host says reaches it.
    pub fn hear(
        &mut self,
        scene: &mut Scene,
        (host, request): (usize, u64),
        said: CheckIn,
        releases: &Releases,
    ) {
        if self.plane.core.is_none() {
            return;
        }
        let (name, now) = (&self.names[host], scene.clock());
        scene.say(|| format!("{name} says {:?} {}", said.report.phase, said.report.running));
        if scene.chance(scene.chaos.ends) {
            // Before what was said is written down, or after it and before it is answered.
            let written = scene.rng.bool();
            self.plane.check_in(name, request, said, now, written);
            self.plane.end();
            let after = scene.rng.u64(SECOND..5 * MINUTE);
            scene.at(scene.now + after, Happening::StartPlane);
            return;
        }
        let is_news = self.plane.check_in(name, request, said, now, true);
        let news = if is_news { None } else { self.plane.news(name) };
        scene.at(scene.now + LONGEST_HOLD * SECOND, Happening::LetGo { host, request });
        if is_news {
            return self.decide_soon(scene);
        }
        // That somebody was heard of again is no hurry.
        self.decide_within(scene, LOOK_EVERY * scene.chaos.decides_every);
        if let Some((request, answer)) = news {
            answer_to(scene, (host, request), answer, releases);
        }
    }

    /// A check-in was held for long enough.
    pub fn let_go(&mut self, scene: &mut Scene, host: usize, request: u64, releases: &Releases) {
        if let Some(answer) = self.plane.let_go(&self.names[host], request) {
            answer_to(scene, (host, request), answer, releases);
        }
    }

    fn decide_soon(&mut self, scene: &mut Scene) {
        self.decide_within(scene, scene.chaos.decides_every);
    }

    fn decide_within(&mut self, scene: &mut Scene, wait: u64) {
        let at = scene.now + wait;
        if self.decides_at.is_none_or(|it| it > at) {
            self.decides_at = Some(at);
            scene.at(at, Happening::Decide);
        }
    }

    /// Decides, unless it was decided earlier.
    pub fn decide(&mut self, scene: &mut Scene, releases: &Releases) {
        if self.decides_at != Some(scene.now) {
            return;
        }
        self.decides_at = None;
        let now = scene.clock();
        for (name, request, answer) in self.plane.decide(now) {
            answer_to(scene, (self.index[&name], request), answer, releases);
        }
        let next = self.plane.core.as_ref().and_then(Core::next);
        if let Some(next) = next {
            let wait = next.as_millisecond() - now.as_millisecond();
            self.decide_within(scene, u64::try_from(wait).unwrap_or(0).clamp(SECOND, HOUR));
        }
    }

    /// Brings the newest release, if it is not there; its number, if it was taken.
    pub fn bring(&mut self, scene: &mut Scene, releases: &Releases) -> Result<Option<u64>, String> {
        let here = self.here().map_or(0, |it| it.sequence);
        let newest = releases.newest().filter(|it| it.sequence > here);
        let (Some(newest), Some(_)) = (newest, &self.plane.core) else { return Ok(None) };
        scene.say(|| format!("release {} is brought", newest.sequence));
        self.plane.bring(newest.files.clone(), scene.clock())?;
        self.decide_soon(scene);
        Ok(Some(newest.sequence))
    }

    /// A person says something.
    pub fn say(&mut self, scene: &mut Scene, word: Command) {
        scene.say(|| format!("ops says {word:?}"));
        self.plane.say(word, scene.clock());
        self.decide_soon(scene);
    }

    /// What is on its disk now is what is put back when it is lost.
    pub fn back_up(&mut self) {
        self.yesterday = self.plane.disk.clone();
    }

    pub fn lose_database(&mut self, scene: &mut Scene) {
        scene.say(|| "database lost or put back".into());
        self.plane.end();
        self.plane.disk = if scene.rng.bool() { Disk::default() } else { self.yesterday.clone() };
        scene.at(scene.now + MINUTE, Happening::StartPlane);
    }
}

fn answer_to(
    scene: &mut Scene,
    (host, request): (usize, u64),
    mut answer: Answer,
    releases: &Releases,
) {
    if scene.chance(scene.chaos.hostile) {
        answer.offered = Some(hostile::offered(&mut scene.rng, releases));
        answer.mark = format!("hostile-{}", scene.unique());
    }
    scene.say(|| format!("h{host:05} is told {}", answer.mark));
    scene.send(|| Happening::ToHost { host, request, answer: Box::new(answer.clone()) });
}
