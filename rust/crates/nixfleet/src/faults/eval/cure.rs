//! What to write where Nix fails, as far as its message tells what was meant.

mod option;
mod package;
mod value;

use std::path::Path;

use nixfleet_nix::Cause;
use nixfleet_text::{nearest, word};

use super::ours;
use crate::text::quote::{quote, quote_path};
use option::{about_option, of_another_system, of_home_manager, of_ours};
use package::{about_alias, about_package};
pub use package::{essence, name_of, refused};
use value::{about_caches, about_place, about_value};

/// What to write instead of what Nix stumbled over. `file` is the innermost that is not nixpkgs'.
///
/// `at` is the author's own text from the innermost place on.
pub fn cure(cause: &Cause, file: Option<&str>, at: &str) -> Option<String> {
    let message = &*cause.message;
    let first = message.lines().next().unwrap_or_default();
    let is_nix = |it: &str| Path::new(it).extension().is_some_and(|it| it == "nix");
    let is_misread = first.contains("syntax error") || first.starts_with("undefined variable");
    if let Some(name) = file.filter(|it| is_misread && !is_nix(it)) {
        let name = name.rsplit('/').next().unwrap_or(name);
        return Some(format!(
            "{} is no Nix file: of what `builtins.readDir` gives take the names that end in `.nix`",
            quote(name)
        ));
    }
    ours::cure(message, Path::is_file)
        .or_else(|| about_alias(cause, at))
        .or_else(|| about_user(cause))
        .or_else(|| lacking_input(first, at))
        .or_else(|| of_the_library(first))
        .or_else(|| lacking_argument(first, at))
        .or_else(|| of_another_system(message))
        .or_else(|| of_ours(message))
        .or_else(|| proposed_to_the_author(message, at))
        .or_else(|| of_home_manager(message))
        .or_else(|| lacking_host(first, at))
        .or_else(|| lacking_package(first, at))
        .or_else(|| lacking_option(first, at))
        .or_else(|| about_option(message))
        .or_else(|| about_package(message))
        .or_else(|| about_name(first))
        .or_else(|| about_place(first, file))
        .or_else(|| about_caches(message))
        .or_else(|| about_value(first, file))
}

/// `inputs.x` where the flake has no such input.
fn lacking_input(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let is_input = at.strip_prefix("inputs.").is_some_and(|it| it.starts_with(name));
    is_input.then(|| {
        format!(
            "add the input: `inputs.{name}.url = \"…\";`, or write the name of one that is there"
        )
    })
}

/// `nixfleet.mkFleet`, which is within its `lib`.
fn of_the_library(first: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    ["mkFleet", "mkHost"].contains(&name).then(|| format!("write `nixfleet.lib.{name}`"))
}

/// An argument of a module that nobody hands on: the module system looks for it by its name.
fn lacking_argument(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let rest = at.strip_prefix(name)?;
    let is_whole = !rest.starts_with(|it: char| it.is_alphanumeric() || "_-'".contains(it));
    let handed = if name == "nodes" { "self.nixosConfigurations" } else { "…" };
    is_whole.then(|| {
        format!(
            "no module is handed {}: write `specialArgs = {{ {name} = {handed}; }};` for the host, or in \
             the fleet's `defaults`",
            quote(name)
        )
    })
}

/// `config.x.y` where the host has no such option.
fn lacking_option(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let option = at.strip_prefix("config.")?;
    let is_of_name = |it: char| it.is_alphanumeric() || "_-'.".contains(it);
    let option = &option[..option.find(|it| !is_of_name(it)).unwrap_or(option.len())];
    let end = option.find(name).map(|it| it + name.len())?;
    Some(format!(
        "no module of the host declares {}: write the name of an option that it has, or add the module",
        quote_path(&option[..end])
    ))
}

/// A user of Home Manager's that the host does not have, as whose option is evaluated.
fn about_user(cause: &Cause) -> Option<String> {
    let name = between(&cause.message, "attribute '", "' missing")?;
    let of_user = cause.options.last()?.strip_prefix("home-manager.users.")?.strip_prefix(name)?;
    of_user.starts_with('.').then(|| {
        format!(
            "the host has no user {}: write `users.users.{name}.isNormalUser = true;`, or the name of \
             one that it has",
            quote(name)
        )
    })
}

/// Another host's configuration, where the fleet has no such host.
fn lacking_host(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let (_, host) = at.split_once("Configurations.")?;
    host.trim_start_matches('"').starts_with(name).then(|| {
        format!("the fleet has no host {}: write the name of one that it has", quote(name))
    })
}

