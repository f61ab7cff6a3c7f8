//! What came while the disk was busy: it is written down at once, and each of those who said it is told
//! what came of it.

use jiff::Timestamp;

use super::{Done, Failure, Input, Look, Taken};
use crate::core::Core;
use crate::status::listed;
use crate::store::Keep;
use crate::unknown;

/// Told once whether what was done is written down.
pub(super) type Ack = Box<dyn FnOnce(bool) + Send>;

/// What came.
#[derive(Default)]
pub(super) struct Lot {
    /// What is to be written down.
    pub(super) inputs: Vec<Input>,
    /// Who looks.
    pub(super) looks: Vec<Look>,
    /// Whether somebody wants to see at once what follows.
    pub(super) at_once: bool,
    /// Whether another control plane has written something.
    woken: bool,
}

impl Lot {
    pub(super) fn of(inputs: impl Iterator<Item = Input>) -> Self {
        let mut lot = Self::default();
        for input in inputs {
            match input {
                Input::Look(look) => lot.looks.push(look),
                Input::News => lot.woken = true,
                input => {
                    lot.at_once |= !matches!(input, Input::CheckIn { .. });
                    lot.inputs.push(input);
                }
            }
        }
        lot
    }

    /// Whether nothing can have changed.
    pub(super) fn is_empty(&self) -> bool {
        self.inputs.is_empty() && !self.woken
    }

    /// The hosts that said something.
    pub(super) fn hosts(&self) -> Vec<String> {
        let host = |it: &Input| match it {
            Input::CheckIn { host, .. } => Some(host.clone()),
            _ => None,
        };
        self.inputs.iter().filter_map(host).collect()
    }

    /// Nothing can be written down.
    pub(super) fn refuse(self) {
        self.inputs.into_iter().for_each(Input::refuse);
    }
}

impl Input {
    /// Does it, and says what is to be written down, and who is told then.
    pub(super) fn apply(self, core: &mut Core, now: Timestamp) -> (Vec<Keep>, Option<Ack>) {
        match self {
            Self::CheckIn { host, said, done } => {
                (core.check_in(&host, *said, now), Some(once_written(done, ())))
            }
            Self::Bring { files, done } => {
                let before = core.shelf().map(|it| it.known);
                match core.bring(files, now) {
                    Err(why) => {
                        let _ = done.send(Err(Failure::Refused(why)));
                        (Vec::new(), None)
                    }
                    Ok((keep, never)) => {
                        let taken = core.shelf().map(|release| {
                            let (without_key, without_key_more) =
                                listed(release.without_key().map(str::to_owned));
                            let same = before == Some(release.known);
                            let sequence = release.known.sequence;
                            Taken { sequence, same, never, without_key, without_key_more }
                        });
                        (keep, taken.map(|it| once_written(done, it)))
                    }
                }
            }
            Self::Command { by, command, done } => {
                let met = core.meets(&command);
                match core.command(&by, command, now) {
                    Err(unknown) => {
                        let told = unknown.map(|it| Failure::Unknown(unknown::told(core, &it)));
                        let _ = done.send(Err(told.unwrap_or(Failure::NoRelease)));
                        (Vec::new(), None)
                    }
                    Ok(keep) => (keep, Some(once_written(done, met))),
                }
            }
            Self::Look(_) | Self::News => (Vec::new(), None),
        }
    }
}

fn once_written<T: Send + 'static>(done: Done<T>, what: T) -> Ack {
    Box::new(move |written| {
        let _ = done.send(if written { Ok(what) } else { Err(Failure::Unwritten) });
    })
}
