//! Two disk layouts of the library's in one host, which contradict each other wherever Nix looks first.

use nixfleet_nix::Position;

use super::own::{HostFiles, Part};
use crate::faults::source::position_of;

/// The layouts whose definitions a message sets against each other.
pub fn of(message: &str) -> Option<(&str, &str)> {
    let is_conflict = message.contains("conflicting definition values")
        || message.contains("defined multiple times")
        || message.contains("is already declared in");
    let mut parts = message.split("/modules/nixos/disks/").skip(1).filter(|_| is_conflict);
    let mut next = || parts.next()?.split_once(".nix").map(|it| it.0);
    let first = next()?;
    let second = std::iter::from_fn(next).find(|it| *it != first)?;
    Some((first, second))
}

/// Where a host names the second of them, as far as its own files say so.
pub fn place(layouts: (&str, &str), own: &HostFiles) -> Option<Position> {
    let names = [layouts.0, layouts.1].map(|it| format!("disks.{it}"));
    let found = |(file, text, lines): &Part| {
        let ends = |at: usize, name: &str| {
            let next = text[at + name.len()..].chars().next();
            !next.is_some_and(|it| it.is_ascii_alphanumeric() || "-_.".contains(it))
        };
        let places = names.iter().flat_map(|name| text.match_indices(name.as_str()));
        let places = places.filter(move |(at, name)| ends(*at, name)).map(|(at, _)| at);
        let within = places.filter(|at| lines.contains(&(text.line_at(*at) + 1)));
        within.map(|at| position_of(file, text, at)).collect::<Vec<_>>()
    };
    let last =
        |texts: &Vec<Part>| texts.iter().flat_map(found).max_by_key(|it| (it.line, it.column));
    own.texts().iter().find_map(last)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn two_layouts_are_told_by_their_files() {
        let message = |first: &str, second: &str| {
            format!(
                "The option `type' has conflicting definition values:\n- In `/l/modules/nixos/disks/{first}.nix': \
                 1\n- In `/l/modules/nixos/disks/{second}.nix': 2"
            )
        };
        assert_eq!(of(&message("ext4", "btrfs")), Some(("ext4", "btrfs")));
        assert_eq!(of(&message("ext4", "ext4")), None);
        assert_eq!(
            of(
                "The option `a' is not of type: /modules/nixos/disks/a.nix /modules/nixos/disks/b.nix"
            ),
            None
        );
    }
}
