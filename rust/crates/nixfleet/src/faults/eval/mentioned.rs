//! Options that Nix speaks of, where it tells no place: where a host's own files set them.

use std::path::Path;

use nixfleet_nix::Position;

use super::definition::{whole, whole_or_last};
use super::own::{HostFiles, Part, found_in};

/// So many words of a message are looked for.
const MOST_MENTIONED: usize = 8;

/// The place in a host's own files of the option that a message speaks of, an assertion's perhaps, which
/// tells none: of the first that stands in one file alone, by as much of its beginning as is written.
pub fn in_words(message: &str, own: &HostFiles) -> Option<Position> {
    let is_of_option = |it: char| it.is_ascii_alphanumeric() || "_-.\"/".contains(it);
    // A word of Nix's own, a file or a number is none.
    let may_be = |it: &&str| {
        it.contains('.')
            && it.starts_with(char::is_lowercase)
            && Path::new(it).extension().is_none_or(|it| it != "nix")
            && (!it.contains('/') || it.contains('"'))
            && !["lib.", "pkgs.", "builtins."].iter().any(|start| it.starts_with(start))
    };
    let words = message.split(|it| !is_of_option(it)).map(|it| it.trim_end_matches('.'));
    let words = words.map(|it| it.strip_prefix("config.").unwrap_or(it));
    let options: Vec<&str> = words.filter(may_be).take(MOST_MENTIONED).collect();
    let names: Vec<&str> = message.split(|it| !is_of_option(it)).filter(is_own_name).collect();
    if options.is_empty() && names.is_empty() {
        return None;
    }
    let place =
        |name: &str, whole: Whole| own.texts().iter().find_map(|parts| only(parts, name, whole));
    let of_option = options.into_iter().find_map(|option| {
        let mut begun = std::iter::successors(Some(option), |it| Some(it.rsplit_once('.')?.0));
        let mut starts = begun.by_ref().take_while(|it| it.contains('.'));
        starts.find_map(|start| place(start, whole))
    });
    of_option
        .or_else(|| names.into_iter().take(MOST_MENTIONED).find_map(|it| place(it, whole_or_last)))
}

/// The place in a host's own files of a name, alone or the last of a path.
pub fn name(name: &str, own: &HostFiles) -> Option<Position> {
    own.texts().iter().find_map(|parts| only(parts, name, whole_or_last))
}

/// Whether a word may be an option's last name alone, which are of several words as a rule:
/// `extraCommands`.
fn is_own_name(word: &&str) -> bool {
    word.starts_with(|it: char| it.is_ascii_lowercase())
        && word.contains(|it: char| it.is_ascii_uppercase())
        && word.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// So many of the options that Nix was evaluating are looked for, from the innermost out.
const MOST_EVALUATED: usize = 16;

/// The place in a host's own files of the innermost option that Nix was evaluating when it failed. Of what
/// is written two names tell little: `environment.etc` is set by half of all modules.
pub fn evaluated(options: &[String], own: &HostFiles) -> Option<Position> {
    if options.is_empty() {
        return None;
    }
    options.iter().rev().take(MOST_EVALUATED).find_map(|option| {
        let begun = std::iter::successors(Some(&**option), |it| Some(it.rsplit_once('.')?.0));
        let mut starts = begun.take_while(|it| it == option || it.matches('.').count() > 1);
        starts.find_map(|start| own.texts().iter().find_map(|parts| only(parts, start, whole)))
    })
}

/// Where a name stands in a line.
type Whole = fn(&str, &str) -> Option<usize>;

/// The first place in the one file where a name stands.
fn only(parts: &[Part], name: &str, whole: Whole) -> Option<Position> {
    let mut places = parts.iter().filter_map(|it| found_in(it, |line| whole(line, name)).next());
    places.next().filter(|_| places.next().is_none())
}
