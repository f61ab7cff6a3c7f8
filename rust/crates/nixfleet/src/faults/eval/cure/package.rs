//! A package that nixpkgs refuses to evaluate (nixpkgs, `pkgs/stdenv/generic/check-meta.nix`).

use super::between;
use crate::text::quote::quote;

/// What to write in place of it, or to have it all the same.
pub fn about_package(message: &str) -> Option<String> {
    let first = message.lines().next()?;
    let name = between(first, "Refusing to evaluate package '", "'")?;
    let has = |words: &str| first.contains(words);
    // Of late there may be several reasons, each in a line of its own.
    let is_broken = || message.lines().any(|it| it.trim_start().starts_with("- broken: "));
    // Whole, however long its name is: it is to be copied.
    let all_the_same = |setting: &str| {
        format!("to have {} all the same, write `{setting}` in a module of the host", quote(name))
    };
    if has("unfree license") {
        Some(format!(
            "{}; `allowUnfreePredicate` allows some packages alone",
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
