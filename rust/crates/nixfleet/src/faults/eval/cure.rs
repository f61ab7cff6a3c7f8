//! What to write where Nix fails, as far as its message tells what was meant.

use std::path::Path;

use nixfleet_text::{nearest, word};

use crate::text::quote::quote;

/// What to write instead of what Nix stumbled over. `file` is the innermost that is not nixpkgs'.
///
/// `at` is the author's own text from the innermost place on.
pub fn cure(message: &str, file: Option<&str>, at: &str) -> Option<String> {
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
    lacking_input(first, at)
        .or_else(|| lacking_argument(first, at))
        .or_else(|| proposed(message))
        .or_else(|| lacking_package(first, at))
        .or_else(|| about_option(message))
        .or_else(|| about_name(first))
        .or_else(|| about_place(first, file))
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

/// `pkgs.x` where nixpkgs has nothing of that name, nor one that is near.
fn lacking_package(first: &str, at: &str) -> Option<String> {
    let name = between(first, "attribute '", "' missing")?;
    let is_package = at.strip_prefix("pkgs.").is_some_and(|it| it.starts_with(name));
    is_package.then(|| {
        let search = format!("nix search nixpkgs {}", word(name));
        format!("no package has that name: {} looks for one", quote(&search))
    })
}

/// Nix's own proposal, of several the nearest: they come in no such order, and among very many names
/// some are always thought to be near.
fn proposed(message: &str) -> Option<String> {
    let names = message.split_once("Did you mean ")?.1.lines().next()?;
    let names = names.trim_end_matches('?').trim_start_matches("one of ");
    let all: Vec<&str> = names.split(", ").flat_map(|it| it.split(" or ")).collect();
    let all: Vec<&str> = all.iter().map(|it| it.trim().trim_matches(['`', '\''])).collect();
    let meant =
        between(message, "The option `", "'").or_else(|| between(message, "attribute '", "'"));
    match &all[..] {
        [one] => Some(format!("write {}", quote(one))),
        [first, ..] => {
            let near = meant.map_or(Some(*first), |it| nearest(it, all.iter().copied()))?;
            Some(format!("write {}, if that is meant", quote(near)))
        }
        [] => None,
    }
}

/// Of the module system (nixpkgs, `lib/modules.nix`).
fn about_option(message: &str) -> Option<String> {
    let option = between(message, "option `", "'");
    if let Some(option) = option.filter(|_| message.contains("has no value defined")) {
        return Some(format!("give it a value in a module of the host: `{option} = …;`"));
    }
    if message.contains("conflicting definition values")
        || message.contains("defined multiple times")
    {
        return Some("keep one of them, or put `lib.mkForce` before the one that is to win".into());
    }
    if message.contains("is read-only") {
        return Some("take the definition out: the option is set once, by its own module".into());
    }
    if option.is_some() && message.contains("does not exist") {
        return Some(
            "take it out, or add the module that declares it to the host's `modules`".into(),
        );
    }
    let wanted = between(message, "is not of type `", "'")?;
    let write = |text: &str| Some(format!("write {text}"));
    match wanted {
        it if it.contains("boolean") => write("`true` or `false`, without quotes"),
        it if it.contains("integer") || it.contains("16 bit") => write("a number, without quotes"),
        it if it.contains("list of") => write("a list: `[ … ]`"),
        it if it.contains("absolute path") => write("a path that begins with `/`"),
        it if it.contains("attribute set") || it.contains("submodule") => write("a set: `{ … }`"),
        it if it.contains("string") => write("a text: `\"…\"`"),
        it if it.starts_with("one of ") => write(it),
        _ => None,
    }
}

fn about_name(first: &str) -> Option<String> {
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

/// Of where the flake lies, which Nix and libgit2 say.
fn about_place(first: &str, file: Option<&str>) -> Option<String> {
    if let Some(path) = between(first, "repository path '", "' is not owned by current user") {
        let trust = format!("git config --global --add safe.directory {}", word(path));
        return Some(format!(
            "the repository is another user's, whose configuration git would obey: if you trust it, \
             run {}",
            quote(&trust)
        ));
    }
    let text = if first.starts_with("resolving Git reference '") {
        "the repository has no branch, tag or commit of that name: `?ref=` takes one, `?rev=` a whole \
         commit hash"
    } else if first.ends_with("has an unsupported type") {
        "Nix can copy files, folders and links, and no pipe, socket or device: take it out of the \
         flake's folder, or put the flake into git, of which Nix copies what is tracked"
    } else if first == "could not find a flake.nix file" {
        "name the fleet's folder with `--flake`; of a bare repository it is `git+file:///PATH`"
    } else if first.starts_with("getting status of '") && file.is_none() {
        "nothing is there: name the fleet's folder with `--flake ./FOLDER`"
    } else {
        return None;
    };
    Some(text.into())
}

fn about_value(first: &str, file: Option<&str>) -> Option<String> {
    if let Some(path) = between(first, "string '", "' doesn't represent an absolute path") {
        let lead = if path.starts_with(['.', '/', '~']) { "" } else { "./" };
        return Some(format!("write the path without quotes: {}", quote(&format!("{lead}{path}"))));
    }
    let forbidden = first.contains("is forbidden in pure evaluation mode");
    let text = if forbidden {
        "a flake reads no file outside its own folder: put the file there and name it `./FILE`; a \
         secret is read when the host runs, by its path as a text"
    } else if first.contains("expected a set but found a path")
        || first.contains("expected a set but found a string: \"/")
    {
        "write `import` before the path"
    } else if first.contains("expected a set but found a function") {
        "give the function what it takes: `outputs = inputs: nixfleet.lib.mkFleet { … };`"
    } else if first.starts_with("expected a function but got a ") {
        "`outputs` is a function of the flake's inputs: `outputs = inputs: { … };`"
    } else if first.ends_with(" lacks attribute 'outputs'") {
        "write what it gives: `outputs = inputs: nixfleet.lib.mkFleet { … };`"
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

/// What stands between two signs.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_says_has_its_cure() {
        let cured = |message: &str, part: &str| {
            let cure = cure(message, Some("/nix/store/x-source/web.nix"), "inputs.sops.x");
            assert!(cure.as_ref().is_some_and(|it| it.contains(part)), "{message}: {cure:?}");
        };
        cured("attribute 'sops' missing", "`inputs.sops.url = ");
        let argument = cure("attribute 'nodes' missing", None, "nodes.web-01.config").unwrap();
        assert!(argument.contains("`specialArgs = { nodes = self.nixosConf"), "{argument}");
        assert_eq!(cure("attribute 'nodes' missing", None, "nodes-x.y"), None);
        cured("attribute 'port' missing\nDid you mean ports?", "write `ports`");
        let package = "attribute 'htpo' missing\nDid you mean one of ctpl, h2o or hcp?";
        assert_eq!(cure(package, None, "hosts.htpo"), None);
        let searched = cure(package, None, "pkgs.htpo ];").unwrap();
        assert!(searched.contains("`nix search nixpkgs htpo`"), "{searched}");
        cured("attribute 'gnme' missing\nDid you mean one of gnome or ntp?", "write `gnome`, if");
        cured(
            "The option `a.b' does not exist. Definition values:\n- In `x': true\nDid you mean `a.c', `a.d' or `a.e'?",
            "write `a.c`",
        );
        cured(
            "The option `services.ngnix' does not exist.\nDid you mean `services.guix' or `services.nginx'?",
            "write `services.nginx`",
        );
        cured(
            "The option `my.x' was accessed but has no value defined. Try setting the option.",
            "`my.x = …;`",
        );
        cured("A definition for option `a' is not of type `boolean'.", "`true` or `false`");
        let quoted = "string 'hosts/web.nix' doesn't represent an absolute path";
        cured(quoted, "quotes: `./hosts/web.nix`");
        cured("string '../a.nix' doesn't represent an absolute path", "quotes: `../a.nix`");
        cured("function 'outputs' called with unexpected argument 'disko'", "`{ …, ... }:`");
        cured("cannot find flake 'flake:disko' in the flake registries", "inputs.disko.url");
        cured("infinite recursion encountered", "`imports` cannot depend on `config`");
        cured(
            "access to absolute path '/home' is forbidden in pure evaluation mode (use '--impure' to override)",
            "outside its own folder",
        );
        cured("expected a set but found a path: /nix/store/x-source/hosts", "`import`");
        cured("expected a set but found a function: «lambda @ /x.nix:1:1»", "`outputs = inputs: ");
        cured("expected a function but got a thunk", "`outputs = inputs: ");
        cured("[json.exception.type_error.316] invalid UTF-8 byte at index 0: 0xFF", "iconv");
        cured("opening file '/nix/store/x/hosts/db/default.nix': No such file", "`default.nix`");
        let owned =
            "opening Git repository \"/a b\": repository path '/a b' is not owned by current user";
        cured(owned, "`git config --global --add safe.directory '/a b'`");
        cured("resolving Git reference 'x': revspec 'x' not found", "`?ref=`");
        cured("file '/a/pipe' has an unsupported type", "no pipe");
        cured("could not find a flake.nix file", "git+file:///");
        let missing = "getting status of '/a': No such file or directory";
        assert!(cure(missing, None, "").unwrap().contains("--flake"));
        let broken = "[json.exception.parse_error.101] parse error at line 2, column 1";
        assert!(cure(broken, None, "").unwrap().contains("`flake.lock` is damaged"));
        assert_eq!(cure(broken, Some("/nix/store/x-source/web.nix"), ""), None);
        let read_me =
            cure("syntax error, unexpected invalid token", Some("/x/hosts/README.md"), "");
        assert!(read_me.unwrap().contains("`README.md` is no Nix file"));
        let read_me = cure("undefined variable 'what'", Some("/x/hosts/README.md"), "");
        assert!(read_me.unwrap().contains("`README.md` is no Nix file"));
        cured(
            "cannot build '/nix/store/x.drv' during evaluation because the option 'allow-import-from-derivation' is disabled",
            "without building anything",
        );
        assert_eq!(cure("something else", None, ""), None);
    }
}