/// `pkgs.x` where nixpkgs has nothing of that name, nor one that is near.
fn lacking_package(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let is_package = at.strip_prefix("pkgs.").is_some_and(|it| it.starts_with(name));
    is_package.then(|| {
        let search = format!("nix search nixpkgs {}", word(name));
        format!("no package has that name: {} looks for one", quote(&search))
    })
}

/// The attribute that is asked for, and those that are there: where others' code asks, what is written is
/// among the latter.
pub fn misnamed(message: &str) -> Option<(&str, Vec<&str>)> {
    let asked = between(message, "attribute '", "' missing")?;
    Some((asked, named(message)?))
}

/// The names that Nix, or nixpkgs, proposes.
fn named(message: &str) -> Option<Vec<&str>> {
    let names = message.split_once("Did you mean ")?.1.lines().next()?;
    let names = names.trim_end_matches('?').trim_start_matches("one of ");
    let all = names.split(", ").flat_map(|it| it.split(" or "));
    Some(all.map(|it| it.trim().trim_matches(['`', '\''])).collect())
}

/// What Nix proposes for what the author wrote: where another's code asks for an attribute, it is for that.
fn proposed_to_the_author(message: &str, at: &str) -> Option<String> {
    let is_anothers = at.is_empty() && message.starts_with("attribute '");
    proposed(message).filter(|_| !is_anothers)
}

/// Nix's own proposal, of several the nearest: they come in no such order, and among very many names
/// some are always thought to be near.
fn proposed(message: &str) -> Option<String> {
    let all = named(message)?;
    let meant =
        between(message, "The option `", "'").or_else(|| between(message, "attribute '", "'"));
    // Of what is in a list's element its own name.
    let in_list = |it: &&'_ str| it.contains(".\"[definition ");
    let written = |it: &'_ str| {
        let name = Some(it).filter(in_list).and_then(|it| it.rsplit_once("\"."));
        quote_path(name.map_or(it, |(_, name)| name))
    };
    match &all[..] {
        [one] => Some(format!("write {}", written(one))),
        [first, ..] => {
            let near = meant.map_or(Some(*first), |it| nearest_beside(it, &all))?;
            Some(format!("write {}, if that is meant", written(near)))
        }
        [] => None,
    }
}

/// The nearest of names; of options in one set by their own names alone, since what they share makes any
/// two of them alike.
fn nearest_beside<'a>(meant: &str, all: &[&'a str]) -> Option<&'a str> {
    let (set, own) = match meant.rsplit_once('.') {
        // Of so short a name each is as near as another.
        Some((set, own)) if own.len() > 2 => (set, own),
        _ => return nearest(meant, all.iter().copied()),
    };
    let beside = |it: &&'a str| it.strip_prefix(set).and_then(|it| it.strip_prefix('.'));
    if all.iter().any(|it| beside(it).is_none()) {
        return nearest(meant, all.iter().copied());
    }
    let names: Vec<&str> = all.iter().filter_map(beside).collect();
    let near = nearest(own, names.iter().copied()).or_else(|| begun(own, &names))?;
    all.iter().copied().find(|it| beside(it) == Some(near))
}

/// The one name of which so much is written that it can be no other: `recommendedTls` of
/// `recommendedTlsSettings`.
fn begun<'a>(own: &str, names: &[&'a str]) -> Option<&'a str> {
    let mut longer = names.iter().filter(|it| own.len() > 3 && it.starts_with(own));
    longer.next().filter(|_| longer.next().is_none()).copied()
}

fn about_name(first: &str) -> Option<String> {
    // Where the name is bound nowhere the file tells it, whatever is evaluated.
    if let Some(name) = between(first, "undefined variable '", "'") {
        let search = format!("nix search nixpkgs {}", word(name));
        return Some(format!(
            "what stands behind `with` has no such name: of `with pkgs`, {} looks for one",
            quote(&search)
        ));
    }
    if let Some(name) = between(first, "called with unexpected argument '", "'") {
        return Some(format!(
            "write `...` as the last argument, so that {} and others may be handed on: `{{ …, ... }}:`",
            quote(name)
        ));
    }
    if let Some(name) = between(first, "called without required argument '", "'") {
        return Some(format!("hand it on, or give it a default: `{name} ? …`"));
    }
    if let Some(name) = between(first, "cannot find flake 'flake:", "'") {
        return Some(format!(
            "say where it is with `inputs.{name}.url = \"…\";`, or take {} out of the arguments of \
             `outputs`",
            quote(name)
        ));
    }
    if first.contains("infinite recursion encountered") {
        return Some(
            "a value asks for itself there: `imports` cannot depend on `config`, and no option on \
             its own value; a condition goes around what a module sets: `config = lib.mkIf … { … };`"
                .into(),
        );
    }
    None
}

/// What stands between two signs.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests;
