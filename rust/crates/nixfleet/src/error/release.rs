//! Why a release can't be made, read or published.

mod store;
mod words;

use std::path::{Path, PathBuf};

use nixfleet_inventory::keys::Refusal as KeyRefusal;
use nixfleet_nix::{NixError, visible};
use nixfleet_release::{ReadError, Refusal, SignaturesError};
use nixfleet_text::word;
use thiserror::Error;

use self::words::{before, failed, lines, numbered, proposal, stands};
use crate::exit::Exit;
use crate::text::quote::{quote, quote_path};

/// What is in the way of a release.
#[derive(Debug, Error)]
pub enum Trouble {
    /// The fleet says nothing of releases.
    #[error("the fleet has no `release`: nobody is told who may make one")]
    NoPlan,
    /// What the fleet says can't be read, though no check found fault with it.
    #[error("the fleet's `release` can't be read: {}", visible(.0))]
    Plan(String),
    /// A plan that can never finish, with each reason.
    #[error("{}", lines(.0))]
    Never(Vec<nixfleet_rollout::Impossible>),
    /// There are changes that no commit has.
    #[error(
        "there are changes that no commit has ({}), and a release names the commit that it was made from",
        quote_path(.0)
    )]
    Dirty(String),
    /// The user wanted the end: before there was a release, or when this one was there.
    #[error("interrupted{}", stands(*.0))]
    Interrupted(Option<u64>),
    /// Hosts that can't be built, each with the reason.
    #[error("{}", failed(.0))]
    Build(Vec<(String, String)>),
    /// Systems that a store does not take.
    #[error("the systems can't be pushed to {}: {error}", quote_path(.store))]
    Push {
        /// The store.
        store: String,
        /// What Nix says.
        error: Box<NixError>,
    },
    /// The release that is asked for is not there.
    #[error("there is no release {number} of the fleet {}{}", quote(.fleet), before(.known))]
    Unknown {
        /// The fleet's name.
        fleet: String,
        /// The number.
        number: u64,
        /// Those that there are.
        known: Vec<u64>,
    },
    /// No release before it is known.
    #[error("no release before {0} was made on this machine")]
    NoneBefore(u64),
    /// There is no release at all.
    #[error("no release of the fleet {} was made on this machine", quote(.0))]
    None(String),
    /// A place has no release, or none of the number.
    #[error("there is no release{} at {}", numbered(*.number), quote_path(.place))]
    Empty {
        /// The place.
        place: String,
        /// The number that was asked for.
        number: Option<u64>,
    },
    /// No host has the tag.
    #[error("no host of the fleet has the tag {}{}", quote(.tag), proposal(.nearest.as_deref()))]
    UnknownTag {
        /// The tag given.
        tag: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// The release has none of the hosts that are meant.
    #[error("release {number} has no host {}", quote(.host))]
    NotInRelease {
        /// Its number.
        number: u64,
        /// The host.
        host: String,
    },
    /// No key to sign with.
    #[error("none of the keys that may release has its private half here: {}", .0.join(", "))]
    NoKey(Vec<String>),
    /// A key that may not release.
    #[error("{} is not among the keys of the fleet's `release.keys`", quote(.0))]
    NotASigner(String),
    /// A file that was named as a key and is none.
    #[error("{} has no SSH key", quote_path(.0))]
    NoSshKey(String),
    /// A private key that ssh refuses.
    #[error("`ssh-keygen` refuses the key {}, since {}", quote_path(.path), .refusal.reason())]
    KeyRefused {
        /// The file.
        path: String,
        /// What is wrong with it.
        refusal: KeyRefusal,
    },
    /// A key with a passphrase that nobody can be asked for.
    #[error("a passphrase guards the key {}, and there is no terminal to ask for it", quote_path(.0))]
    Locked(String),
    /// `ssh-keygen` failed.
    #[error("`ssh-keygen` did not sign: {}", visible(.0.trim()))]
    Sign(String),
    /// What `ssh-keygen` made is not taken by any host.
    #[error("no host would take the signature: {0}")]
    NotTaken(String),
    /// Not signed by enough.
    #[error("release {number} is not published: {why}")]
    TooFew {
        /// Its number.
        number: u64,
        /// How many it takes, and who signed.
        why: String,
    },
    /// Another run made a release of this number.
    #[error("another run made a release {0} meanwhile")]
    Taken(u64),
    /// A place has a release of another fleet.
    #[error(
        "{} has a release {number} of the fleet {}, and this is {}",
        quote_path(.place), quote(.theirs), quote(.ours)
    )]
    OtherFleet {
        /// The place.
        place: String,
        /// The number of its release.
        number: u64,
        /// The release's fleet.
        theirs: String,
        /// The fleet.
        ours: String,
    },
    /// A place has a release that is not the fleet's.
    #[error("{} has a release {number} that the fleet's keys did not sign", quote_path(.place))]
    Stranger {
        /// The place.
        place: String,
        /// The number that it claims.
        number: u64,
    },
    /// A place has a later release, or another of this number.
    #[error("{} has {there}, and this is release {number}", quote_path(.place))]
    Later {
        /// The place.
        place: String,
        /// What it has.
        there: String,
        /// The number of what was to be published.
        number: u64,
    },
    /// What a release has is not right.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A file of a release can't be read or written.
    #[error("{origin}: {error}")]
    Read {
        /// Where it is.
        origin: String,
        /// What is wrong with it.
        error: ReadError,
    },
    /// Files and folders.
    #[error("{} can't be {done}: {error}", quote_path(&.path.to_string_lossy()))]
    Io {
        /// The file.
        path: PathBuf,
        /// What was to be done with it.
        done: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// A program that is not there, or failed.
    #[error("{program} {}", visible(.problem.trim()))]
    Program {
        /// The program.
        program: String,
        /// What it said.
        problem: String,
    },
    /// A place that can't be.
    #[error("{} is no place for a release: {problem}", quote_path(.place))]
    Place {
        /// The place.
        place: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Trouble {
    /// What the system says of a file, without the name of the one beside it that was to become it.
    pub fn io(path: &Path, done: &'static str, error: std::io::Error) -> Self {
        let said = error.to_string();
        // As the crate `tempfile` ends its messages.
        let own = said.split_once(" at path \"").map(|(own, _)| own.to_owned());
        let error = own.map_or(error, std::io::Error::other);
        Self::Io { path: path.to_owned(), done, error }
    }

    /// Whether it is told in lines of its own: what Nix says, or one for each host.
    pub fn has_lines(&self) -> bool {
        matches!(self, Self::Never(_) | Self::Build(_) | Self::Push { .. })
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoPlan => {
                "name the keys: `mkFleet { release.keys = [ \"ssh-ed25519 AAAA… me\" ]; … }`"
            }
            Self::Dirty(_) => "commit them, or release them as they are with `--allow-dirty`",
            Self::NoKey(_) => {
                "name one with `--key FILE`, load it into the agent, or leave the signing to \
                 another machine with `--no-sign`"
            }
            Self::KeyRefused { path, refusal } => return Some(refusal.command(&word(path))),
            Self::Locked(_) => {
                "load it into the agent with `ssh-add`, sign with a key that has none, or leave the signing \
                 to another machine with `--no-sign`"
            }
            Self::NotASigner(_) => "a host counts signatures by the keys of `release.keys` alone",
            Self::TooFew { .. } => {
                "`nixfleet release sign` adds a signature, and `nixfleet release publish` hands the \
                 release out. Where too few of the old keys are left to sign, the hosts get the new ones \
                 first, and the place begins anew"
            }
            Self::Stranger { .. } => {
                "find out who can write there, and remove it. Where all keys are being changed, release \
                 from a machine that has made a release with the old ones, or change one after the other"
            }
            Self::OtherFleet { .. } => {
                "each fleet has a place of its own: its hosts take no other's"
            }
            Self::NotInRelease { .. } => {
                "make a release that has it: `nixfleet release` takes every host of the fleet"
            }
            Self::Taken(_) => "run it again: the next number is its own",
            Self::NoneBefore(_) => "name both: `nixfleet release diff OLDER NEWER`",
            Self::Refused(Refusal::Signatures(SignaturesError::Nobody) | Refusal::NotSigned(_)) => {
                "`nixfleet release sign` adds a signature"
            }
            Self::None(_) => {
                "`nixfleet release` makes one, and one that was made on another machine is named by \
                 the place that has it, as `ssh://fleet.example.org/srv/releases`"
            }
            Self::Push { store, error } => store::help(store, &error.to_string())?,
            Self::Later { .. } => {
                "make a new release after that one: `nixfleet release` does so with the place as `--to`, \
                 or as `--after`"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }

    /// The exit status that tells it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoPlan
            | Self::Plan(_)
            | Self::Dirty(_)
            | Self::Never(_)
            | Self::TooFew { .. }
            | Self::OtherFleet { .. }
            | Self::Stranger { .. }
            | Self::Taken(_)
            | Self::Later { .. }
            | Self::Refused(_)
            | Self::Read { .. } => Exit::Faults,
            Self::Unknown { .. }
            | Self::NoneBefore(_)
            | Self::UnknownTag { .. }
            | Self::NotInRelease { .. }
            | Self::NotASigner(_)
            | Self::NoSshKey(_)
            | Self::Place { .. } => Exit::Usage,
            Self::Interrupted(_) => Exit::Interrupted,
            _ => Exit::Lacking,
        }
    }
}
