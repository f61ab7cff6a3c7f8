//! The command line of `release`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use nixfleet_release::plan::Span;

use super::place::Place;
use crate::error::Trouble;

/// The arguments of `release`.
#[derive(Debug, Args)]
pub struct Release {
    #[command(subcommand)]
    pub action: Option<Action>,

    #[command(flatten)]
    pub make: Make,
}

/// How the next release is made.
#[derive(Debug, Default, PartialEq, Args)]
pub struct Make {
    /// Copy the hosts' systems to this store of Nix's; may be given several times
    #[arg(long, value_name = "STORE", value_parser = NonEmptyStringValueParser::new())]
    pub push: Vec<String>,

    /// Publish the release here: a folder, `ssh://`, `s3://` or `control-plane://`; may be given several times
    #[arg(long, value_name = "PLACE")]
    pub to: Vec<String>,

    /// Follow the newest release there, which is only read: a place as of `--to`, or `https://`; may be
    /// given several times [default: the newest made here or at the places of `--to`]
    #[arg(long, value_name = "PLACE")]
    pub after: Vec<String>,

    /// Sign with this private key, or the public half of one in the agent; may be given several
    /// times [default: the first of the fleet's release keys that is here]
    #[arg(short, long = "key", value_name = "FILE")]
    pub keys: Vec<PathBuf>,

    /// Leave the signing to `nixfleet release sign`
    #[arg(long, conflicts_with_all = ["keys", "to"])]
    pub no_sign: bool,

    /// Let no host take the release when it is older than this, as `30d`
    #[arg(long, value_name = "TIME")]
    pub expires: Option<Span>,

    /// Release the systems of this older release again
    #[arg(long, value_name = "N")]
    pub rollback_to: Option<u64>,

    /// Release changes that no commit has
    #[arg(long)]
    pub allow_dirty: bool,

    /// How many builds to run at a time [default: the processors, as far as memory goes]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// What is done with a release that there is. RELEASE is the number of one that was made on this
/// machine, or a place: a folder, `ssh://`, `s3://`, `control-plane://` or `https://`.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Show what a release gives each host
    Show {
        /// The release [default: the newest made here]
        release: Option<String>,
        /// Only this host; may be given several times
        #[arg(short = 'h', long = "host", value_name = "HOST")]
        hosts: Vec<String>,
    },
    /// Show what changes from one release to another, by package and version
    Diff {
        /// The older and the newer release [default: the newest made here and the one before it]
        #[arg(num_args = 0..=2, value_name = "RELEASE")]
        releases: Vec<String>,
    },
    /// Check a release as a host would that has the fleet's present keys
    Verify {
        /// The release [default: the newest made here]
        release: Option<String>,
        /// Say what this host runs by it; may be given several times
        #[arg(short = 'h', long = "host", value_name = "HOST")]
        hosts: Vec<String>,
    },
    /// Add a signature to a release
    Sign {
        /// The release, or the folder that it lies in [default: the newest made here]
        release: Option<String>,
        /// Sign with this private key, or the public half of one in the agent; may be given several
        /// times [default: the first of the fleet's release keys that is here]
        #[arg(short, long = "key", value_name = "FILE")]
        keys: Vec<PathBuf>,
    },
    /// Hand a release out that enough have signed
    Publish {
        /// The release [default: the newest made here]
        release: Option<String>,
        /// Where to: a folder, `ssh://`, `s3://` or `control-plane://`; may be given several times
        #[arg(long, value_name = "PLACE", required = true)]
        to: Vec<String>,
    },
}

/// The release that is meant.
pub enum Which {
    /// The newest made here.
    Last,
    /// The one of this number, made here.
    Number(u64),
    /// The newest at a place.
    At(Place),
}

impl Which {
    /// Reads what people write.
    pub fn parse(text: Option<&str>) -> Result<Self, Trouble> {
        match text {
            None => Ok(Self::Last),
            Some(text) => match text.parse() {
                Ok(number) => Ok(Self::Number(number)),
                Err(_) => Place::parse(text).map(Self::At),
            },
        }
    }
}
