//! Why a release can't be made, read or published.

use std::path::PathBuf;

use nixfleet_nix::{NixError, visible};
use nixfleet_release::{ReadError, Refusal};
use thiserror::Error;

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
    /// There is no release at all.
    #[error("the fleet {} has no release yet", quote(.0))]
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
            Self::NotASigner(_) => "a host counts signatures by the keys of `release.keys` alone",
            Self::TooFew { .. } => {
                "`nixfleet release sign` adds a signature, and `nixfleet release publish` hands the \
                 release out"
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
            Self::None(_) => "`nixfleet release` makes one",
            Self::Push { store, error } => of_store(store, &error.to_string())?,
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
            | Self::UnknownTag { .. }
            | Self::NotInRelease { .. }
            | Self::NotASigner(_)
            | Self::Place { .. } => Exit::Usage,
            _ => Exit::Lacking,
        }
    }
}

/// What to do where a store does not take paths, by Nix's own words (`store-registration.cc`,
/// `local-store.cc`).
fn of_store(store: &str, said: &str) -> Option<&'static str> {
    let is_unknown = said.contains("don't know how to open Nix store");
    if is_unknown && store.starts_with("s3://") {
        Some(
            "this Nix was built without S3, as Debian's is: take the one of https://nixos.org/download, \
             or push to a folder, `file:///srv/cache`, and copy that with `aws s3 sync`",
        )
    } else if is_unknown {
        Some(
            "write a store of Nix's: `file:///FOLDER`, `s3://BUCKET`, `ssh://HOST` or `ssh-ng://HOST`",
        )
    } else if said.contains("lacks a signature") || said.contains("lacks a valid signature") {
        Some(
            "whoever logs in there is none of its Nix's `trusted-users`: add them, or sign what is built \
             here, with `secret-key-files` in this machine's nix.conf and the public half among \
             `trusted-public-keys` there",
        )
    } else {
        None
    }
}

fn numbered(number: Option<u64>) -> String {
    number.map(|it| format!(" {it}")).unwrap_or_default()
}

fn proposal(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean {}?", quote(name))).unwrap_or_default()
}

fn failed(hosts: &[(String, String)]) -> String {
    let lines = hosts.iter().map(|(host, why)| format!("{} can't be built: {why}", quote(host)));
    lines.collect::<Vec<_>>().join("\n")
}

fn lines(never: &[nixfleet_rollout::Impossible]) -> String {
    never.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn before(numbers: &[u64]) -> String {
    match numbers {
        [] => ": none was made on this machine".to_owned(),
        [.., last] => format!(": the newest is {last}"),
    }
}
