//! Where a host's own files have what makes NixOS ask for something else, which they lack or have twice.

use std::collections::BTreeMap;

use nixfleet_nix::Position;

use super::definition::whole_or_last;
use super::own::{HostFiles, Part, found_in, line_of};

/// An option that NixOS asks for.
struct Demand {
    /// In these words.
    words: &'static str,
    /// What in a module makes it do so.
    names: &'static [&'static str],
    /// What to write, where the message does not say it.
    cure: Option<&'static str>,
}

const ZFS: &[&str] = &["zfs", "\"zfs\""];

/// From nixpkgs' `nixos/modules/tasks/filesystems/zfs.nix` and `nixos/modules/security/acme`.
const DEMANDS: [Demand; 3] = [
    Demand {
        words: "ZFS requires networking.hostId",
        names: ZFS,
        cure: Some(
            "write `networking.hostId = \"…\";` with eight digits of the host's own, as `head -c 4 \
             /dev/urandom | od -A n -t x4` gives them",
        ),
    },
    Demand { words: "`boot.zfs.forceImportRoot`", names: ZFS, cure: None },
    Demand {
        words: "setting `security.acme.acceptTerms`",
        names: &["enableACME"],
        cure: Some(
            "write `security.acme.acceptTerms = true;` if you accept them, and your address as \
             `security.acme.defaults.email`",
        ),
    },
];

fn demand(message: &str) -> Option<&'static Demand> {
    DEMANDS.iter().find(|it| message.contains(it.words))
}

/// What to write for what an assertion that failed asks for.
pub fn cure(message: &str) -> Option<&'static str> {
    if message.starts_with(NOT_UNIQUE) {
        return Some("write another number, or leave it to NixOS: take it out");
    }
    demand(message)?.cure
}

/// What it says where a user or a group has the number of another
/// (`nixos/modules/config/users-groups.nix`).
const NOT_UNIQUE: &str = "UIDs and GIDs must be unique";

/// The place of what an assertion that failed is about, as far as one alone fits.
pub fn place(message: &str, own: &HostFiles) -> Option<Position> {
    own.texts().iter().find_map(|parts| {
        if message.starts_with(NOT_UNIQUE) {
            return only(numbered_twice(parts));
        }
        only(named(parts, demand(message)?.names))
    })
}

fn only(mut places: Vec<Position>) -> Option<Position> {
    places.pop().filter(|_| places.is_empty())
}

/// The lines that have one of these names.
fn named(parts: &[Part], names: &[&str]) -> Vec<Position> {
    let find = |line: &str| names.iter().find_map(|it| whole_or_last(line, it));
    parts.iter().flat_map(|part| found_in(part, find)).collect()
}

/// Where a number that a user or a group has already is given once more.
fn numbered_twice(parts: &[Part]) -> Vec<Position> {
    let mut twice = Vec::new();
    for kind in ["uid", "gid"] {
        let mut numbers: BTreeMap<u64, Vec<Position>> = BTreeMap::new();
        for (number, at) in numbered(parts, kind) {
            numbers.entry(number).or_default().push(at);
        }
        // Which of three is the odd one out nobody knows.
        twice.extend(
            numbers.into_values().filter(|it| it.len() > 1).flat_map(|it| it.into_iter().skip(1)),
        );
    }
    twice
}

/// The numbers that are given by `uid = …;`, with their places.
fn numbered(parts: &[Part], kind: &str) -> Vec<(u64, Position)> {
    let number = |line: &str, at: usize| -> Option<u64> {
        let value = line[at + kind.len()..].trim_start().strip_prefix('=')?;
        value.trim_start().split(';').next()?.trim_end().parse().ok()
    };
    let of_part = |part: &Part| {
        let value = |at: Position| {
            let line = part.1.line(line_of(&at) - 1)?;
            Some((number(line, usize::try_from(at.column).ok()? - 1)?, at))
        };
        found_in(part, |line| whole_or_last(line, kind)).filter_map(value).collect::<Vec<_>>()
    };
    parts.iter().flat_map(of_part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::Text;

    fn parts(source: &str) -> [Part; 1] {
        [("x.nix".into(), Text::new(source.to_owned()).into(), 1..=usize::MAX)]
    }

    #[test]
    fn a_number_that_two_have_is_shown_where_it_is_given_again() {
        let twice = |source: &str| {
            let found = only(numbered_twice(&parts(source)));
            found.map(|it| (it.line, it.column))
        };
        let two = "{\n  users.users.a.uid = 1500;\n  users.users.b = {\n    uid = 1500;\n  };\n}\n";
        assert_eq!(twice(two), Some((4, 5)));
        assert_eq!(
            twice(&two.replace("b = {", "b = { uid = 1; };\n  users.users.c = {")),
            Some((5, 5))
        );
        assert_eq!(twice(&two.replace("    uid", "    gid")), None);
        assert_eq!(twice(&format!("{two}\nuid = 1500;")), None);
    }

    #[test]
    fn what_asks_for_an_option_is_shown_where_it_stands_alone() {
        let found = |source: &str, names: &[&str]| {
            only(named(&parts(source), names)).map(|it| (it.line, it.column))
        };
        assert_eq!(found("{\n  boot.supportedFilesystems = [ \"zfs\" ];\n}", ZFS), Some((2, 33)));
        assert_eq!(found("{\n  services.zfs.autoScrub.enable = true;\n}", ZFS), Some((2, 12)));
        assert_eq!(found("{\n  services.zfs.a = 1;\n  boot.zfs.b = 1;\n}", ZFS), None);
        assert_eq!(found("{\n  # zfs\n  a = \"a zfs\";\n}", &["zfs"]), None);
    }
}
