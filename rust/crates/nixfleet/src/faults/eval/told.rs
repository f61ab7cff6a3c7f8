//! What a host does not evaluate for and that the inventory's faults tell already, with a cure.

use nixfleet_inventory::keys::is_private;
use nixfleet_nix::NixError;

use crate::faults::{Fault, Severity};

/// Whether they tell it. What the library refuses they have, each; and what Nix says of a private key
/// is that its text is no key.
pub fn is_told(host: &str, error: &NixError, faults: &[Fault]) -> bool {
    // As it is: what is shown of it has no key any more.
    let NixError::Failed { cause, .. } = error else { return false };
    let message = &cause.message;
    let reaches = |it: &Fault| it.hosts.is_empty() || it.hosts.iter().any(|name| name == host);
    let mut errors = faults.iter().filter(|it| it.problem.severity() == Severity::Error);
    if message.starts_with("nixfleet: ") {
        return errors.any(reaches);
    }
    is_private(message) && errors.any(|it| reaches(it) && it.problem.is_secret())
}
