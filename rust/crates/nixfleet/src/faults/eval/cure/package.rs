//! A package that nixpkgs refuses to evaluate (nixpkgs, `pkgs/stdenv/generic/check-meta.nix`), or has no
//! more (`pkgs/top-level/aliases.nix`).

use nixfleet_nix::Cause;

use super::between;
use crate::text::quote::quote;

/// The package that nixpkgs refuses, with its version, and where it is and why, of that the first line.
pub fn refused(message: &str) -> Option<(&str, &str)> {
    let first = message.lines().next()?;
    first.strip_prefix("Refusing to evaluate package '")?.split_once('\'')
}

/// What to write in place of it, or to have it all the same.
pub fn about_package(message: &str) -> Option<String> {
    let (name, why) = refused(message)?;
    let has = |words: &str| why.contains(words);
    // Of late there may be several reasons, each in a line of its own.
    let is_broken = || message.lines().any(|it| it.trim_start().starts_with("- broken: "));
    // Whole, however long its name is: it is to be copied.
    let all_the_same = |setting: &str| {
        format!("to have {} all the same, write `{setting}` in a module of the host", quote(name))
    };
    if has("unfree license") {
        let own = name_of(name);
        Some(format!(
            "{}; `nixpkgs.config.allowUnfreePredicate = it: lib.getName it == \"{own}\";` allows it alone",
            all_the_same("nixpkgs.config.allowUnfree = true;")
        ))
    } else if has("is marked as insecure") {
        let permitted = format!("nixpkgs.config.permittedInsecurePackages = [ \"{name}\" ];");
        Some(format!("take a newer one; {}", all_the_same(&permitted)))
    } else if has("is not available on the requested hostPlatform") {
        Some(
            "give it to hosts of its platforms alone: of a package `p`, \
             `lib.optional (lib.meta.availableOn pkgs.stdenv.hostPlatform p) p`"
                .to_owned(),
        )
    } else if has("is marked as broken") || is_broken() {
        let allowed = all_the_same("nixpkgs.config.allowBroken = true;");
        Some(format!("nobody could build it: take another; {allowed}"))
    } else {
        None
    }
}

/// The name of a package without its version, which begins with a digit (Nix, `builtins.parseDrvName`).
pub fn name_of(whole: &str) -> &str {
    let is_version = |at: &usize| whole[at + 1..].starts_with(|it: char| it.is_ascii_digit());
    let version = whole.match_indices('-').map(|(at, _)| at).find(is_version);
    &whole[..version.unwrap_or(whole.len())]
}

/// How what nixpkgs advises begins: it is about all ways to use it, and the cure about this one.
const ADVICE: [&str; 3] = [
    "a) To temporarily allow ",
    "You can install it anyway by allowing this package",
    "See also https://nixos.org/manual/nixpkgs/",
];

/// What nixpkgs says of a package that it refuses, but for its advice.
pub fn essence(message: &str) -> &str {
    if refused(message).is_none() {
        return message;
    }
    let begins = ADVICE.iter().filter_map(|it| message.find(it)).min();
    begins.map_or(message, |at| message[..at].trim_end())
}

/// What to write where nixpkgs has another name for a package, or none; `at` is the author's own text.
pub fn about_alias(cause: &Cause, at: &str) -> Option<String> {
    let first = cause.message.lines().next()?;
    cause.places.last().filter(|it| it.file.ends_with("aliases.nix"))?;
    let moved = ["renamed to/replaced by ", "renamed to ", "moved to "];
    let new = moved.iter().find_map(|it| between(first, &format!("{it}'"), "'"));
    Some(match new {
        Some(name) if at.starts_with("pkgs.") => format!("write `pkgs.{name}`"),
        Some(name) => format!("write {}", quote(name)),
        None => "nixpkgs has it no more: take it out, or write what the message names in its place"
            .to_owned(),
    })
}
