//! The command line of `deploy`.

use clap::Args;
use nixfleet_release::plan::Span;

use crate::commands::hosts::{Chosen, Reach};

/// The arguments of `deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// The release: the number of one that was made on this machine, or a place, as a folder,
    /// `ssh://`, `s3://` or `https://` [default: the newest made here]
    pub release: Option<String>,

    #[command(flatten)]
    pub chosen: Chosen,

    #[command(flatten)]
    pub reach: Reach,

    /// Copy the systems to the hosts over SSH, rather than let them fetch from the release's caches
    #[arg(long)]
    pub copy: bool,

    #[command(flatten)]
    pub order: Order,

    /// Try again what failed on a host before
    #[arg(long)]
    pub retry: bool,

    /// How many hosts at a time
    #[arg(long, value_name = "COUNT", default_value_t = 16,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,

    /// How long a host may take
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub within: Span,
}

/// What of the plan's order is left out.
#[derive(Debug, Args)]
pub struct Order {
    /// Let the waves of the plan hold nobody back, nor what fails
    #[arg(long)]
    pub ignore_waves: bool,

    /// Open a wave at once when the one before it is through, whatever its `soak`
    #[arg(long)]
    pub no_soak: bool,
}
