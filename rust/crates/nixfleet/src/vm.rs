//! The VM commands: their arguments, and how they call `nixfleet-vm`.

use clap::Args;

use crate::cli::Global;
use crate::error::Error;
use crate::exit::Exit;

/// Which hosts a command is for.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Hosts {
    /// The host; may be given several times
    #[arg(short = 'h', long = "host", value_name = "HOST")]
    pub hosts: Vec<String>,

    /// Every host
    #[arg(long)]
    pub all: bool,
}

/// `build-vm`.
#[derive(Debug, Args)]
pub struct BuildVm {
    #[command(flatten)]
    pub hosts: Hosts,
}

/// `start-vm`.
#[derive(Debug, Args)]
pub struct StartVm {
    #[command(flatten)]
    pub hosts: Hosts,
}

/// `stop-vm`.
#[derive(Debug, Args)]
pub struct StopVm {
    #[command(flatten)]
    pub hosts: Hosts,
}

/// `clean-vm`.
#[derive(Debug, Args)]
pub struct CleanVm {
    #[command(flatten)]
    pub hosts: Hosts,
}

/// `test-vm`.
#[derive(Debug, Args)]
pub struct TestVm {
    #[command(flatten)]
    pub hosts: Hosts,
}

/// Installs hosts into VMs that stay.
pub fn build(_: &Global, _: &BuildVm) -> Result<Exit, Error> {
    Ok(Exit::Lacking)
}

/// Starts VMs.
pub fn start(_: &Global, _: &StartVm) -> Result<Exit, Error> {
    Ok(Exit::Lacking)
}

/// Stops VMs.
pub fn stop(_: &Global, _: &StopVm) -> Result<Exit, Error> {
    Ok(Exit::Lacking)
}

/// Deletes VMs.
pub fn clean(_: &Global, _: &CleanVm) -> Result<Exit, Error> {
    Ok(Exit::Lacking)
}

/// Tests hosts.
pub fn test(_: &Global, _: &TestVm) -> Result<Exit, Error> {
    Ok(Exit::Lacking)
}
