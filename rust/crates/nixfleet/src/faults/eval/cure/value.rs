//! What to write where Nix cannot find a flake, or use a value.

use nixfleet_text::word;

use super::between;
use crate::text::quote::quote;

/// Of where the flake lies, which Nix and libgit2 say.
pub fn about_place(first: &str, file: Option<&str>) -> Option<String> {
    if let Some(path) = between(first, "repository path '", "' is not owned by current user") {
        let trust = format!("git config --global --add safe.directory {}", word(path));
        return Some(format!(
            "the repository is another user's, whose configuration git would obey: if you trust it, \
             run {}",
            quote(&trust)
        ));
    }
    let lacking = between(first, "getting status of '", "'").filter(|_| file.is_none());
    if let Some(url) = lacking.and_then(spaced_url) {
        // Of three slashes Nix has left one.
        let url = url.replacen(":/", ":///", 1).replace(' ', "%20");
        let written = quote(&url);
        return Some(format!(
            "Nix takes what has a space for a path: a URL has `%20` there, {written}"
        ));
    }
    let text = if first.starts_with("resolving Git reference '") {
        "the repository has no branch, tag or commit of that name: `?ref=` takes one, `?rev=` a whole \
         commit hash"
    } else if first.ends_with("has an unsupported type") {
        "Nix can copy files, folders and links, and no pipe, socket or device: take it out of the \
         flake's folder, or put the flake into git, of which Nix copies what is tracked"
    } else if first.ends_with("is not a flake (because it's not a directory)") {
        "a flake is the folder itself, and no link to one: name it as `realpath` shows it"
    } else if first == "could not find a flake.nix file" {
        "name the fleet's folder with `--flake`; of a bare repository it is `git+file:///PATH`"
    } else if lacking.is_some() {
        "nothing is there: name the fleet's folder with `--flake ./FOLDER`"
    } else {
        return None;
    };
    Some(text.into())
}

/// The URL of a flake, as it was written, in a path that Nix made of it for its spaces.
fn spaced_url(path: &str) -> Option<&str> {
    const SCHEMES: [&str; 5] = ["file:", "git+file:", "git+ssh:", "path:", "tarball+file:"];
    let begin = SCHEMES.iter().filter_map(|it| path.find(&format!("/{it}"))).min()?;
    Some(&path[begin + 1..]).filter(|it| it.contains(' '))
}

/// Of the folder where Nix keeps what it has fetched (Nix manual, "Environment variables"),
/// which it cannot do without.
pub fn about_caches(message: &str) -> Option<String> {
    let cannot = |why: &str| message.contains(why);
    let is_cache = cannot("/nix': ") || cannot(".sqlite") || cannot("/nix/");
    let text = if cannot("database or disk is full") || cannot("No space left on device") {
        "no room is left there: make some, as `nix store gc` does in the store, or let \
         `XDG_CACHE_HOME` name a folder that has room for Nix's caches"
    } else if is_cache
        && ["creating directory '", "cannot open SQLite database '", "readonly database"]
            .into_iter()
            .any(cannot)
    {
        "Nix keeps its caches there: make the folder one that you may write to, or let \
         `XDG_CACHE_HOME` name another"
    } else {
        return None;
    };
    Some(text.into())
}

/// What of Nix's own calls a flake's outputs.
const CALLER: &str = "call-flake.nix";

pub fn about_value(first: &str, file: Option<&str>) -> Option<String> {
    if let Some(path) = between(first, "string '", "' doesn't represent an absolute path") {
        let lead = if path.starts_with(['.', '/', '~']) { "" } else { "./" };
        return Some(format!("write the path without quotes: {}", quote(&format!("{lead}{path}"))));
    }
    let forbidden = first.contains("is forbidden in pure evaluation mode");
    let text = if forbidden {
        "a flake reads no file outside its own folder: put the file there and name it `./FILE`; a \
         secret is read when the host runs, by its path as a text"
    } else if first.contains(" has the file system `") && first.contains("` from two places: ") {
        "take it out here, or the disk layout out of `imports`"
    } else if first.ends_with(" does not look like a module.") {
        "a module is a set, `{ … }`, or a function of one set of arguments: `{ lib, ... }: { … }`"
    } else if first.starts_with("Module imports can't be nested lists") {
        "put what is in the inner list into the outer one, or join both with `++`"
    } else if first.starts_with("Expected a module, but found a value of type") {
        "name one of its modules: `inputs.NAME.nixosModules.default`"
    } else if first.starts_with("expected a list but found a") {
        "write a list, of one value too: `[ … ]`"
    } else if first.contains("expected a set but found a path")
        || first.contains("expected a set but found a string: \"/")
    {
        "write `import` before the path"
    } else if first.starts_with("expected a set but found a")
        && file.is_none_or(|it| it.ends_with(CALLER))
    {
        "`outputs` gives a set: `outputs = { nixfleet, ... }: nixfleet.lib.mkFleet { … };`"
    } else if first.contains("expected a set but found a function") {
        "give the function what it takes: `outputs = { nixfleet, ... }: nixfleet.lib.mkFleet { … };`"
    } else if first.starts_with("expected a function but got a ") {
        "`outputs` is a function of the flake's inputs: `outputs = { nixfleet, ... }: nixfleet.lib.mkFleet { … };`"
    } else if first.ends_with(" lacks attribute 'outputs'") {
        "write what it gives: `outputs = { nixfleet, ... }: nixfleet.lib.mkFleet { … };`"
    } else if first.contains("json.exception.type_error.316") {
        "a text that a file was read for is no UTF-8: write the file anew, as `iconv -f UTF-16 -t \
         UTF-8` does for one of Windows"
    } else if first.contains("json.exception.parse_error") && file.is_none() {
        "`flake.lock` is damaged, as by a conflict that git left: `git checkout HEAD -- flake.lock`, \
         then `nix flake lock`"
    } else if first.contains("/default.nix': No such file") {
        "of a folder that is imported Nix reads `default.nix`: write one, or leave out what is none \
         of a `builtins.readDir`"
    } else if first.contains("'allow-import-from-derivation' is disabled") {
        "a fleet is read without building anything: write the value itself, or read a file of the \
         repository; `--option allow-import-from-derivation true` lets it build"
    } else if first.contains("attempt to call something which is not a function but a path") {
        "write `import` before the path"
    } else if first.contains("attempt to call something which is not a function") {
        "two values stand side by side there: a `;`, an operator or a bracket may be missing"
    } else if first.starts_with("assertion '") {
        "what this `assert` asks for does not hold: change what it speaks of"
    } else if first.contains("cannot coerce") {
        "only a text, a path or a package can become a text: `toString` takes a number or a list"
    } else if first.contains("cannot write modified lock file") {
        "run `nix flake lock` in the flake's folder, and commit its `flake.lock`"
    } else if first.contains("stack overflow") || first.contains("max-call-depth exceeded") {
        "a function or value calls itself without an end: look at the line"
    } else {
        return None;
    };
    Some(text.into())
}
