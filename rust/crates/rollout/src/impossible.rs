//! A plan that can never finish, found when it is published.

use std::fmt;

use jiff::Timestamp;

use crate::plan::{Member, Plan};
use crate::rollout::Rollout;
use crate::sentence::{hosts, names};
use crate::time::after;
use crate::window::Opening;

/// Why a plan can never finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Impossible {
    /// More hosts are needed than the wave has.
    Need {
        /// The wave.
        wave: String,
        /// How many it needs.
        need: usize,
        /// How many it has.
        has: usize,
    },
    /// The window's time zone is none.
    Zone {
        /// The wave.
        wave: String,
        /// The time zone.
        zone: String,
    },
    /// The window does not open.
    Window {
        /// The wave.
        wave: String,
        /// The window.
        window: String,
    },
    /// The release expires before the wave can open.
    Expired {
        /// The wave.
        wave: String,
        /// When it can open at the earliest.
        opens: Timestamp,
        /// When the release expires.
        expires: Timestamp,
    },
    /// No other wave goes before a host of this one has arrived, and none of its hosts can ask.
    Keyless {
        /// The wave.
        wave: String,
    },
    /// So many of a wave's hosts are held by people that it never has what it needs.
    Held {
        /// The wave.
        wave: String,
        /// The hosts.
        hosts: Vec<String>,
    },
    /// A host's wave is none of the plan's.
    Wave {
        /// The host.
        host: String,
        /// The wave.
        wave: String,
    },
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Need { wave, need, has } => write!(
                f,
                "wave `{wave}` needs {need} and has {}: write a part, as `\"90%\"`, or {has} at most",
                hosts(*has)
            ),
            Self::Zone { wave, zone } => {
                write!(f, "wave `{wave}` never opens: there is no time zone `{zone}`")
            }
            Self::Window { wave, window } => {
                write!(f, "wave `{wave}` never opens: `{window}` is at no time of any day")
            }
            Self::Expired { wave, opens, expires } => write!(
                f,
                "wave `{wave}` can open at {opens:.0} at the earliest, and the release expires at {expires:.0}: let it expire later, or shorten the soaks before"
            ),
            Self::Keyless { wave } => write!(
                f,
                "wave `{wave}` is the first, and none of its hosts has a key in the release to ask with: write their `hostKey`, an `ssh-ed25519` one"
            ),
            Self::Held { wave, hosts } => write!(
                f,
                "wave `{wave}` waits for {}, held by people: `resume` lets hosts go, `skip` does without them",
                names(hosts.iter().map(String::as_str))
            ),
            Self::Wave { host, wave } => {
                write!(f, "`{host}` is in the wave `{wave}`, and there is none")
            }
        }
    }
}

/// Why a plan that begins at a time can never finish, all reasons together; none if it can.
#[must_use]
pub fn impossible(plan: &Plan, members: &[Member], begins: Timestamp) -> Vec<Impossible> {
    let mut found = Vec::new();
    let mut opens = begins;
    let hosts = hosts_of_waves(plan, members);
    let first = hosts.iter().position(|it| it.all > 0);
    for (at, (wave, Hosts { all: has, can_ask })) in
        plan.waves_or_all().iter().zip(hosts).enumerate()
    {
        let name = || wave.name.clone();
        if let Some(nixfleet_release::plan::Share::Count(need)) = wave.need {
            let need = need as usize;
            if need > has {
                found.push(Impossible::Need { wave: name(), need, has });
            }
        }
        // One without hosts is passed as soon as it opens, whatever it says of times.
        if has == 0 {
            continue;
        }
        if can_ask == 0 && Some(at) == first {
            found.push(Impossible::Keyless { wave: name() });
        }
        if let Some(window) = &wave.window {
            let opening = Opening::new(window);
            match opening.next(opens) {
                Some(next) => opens = next,
                None if opening.has_zone() => {
                    found.push(Impossible::Window { wave: name(), window: window.to_string() });
                }
                None => {
                    found.push(Impossible::Zone { wave: name(), zone: window.zone().to_owned() });
                }
            }
        }
        if let Some(expires) = plan.expires.filter(|it| *it <= opens) {
            found.push(Impossible::Expired { wave: name(), opens, expires });
        }
        opens = wave.soak.map_or(opens, |it| after(opens, it.get()));
    }
    let is_known = |wave: &String| plan.waves.iter().any(|it| it.name == *wave);
    for member in members {
        if let Some(wave) = member.wave.as_ref().filter(|it| !is_known(it)) {
            found.push(Impossible::Wave { host: member.name.clone(), wave: wave.clone() });
        }
    }
    found
}

impl Rollout {
    /// Why it can never finish, from a time on: by its plan, and by what people said.
    #[must_use]
    pub fn never_ends(&self, now: Timestamp) -> Vec<Impossible> {
        let mut never = impossible(&self.plan, &self.members, now);
        never.extend(self.held_up());
        never
    }

    /// What never ends unless a person takes back what people said, as long as all hosts are there.
    #[must_use]
    pub fn held_up(&self) -> Vec<Impossible> {
        let name = |host: &usize| self.members[*host].name.clone();
        let held_up = self.waves.iter().filter_map(|it| {
            let counted = it.hosts.iter().filter(|at| self.tracks[**at].is_skipped().is_none());
            let stays = |at: &&usize| {
                let track = &self.tracks[**at];
                track.is_held().is_some() && track.arrived.is_none()
            };
            let held: Vec<_> = counted.clone().filter(stays).collect();
            let all = counted.count();
            let need = it.wave.need.map_or(all, |need| need.at_least(all));
            let hosts = || held.iter().copied().map(name).collect();
            let wave = it.wave.name.clone();
            (need > all - held.len()).then(|| Impossible::Held { wave, hosts: hosts() })
        });
        held_up.collect()
    }
}

/// How many hosts a wave has.
#[derive(Clone, Copy, Default)]
struct Hosts {
    all: usize,
    can_ask: usize,
}

/// How many hosts go with each wave.
fn hosts_of_waves(plan: &Plan, members: &[Member]) -> Vec<Hosts> {
    let mut hosts = vec![Hosts::default(); plan.waves_or_all().len()];
    let last = hosts.len() - 1;
    for member in members {
        let at = plan.waves.iter().position(|it| Some(&it.name) == member.wave.as_ref());
        let wave = &mut hosts[at.unwrap_or(last)];
        wave.all += 1;
        wave.can_ask += usize::from(!member.without_key);
    }
    hosts
}
