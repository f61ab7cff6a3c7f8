//! The fleet's hosts as SSH reaches them: which are meant, where they are, and what they say of
//! themselves.

mod address;
mod args;
mod known;
mod login;
mod said;
mod ssh;
mod standing;

pub use address::Address;
pub use args::{Chosen, Reach};
pub use known::KnownHosts;
pub use login::{Connection, Login, as_root, connection, is_no_root, nix_options, plain};
pub use said::Said;
pub use ssh::{Ended, Lost, Ssh};
pub use standing::{Standing, Target, judge};

use std::time::Duration;

/// Says what a host runs, and where its agent stands. It needs no root.
const ASK: &str = include_str!("hosts/ask.sh");

/// How long a host may take to say how it is.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// What a host says of itself, over a connection made anew.
pub fn ask(ssh: &Ssh, connection: &Connection) -> Result<Said, Lost> {
    let ended = ssh.run(connection, &plain(ASK), &[], ANSWER_LIMIT, &mut |_| {})?;
    Ok(Said::read(&ended.stdout))
}
