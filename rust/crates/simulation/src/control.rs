//! The control planes' place in the world: when they start and decide, what reaches them, and what they
//! send. They share a database, and are told by it when another wrote something.

mod database;

use std::collections::BTreeMap;

use nixfleet_control_plane::core::Core;
use nixfleet_control_plane::store::Keep;
use nixfleet_link::{Answer, CheckIn, Known, LONGEST_HOLD};
use nixfleet_rollout::{Command, View};

use crate::chaos::{HOUR, MINUTE, SECOND};
use crate::disk::Disk;
use crate::happening::Happening;
use crate::hostile;
use crate::plane::{End, Plane, SHARE_EVERY, Turn};
use crate::releases::Releases;
use crate::scene::Scene;

/// How much longer it waits to decide where nobody said anything new, or where it was not told that
/// somebody did.
const LOOK_EVERY: u64 = 50;

/// The control planes, their database, and that as it was.
pub struct Control {
    planes: Vec<Plane>,
    disk: Disk,
    yesterday: Disk,
    /// The hosts' places, by name.
    index: BTreeMap<String, usize>,
    names: Vec<String>,
    pub starts: u64,
}

impl Control {
    pub fn new(names: Vec<String>, planes: usize) -> Self {
        Self {
            planes: (0..planes).map(|_| Plane::default()).collect(),
            disk: Disk::default(),
            yesterday: Disk::default(),
            index: names.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect(),
            names,
            starts: 0,
        }
    }

    /// The release that a control plane has.
    pub fn here(&self, plane: usize) -> Option<Known> {
        self.planes[plane].core.as_ref()?.shelf().map(|it| it.known)
    }

    /// What each control plane that is up shows.
    pub fn views(&self) -> Vec<View> {
        self.planes.iter().filter_map(|it| it.core.as_ref()?.view()).collect()
    }

    pub fn start_all(&mut self, scene: &mut Scene) -> Result<(), String> {
        (0..self.planes.len()).try_for_each(|it| self.start(scene, it))
    }

    pub fn start(&mut self, scene: &mut Scene, plane: usize) -> Result<(), String> {
        let it = &mut self.planes[plane];
        if it.core.is_some() {
            return Ok(());
        }
        if it.is_cut_off {
            scene.at(scene.now + SECOND, Happening::StartPlane { plane });
            return Ok(());
        }
        self.starts += 1;
        scene.say(|| format!("control plane {plane} starts"));
        it.start(&self.disk, scene.clock(plane))?;
        self.decide_soon(scene, plane);
        Ok(())
    }

    /// What a host says reaches a control plane.
    pub fn hear(
        &mut self,
        scene: &mut Scene,
        plane: usize,
        (host, request): (usize, u64),
        said: CheckIn,
        releases: &Releases,
    ) -> Result<(), String> {
        if self.planes[plane].core.is_none() {
            return Ok(());
        }
        let (name, now) = (self.names[host].clone(), scene.clock(plane));
        scene.say(|| format!("{name} says {:?} {}", said.report.phase, said.report.running));
        let end = end(scene);
        let is_news = self.planes[plane].is_news(&name, &said);
        if is_news {
            let news = said.clone();
            let turn = self.turn(scene, plane, end, |core| Ok(core.check_in(&name, news, now)))?;
            if let Turn::Failed = turn {
                // It is told to come again.
                if self.planes[plane].core.is_some() {
                    scene.at(scene.now + SECOND, Happening::Late { host, request });
                }
                return Ok(());
            }
            self.planes[plane].came(&name);
        } else if end != End::Never {
            self.end(scene, plane);
            return Ok(());
        }
        let it = &mut self.planes[plane];
        it.hold(&name, request, said, now);
        let news = if is_news { None } else { it.news(&name) };
        let within = LONGEST_HOLD * SECOND;
        scene.at(scene.now + within, Happening::LetGo { plane, host, request });
        if is_news {
            self.decide_soon(scene, plane);
            return Ok(());
        }
        // That somebody was heard of again is no hurry.
        self.decide_within(scene, plane, LOOK_EVERY * scene.chaos.decides_every);
        if let Some((request, answer)) = news {
            answer_to(scene, (host, request), answer, releases);
        }
        Ok(())
    }

    /// A check-in was held for long enough.
    pub fn let_go(
        &mut self,
        scene: &mut Scene,
        plane: usize,
        (host, request): (usize, u64),
        releases: &Releases,
    ) {
        if let Some(answer) = self.planes[plane].let_go(&self.names[host], request) {
            answer_to(scene, (host, request), answer, releases);
        }
    }

