//! A conflict between what a fleet sets and what `NixFleet` itself does.

use std::path::Path;

use super::definition::file_of;
use crate::text::quote::{quote, shorten};

/// What stands in the library alone, beside its `modules`.
const LIBRARY: [&str; 2] = ["lib/mk-host.nix", "modules/shared/host-spec.nix"];

/// What to write where an option has a value of a module of the library and another of the same
/// priority. The message is as in nixpkgs' `lib/options.nix`: ``The option `x' has conflicting
/// definition values:``, then lines ``- In `file': value``.
pub fn cure(message: &str, exists: impl Fn(&Path) -> bool) -> Option<String> {
    let (head, definitions) = message.split_once("efinition values:")?;
    if !head.ends_with("conflicting d") && !head.contains("defined multiple times") {
        return None;
    }
    let (option, _) = head.split_once("option `")?.1.split_once('\'')?;
    let (mut ours, mut theirs) = (None, None);
    for definition in definitions.split("\n- In `").skip(1) {
        match file_of(definition).and_then(|it| module(it, &exists)) {
            Some(module) => ours = ours.or(Some(module)),
            None => theirs = theirs.or(Some(value(definition))),
        }
    }
    Some(format!(
        "NixFleet sets it as well, in {}: `{} = lib.mkForce {};` lets yours win",
        quote(ours?),
        shorten(option),
        theirs?.map_or("…".to_owned(), shorten)
    ))
}

/// The name of a module of the library, from its root on.
fn module<'a>(file: &'a str, exists: &impl Fn(&Path) -> bool) -> Option<&'a str> {
    let at = file.find("/modules/")?;
    let root = Path::new(&file[..at]);
    LIBRARY.iter().all(|it| exists(&root.join(it))).then_some(&file[at + 1..])
}

/// What is defined, where it is one short line.
fn value(definition: &str) -> Option<&str> {
    let value = definition.split_once("': ")?.1;
    let (value, rest) = value.split_once('\n').unwrap_or((value, ""));
    let is_whole = rest.is_empty() || rest.starts_with("Use `lib.mk");
    (is_whole && !value.is_empty() && value.len() < 40 && !value.contains(['`', '<']))
        .then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(ours: &str, theirs: &str) -> Option<String> {
        let message = format!(
            "The option `time.timeZone' has conflicting definition values:\n- In `{ours}': \
             \"UTC\"\n- In `{theirs}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the \
             priority on any of these definitions."
        );
        cure(&message, |it| it.starts_with("/l"))
    }

    #[test]
    fn a_conflict_with_a_module_of_ours_says_what_to_write() {
        let ours = "/l/modules/nixos/core/locale.nix";
        assert_eq!(
            conflict(ours, "/f/web.nix': \"Asia/Tokyo\"").unwrap(),
            "NixFleet sets it as well, in `modules/nixos/core/locale.nix`: `time.timeZone = \
             lib.mkForce \"Asia/Tokyo\";` lets yours win"
        );
        assert!(conflict(ours, "/f/web.nix':\n    {\n  a = 1; }").unwrap().contains("mkForce …;"));
        assert_eq!(conflict("/f/modules/nixos/core/locale.nix", "/f/web.nix': 1"), None);
        assert_eq!(conflict(ours, "/l/modules/shared/x.nix': 1"), None);
        assert_eq!(cure("The option `a' does not exist. Definition values:\n", |_| true), None);
    }
}
