//! The hosts: what each of them does, and says.

use fastrand::Rng;
use nixfleet_agent::core::Action;
use nixfleet_link::{Answer, Known, LONGEST_HOLD};

use crate::belief::{Handed, Judged};
use crate::chaos::{DAY, HOUR, MINUTE, SECOND};
use crate::happening::Happening;
use crate::host::{Fault, Host};
use crate::hostile;
use crate::invariants::Watch;
use crate::releases::Releases;
use crate::scene::Scene;

/// For how long a host waits for an answer.
const PATIENCE: u64 = (LONGEST_HOLD + 30) * SECOND;

/// How likely a host asks on a new connection.
const MOVES: f64 = 0.1;

/// All hosts, and who watches them.
pub struct Fleet {
    pub hosts: Vec<Host>,
    pub watch: Watch,
    judged: Judged,
}

impl Fleet {
    pub fn new(releases: &Releases, is_hostile: bool) -> Self {
        let shape = &releases.shape;
        Self {
            hosts: shape.hosts.iter().map(|(name, ..)| Host::new(name)).collect(),
            watch: Watch::new(shape, is_hostile),
            judged: Judged::default(),
        }
    }

    pub fn start(&mut self, scene: &mut Scene) -> Result<(), String> {
        for host in 0..self.hosts.len() {
            self.hosts[host].start(scene.now);
            self.stepped(scene, host)?;
        }
        Ok(())
    }

    /// Whether no host does anything, or is away.
    pub fn is_at_rest(&self) -> bool {
        self.hosts.iter().all(|it| !it.is_busy() && !it.is_away)
    }

    /// Whether a message to or from a host comes to nothing.
    pub fn is_lost(&self, scene: &mut Scene, host: usize) -> bool {
        self.hosts[host].is_cut_off || self.hosts[host].is_away || scene.chance(scene.chaos.loss)
    }

    /// A host has done what it was about; `here` is the release that the control plane has
    /// where it asks.
    pub fn done(
        &mut self,
        scene: &mut Scene,
        (host, token): (usize, u64),
        releases: &Releases,
        here: Option<Known>,
    ) -> Result<(), String> {
        let it = &self.hosts[host];
        if it.token != token {
            return Ok(());
        }
        let is_spared = matches!(it.action, Action::Poll { .. } | Action::Reboot);
        let fault = if !is_spared && scene.chance(scene.chaos.faults) {
            Fault::ALL[scene.rng.usize(0..Fault::ALL.len())]
        } else {
            Fault::None
        };
        let name = it.name().to_owned();
        let tried = it.state.step.target().map_or(0, |it| it.sequence);
        let of_machine = (holds(scene, host, tried), tried.is_multiple_of(2));
        let here = here.filter(|_| !it.is_cut_off);
        if !it.is_polling() {
            scene.say(|| format!("{name} {} {tried} {fault:?}", it.action.name()));
        }
        let is_hostile = here.is_some() && it.is_polling() && scene.chance(scene.chaos.hostile);
        let other = scene.rng.usize(0..self.hosts.len());
        let other = self.hosts[other].name().to_owned();
        let handed = if is_hostile {
            Some(hostile::hands(&mut scene.rng, releases, (&name, &other)))
        } else {
            here.and_then(|it| releases.of(it)).map(|it| Handed::of(it, it, (it, &name)))
        };
        self.hosts[host].act(scene.now, fault, of_machine, (handed.as_ref(), &self.judged));
        self.stepped(scene, host)
    }

    fn stepped(&mut self, scene: &mut Scene, host: usize) -> Result<(), String> {
        let it = &self.hosts[host];
        self.watch.step(host, it)?;
        let token = it.token;
        scene.at(scene.now + it.takes(), Happening::Done { host, token });
        self.check_in(scene, host, false);
        Ok(())
    }

    fn check_in(&mut self, scene: &mut Scene, host: usize, again: bool) {
        let Some(said) = self.hosts[host].says(scene.now, again) else { return };
        let request = self.hosts[host].talk.request;
        scene.at(scene.now + PATIENCE, Happening::Late { host, request });
        let plane = self.hosts[host].talk.plane;
        scene.send(|| Happening::ToPlane { plane, host, request, said: Box::new(said.clone()) });
    }

    /// A host says something again, unless it has said something else since.
    pub fn ask(&mut self, scene: &mut Scene, host: usize, request: u64) {
        if self.hosts[host].talk.request == request && !self.hosts[host].is_away {
            if scene.chaos.planes > 1 && scene.chance(MOVES) {
                self.connect(scene, host);
            }
            self.check_in(scene, host, true);
        }
    }

    /// A host's connection is a new one, which goes to any of the control planes.
    fn connect(&mut self, scene: &mut Scene, host: usize) {
        self.hosts[host].talk.plane = scene.any(scene.chaos.planes);
    }

    /// An answer reaches a host. That to what was given up has no connection to come by.
    pub fn hear(&mut self, scene: &mut Scene, (host, request): (usize, u64), answer: Answer) {
        if self.is_lost(scene, host) || self.hosts[host].talk.request != request {
            return;
        }
        let again = (answer.again * SECOND).min(600 * SECOND);
        let it = &mut self.hosts[host];
        if it.heard(answer, scene.now) {
            it.token += 1;
            scene.at(scene.now, Happening::Done { host, token: it.token });
        }
        scene.at(scene.now + again, Happening::Ask { host, request });
    }

    /// No answer came in time.
    pub fn miss(&mut self, scene: &mut Scene, host: usize, request: u64) {
        let it = &mut self.hosts[host];
        if it.talk.request == request && !it.is_away {
            it.talk.unheard();
            let after = it.talk.pause / 2 + scene.rng.u64(0..=it.talk.pause);
            scene.at(scene.now + after, Happening::Ask { host, request });
            self.connect(scene, host);
        }
    }

    pub fn cut_off(&mut self, scene: &mut Scene) {
        let host = scene.rng.usize(0..self.hosts.len());
        self.hosts[host].is_cut_off = true;
        scene.say(|| format!("cut off {host}"));
        let after = scene.rng.u64(MINUTE..12 * HOUR).min(scene.left());
        scene.at(scene.now + after, Happening::Mend { host });
        scene.often(scene.chaos.cut_off, Happening::CutOff);
    }

    /// A host goes away, for up to a month.
    pub fn go_away(&mut self, scene: &mut Scene) {
        let host = scene.rng.usize(0..self.hosts.len());
        scene.often(scene.chaos.away, Happening::GoAway);
        if !self.hosts[host].is_away {
            scene.say(|| format!("away {host}"));
            self.hosts[host].is_away = true;
            self.hosts[host].token += 1;
            let after = scene.rng.u64(HOUR..30 * DAY).min(scene.left());
            scene.at(scene.now + after, Happening::ComeBack { host });
        }
    }

    pub fn come_back(&mut self, scene: &mut Scene, host: usize) -> Result<(), String> {
        self.hosts[host].is_away = false;
        self.hosts[host].boot(scene.now);
        self.stepped(scene, host)
    }
}

/// Whether a release holds on a host: it follows from the seed, not from when it is asked.
fn holds(scene: &Scene, host: usize, sequence: u64) -> bool {
    let of = |text: u64| Rng::with_seed(scene.chaos.seed.wrapping_mul(31) ^ text).f64();
    let is_bad = of(sequence) < scene.chaos.bad;
    let fails = of(sequence * 100_003 + host as u64) < 0.5;
    !(is_bad && fails)
}
