//! `nixfleet list`: the fleet as a table.

use crate::cli::Global;
use crate::error::Error;
use crate::exit::Exit;
use crate::fleet;

/// Writes one line a host.
pub fn run(global: &Global) -> Result<Exit, Error> {
    for (name, host) in &fleet::inventory(global)?.hosts {
        println!("{name}\t{}", host.text("platform").unwrap_or("?"));
    }
    Ok(Exit::Fine)
}
