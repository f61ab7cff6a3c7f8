//! Asking the sources for a release, and judging it: what may run is decided in the release's crate
//! alone.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use nixfleet_link::Offered;
use nixfleet_nix::visible;
use nixfleet_release::{
    Admitted, Cache, ENTRY_BYTES, Entry, HEAD_BYTES, HEAD_FILE, Hash, Head, Refusal,
    SIGNATURES_BYTES, SIGNATURES_FILE, entry_file,
};

use super::trust::clocks;
use super::{Host, facts};
use crate::control_plane::{ControlPlane, Verdict};
use crate::core::{Offer, Poll, Target};
use crate::found::Found;
use crate::run::World;
use crate::source::Source;
use crate::turn;

/// What is known of the newest release, in memory.
#[derive(Default)]
pub(super) struct Offers {
    newest: Option<Newest>,
    /// When a source last answered with what may be obeyed, in seconds since 1970.
    pub(super) heard_at: Option<i64>,
    /// A folder that an operator named, asked before all others and once.
    pub(super) brought: Option<String>,
}

struct Newest {
    head: Head,
    entry: Entry,
    /// Of which source, and the source's mark of the head.
    source: String,
    is_of_plane: bool,
    mark: Option<String>,
    hash: Hash,
    /// When this host first saw it, by the clock that nobody sets.
    seen: Duration,
    /// Whether an operator said that it is to go at once.
    at_once: bool,
}

/// What a source says.
enum Heard {
    /// Its release is the newest that is known.
    Release,
    /// There is one, and this host is to wait.
    Wait(String),
}

impl Newest {
    /// The time for the plan. A clock that is behind the release's making is wrong; what has passed
    /// since this host saw the release has surely passed.
    fn now(&self) -> Timestamp {
        let waited = facts::since_boot().saturating_sub(self.seen);
        let surely = SignedDuration::try_from(waited)
            .ok()
            .and_then(|waited| self.head.created.checked_add(waited).ok());
        surely.map_or(facts::wall(), |surely| facts::wall().max(surely))
    }
}

impl Offers {
    pub(super) fn caches(&self) -> Vec<Cache> {
        self.newest.as_ref().map(|it| it.head.caches.clone()).unwrap_or_default()
    }

    /// When the newest release was made.
    pub(super) fn created(&self) -> Option<Timestamp> {
        self.newest.as_ref().map(|it| it.head.created)
    }

    pub(super) fn closure_size(&self) -> Option<u64> {
        self.newest.as_ref()?.entry.closure_size
    }
}

impl Host {
    pub(super) fn poll(&mut self) -> Poll {
        crate::notify::alive();
        // Who brings a release waits for what becomes of it, so what is wrong with it is told even
        // where another source is well.
        if let Some(brought) = self.offers.brought.take() {
            return match Source::read(&brought).and_then(|it| self.ask_source(&it, true)) {
                Ok(Heard::Release) => self.offer(),
                Ok(Heard::Wait(why)) => Poll::Wait(why),
                Err(why) => Poll::Failed(why),
            };
        }
        let mut problems = Vec::new();
        for source in self.sources() {
            let heard = source.and_then(|it| self.ask_source(&it, false));
            if heard.is_ok() {
                self.offers.heard_at = Some(facts::wall().as_second());
            }
            match heard {
                Ok(Heard::Release) => return self.offer(),
                Ok(Heard::Wait(why)) => return Poll::Wait(why),
                Err(why) => problems.push(why),
            }
        }
        if problems.is_empty() { self.offer() } else { Poll::Failed(problems.join("; ")) }
    }

    /// The newest release, as an offer for now.
    fn offer(&mut self) -> Poll {
        let facts = self.facts();
        let Some(it) = &mut self.offers.newest else { return Poll::Nothing };
        // What was asked for is done once it is there.
        let system = it.entry.system.to_string();
        it.at_once &= facts.running != system || facts.default != system;
        let Some(it) = &self.offers.newest else { return Poll::Nothing };
        let target =
            Target { sequence: it.head.sequence, system, closure: it.entry.closure.to_string() };
        let wait = if it.at_once { None } else { self.wait(it) };
        Poll::Offer(Offer { target, wait, asked: it.at_once, facts })
    }

    fn wait(&self, it: &Newest) -> Option<String> {
        if let Some(window) = self.config.window.as_ref().filter(|it| !facts::is_open(it)) {
            return Some(format!("this host changes in its window, {window}, alone"));
        }
        let wave = it.head.waves.iter().find(|wave| Some(&wave.name) == it.entry.wave.as_ref());
        if let Some(window) =
            wave.and_then(|it| it.window.as_ref()).filter(|it| !facts::is_open(it))
        {
            return Some(format!("its wave goes in its window, {window}, alone"));
        }
        match self.plane().and_then(|plane| plane.verdict(it.hash)) {
            Some(Verdict::Go) => None,
            Some(Verdict::Wait(why)) => Some(why),
            // One that came between two of its answers.
            None if it.is_of_plane => Some("the control plane has yet to say when".into()),
            None => turn::wait(&it.head, &it.entry, it.now()),
        }
    }