    /// A control plane has the database to itself. The others are told if it wrote something, soon or,
    /// where word of that is lost, when they look by themselves.
    fn turn(
        &mut self,
        scene: &mut Scene,
        plane: usize,
        end: End,
        work: impl FnOnce(&mut Core) -> Result<Vec<Keep>, String>,
    ) -> Result<Turn, String> {
        let now = scene.clock(plane);
        let before = self.disk.position();
        let turn = self.planes[plane].turn(&mut self.disk, now, end, work)?;
        if end != End::Never && self.planes[plane].core.is_none() {
            self.end(scene, plane);
        }
        if self.disk.position() != before {
            for other in (0..self.planes.len()).filter(|it| *it != plane) {
                let is_lost = scene.chance(scene.chaos.loss);
                let wait = if is_lost { LOOK_EVERY * scene.chaos.decides_every } else { SECOND };
                let wait = scene.rng.u64(1..=wait);
                self.decide_within(scene, other, wait);
            }
        }
        Ok(turn)
    }

    /// A control plane is ended, and started again.
    fn end(&mut self, scene: &mut Scene, plane: usize) {
        self.planes[plane].end();
        let after = scene.rng.u64(SECOND..5 * MINUTE);
        scene.at(scene.now + after, Happening::StartPlane { plane });
    }

    fn decide_soon(&mut self, scene: &mut Scene, plane: usize) {
        self.decide_within(scene, plane, scene.chaos.decides_every);
    }

    fn decide_within(&mut self, scene: &mut Scene, plane: usize, wait: u64) {
        let (at, decides_at) = (scene.now + wait, &mut self.planes[plane].decides_at);
        if decides_at.is_none_or(|it| it > at) {
            *decides_at = Some(at);
            scene.at(at, Happening::Decide { plane });
        }
    }

    /// Decides, unless it was decided earlier.
    pub fn decide(
        &mut self,
        scene: &mut Scene,
        plane: usize,
        releases: &Releases,
    ) -> Result<(), String> {
        if self.planes[plane].decides_at != Some(scene.now) {
            return Ok(());
        }
        self.planes[plane].decides_at = None;
        if self.planes[plane].core.is_none() {
            return Ok(());
        }
        let (now, end) = (scene.clock(plane), end(scene));
        if self.planes.len() > 1 {
            self.planes[plane].share(&mut self.disk, scene.now, now);
            self.decide_within(scene, plane, SHARE_EVERY);
        }
        let turn = self.turn(scene, plane, end, |core| Ok(core.decide(now)))?;
        if let Turn::Failed = turn {
            return Ok(());
        }
        for (name, request, answer) in self.planes[plane].tell() {
            answer_to(scene, (self.index[&name], request), answer, releases);
        }
        let next = self.planes[plane].core.as_ref().and_then(Core::next);
        if let Some(next) = next {
            let wait = next.as_millisecond() - now.as_millisecond();
            let wait = u64::try_from(wait).unwrap_or(0).clamp(SECOND, HOUR);
            self.decide_within(scene, plane, wait);
        }
        Ok(())
    }

    /// One of the control planes that are up and reach the database.
    fn any(&self, scene: &mut Scene) -> Option<usize> {
        let is_there = |it: &Plane| it.core.is_some() && !it.is_cut_off;
        let there: Vec<usize> =
            (0..self.planes.len()).filter(|it| is_there(&self.planes[*it])).collect();
        let at = scene.any(there.len());
        there.get(at).copied()
    }

    /// Brings the newest release, if it is not there; its number, if it was taken.
    pub fn bring(&mut self, scene: &mut Scene, releases: &Releases) -> Result<Option<u64>, String> {
        let Some(plane) = self.any(scene) else { return Ok(None) };
        let here = self.here(plane).map_or(0, |it| it.sequence);
        let Some(newest) = releases.newest().filter(|it| it.sequence > here) else {
            return Ok(None);
        };
        scene.say(|| format!("release {} is brought to {plane}", newest.sequence));
        let (files, now) = (newest.files.clone(), scene.clock(plane));
        self.turn(scene, plane, End::Never, |core| {
            core.bring(files, now).map(|it| it.0).map_err(|why| why.to_string())
        })?;
        self.decide_soon(scene, plane);
        Ok(Some(newest.sequence))
    }

    /// A person says something; the number of the release that it is said of.
    pub fn say(&mut self, scene: &mut Scene, word: Command) -> Result<Option<u64>, String> {
        let Some(plane) = self.any(scene) else { return Ok(None) };
        scene.say(|| format!("ops says {word:?} to {plane}"));
        let now = scene.clock(plane);
        self.turn(scene, plane, End::Never, |core| {
            Ok(core.command("ops", word, now).unwrap_or_default())
        })?;
        self.decide_soon(scene, plane);
        Ok(self.here(plane).map(|it| it.sequence))
    }
}

/// Whether a control plane is ended in its next turn, and when.
fn end(scene: &mut Scene) -> End {
    if !scene.chance(scene.chaos.ends) {
        End::Never
    } else if scene.rng.bool() {
        End::Untold
    } else {
        End::Unwritten
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
