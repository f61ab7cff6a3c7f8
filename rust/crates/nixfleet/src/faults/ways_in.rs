//! Ways into a host that its modules bring, which no inventory shows.

use std::path::Path;

use nixfleet_text::read_file;

use crate::faults::source::{LONGEST, Tree};
use crate::faults::survey::Survey;
use crate::faults::{Fault, Severity};

/// What options of NixOS and of the library begin with that let somebody in, or say that somebody gets
/// in elsewhere: keys, certificates and commands of OpenSSH, passwords, and the guard's own switch.
/// Fields of hostSpec have names of their own: `sshAuthorizedKeys`.
const OPTIONS: [&str; 6] = [
    "authorizedKeys",
    "AuthorizedKeysCommand",
    "TrustedUserCAKeys",
    "users.users",
    "initialHashedPassword",
    "guards.lockout",
];

/// Takes out the warnings that a host may let nobody in, where a file of the fleet speaks of a way in.
/// Whether it is that host's, its evaluation knows, and the library's guard at the latest.
pub fn heed(faults: &mut Vec<Fault>, survey: &Survey, tree: &Tree) {
    let is_unsure = |it: &Fault| {
        it.problem.code() == "nobody-can-log-in" && it.problem.severity() == Severity::Warning
    };
    let Some(root) = tree.root().filter(|_| faults.iter().any(is_unsure)) else { return };
    if survey.read.iter().any(|file| is_in(&root.join(file))) {
        faults.retain(|it| !is_unsure(it));
    }
}

/// Whether a file has one of the options outside of comments.
fn is_in(file: &Path) -> bool {
    let Ok(bytes) = read_file(file, LONGEST) else { return false };
    let text = String::from_utf8_lossy(&bytes);
    let mut code = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.any(|it| OPTIONS.iter().any(|option| it.contains(option)))
}
