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
    if let Some(option) = mistyped(message) {
        return errors.any(|it| reaches(it) && is_of(option, &it.field));
    }
    is_private(message) && errors.any(|it| reaches(it) && it.problem.is_secret())
}

/// The option of hostSpec of which the module system says that a definition is of a wrong type.
fn mistyped(message: &str) -> Option<&str> {
    let option = message.strip_prefix("A definition for option `")?.split('\'').next()?;
    option.starts_with("hostSpec.").then_some(option)
}

/// Whether an option is that field, or one in it, or around it.
fn is_of(option: &str, field: &str) -> bool {
    let is_in = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    field.starts_with("hostSpec.") && (is_in(option, field) || is_in(field, option))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_wrong_type_is_told_by_its_option() {
        let message = "A definition for option `hostSpec.networking.dns.\"[definition 1-entry 2]\"' is not of type `text'.";
        let option = mistyped(message).unwrap();
        assert!(is_of(option, "hostSpec.networking.dns"));
        assert!(is_of("hostSpec.networking", "hostSpec.networking.dns"));
        assert!(!is_of("hostSpec.home", "hostSpec.homes") && !is_of("hostSpec.home", "isVm"));
        assert_eq!(mistyped("A definition for option `services.x' is not of type `text'."), None);
    }
}