    /// What the control plane's last answer says, where nothing has to be fetched for it. One for
    /// which this host waits anyway is not: ten thousand hosts would, at once.
    fn heard_of_plane(&self, plane: &ControlPlane) -> Result<Option<Heard>, String> {
        let newest = self.offers.newest.as_ref();
        match plane.offered() {
            Ok(it) if newest.is_some_and(|newest| newest.hash == it.release.hash) => {
                Ok(Some(Heard::Release))
            }
            Ok(Offered { release, wait, .. }) => Ok(wait.map(|why| {
                Heard::Wait(format!("release {}: {}", release.sequence, visible(&why)))
            })),
            // What it has allowed it has allowed.
            Err(_) if newest.is_some_and(|it| plane.verdict(it.hash) == Some(Verdict::Go)) => {
                Ok(Some(Heard::Release))
            }
            Err(why) => Err(why),
        }
    }

    /// Takes the newest release that a source has. One request where nothing is new.
    fn ask_source(&mut self, source: &Source, at_once: bool) -> Result<Heard, String> {
        let is_of_plane = match source {
            Source::ControlPlane(plane) => {
                if let Some(heard) = self.heard_of_plane(plane)? {
                    return Ok(heard);
                }
                true
            }
            _ => false,
        };
        let name = source.name();
        let known = self.offers.newest.as_ref().filter(|it| it.source == name);
        let found = source.fetch(HEAD_FILE, HEAD_BYTES, known.and_then(|it| it.mark.as_deref()))?;
        let (bytes, mark) = match found {
            Found::Unchanged => return Ok(Heard::Release),
            Found::Bytes { bytes, mark } => (bytes, mark),
        };
        let hash = Hash::of(&bytes);
        if let Some(newest) = self.offers.newest.as_mut().filter(|it| it.hash == hash) {
            newest.at_once |= at_once;
            return Ok(Heard::Release);
        }
        let refused = |why: String| format!("{}: {}", source.name(), visible(&why));
        let admitted = self.judge(source, bytes)?.map_err(|why| refused(why.to_string()))?;
        let entry = bytes_of(source, &entry_file(&self.config.host_name), ENTRY_BYTES)?;
        let entry = admitted
            .entry(&self.config.host_name, &self.config.host_keys(), entry)
            .map_err(|why| refused(why.to_string()))?;
        self.remember(&admitted)?;
        let head = admitted.head().value().clone();
        self.offers.newest = Some(Newest {
            head,
            entry: entry.value().clone(),
            source: name,
            is_of_plane,
            mark,
            hash,
            seen: facts::since_boot(),
            at_once,
        });
        Ok(Heard::Release)
    }

    /// Whether a release could still come from a source: it answers, anew, with one that the trusted
    /// keys signed.
    ///
    /// # Errors
    /// When none could, in a sentence.
    pub(super) fn reach(&self, source: &Source) -> Result<String, String> {
        if let Source::ControlPlane(_) = source {
            // Its key says who it is; the head would be fetched by every host of a wave at once.
            bytes_of(source, SIGNATURES_FILE, SIGNATURES_BYTES)?;
            return Ok("it answers, by its key".into());
        }
        let Found::Bytes { bytes, .. } = source.fetch(HEAD_FILE, HEAD_BYTES, None)? else {
            return Ok("the release that is known".into());
        };
        if self.offers.newest.as_ref().is_some_and(|it| it.hash == Hash::of(&bytes)) {
            return Ok("the release that is known".into());
        }
        match self.judge(source, bytes)? {
            Ok(it) => Ok(format!(
                "release {}, signed by {} of the trusted keys",
                it.head().value().sequence,
                it.signed_by().len()
            )),
            // Signed all of them, by those whom this host trusts: the next may be taken.
            Err(
                why @ (Refusal::Older { .. }
                | Refusal::BelowFloor { .. }
                | Refusal::TwoOfOneNumber { .. }
                | Refusal::Expired { .. }),
            ) => Ok(visible(&why.to_string()).into_owned()),
            Err(why) => Err(format!("{}: {}", source.name(), visible(&why.to_string()))),
        }
    }

    /// Judges a head by its signatures, and by the changes of keys that were missed.
    fn judge(&self, source: &Source, head: Vec<u8>) -> Result<Result<Admitted, Refusal>, String> {
        let signatures = bytes_of(source, SIGNATURES_FILE, SIGNATURES_BYTES)?;
        let trust = self.trust()?;
        let admitted = trust.admit(head.clone(), &signatures, &clocks());
        if admitted.is_ok() {
            return Ok(admitted);
        }
        // Where the keys were changed while this host was away.
        let file = |name: &str, limit| bytes_of(source, name, limit).ok();
        Ok(match trust.follow_all(&head, file) {
            Some(trust) => trust.admit(head, &signatures, &clocks()),
            None => admitted,
        })
    }
}

fn bytes_of(source: &Source, name: &str, limit: usize) -> Result<Vec<u8>, String> {
    match source.fetch(name, limit, None)? {
        Found::Bytes { bytes, .. } => Ok(bytes),
        Found::Unchanged => Err(format!("{}: `{name}` did not come", source.name())),
    }
}
