//! What stands in a list of modules and is none, nor becomes one.

use std::fmt;

use super::links::{Use, last_word};
use crate::faults::source::{Expression, Kind};
use crate::text::quote::quote;

/// The outputs of a flake that are sets of modules.
const SETS: [&str; 5] =
    ["darwinModules", "flakeModules", "homeManagerModules", "homeModules", "nixosModules"];

/// What stands for no module.
const CONSTANTS: [&str; 3] = ["false", "null", "true"];

/// An element of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoModule {
    /// It, as it is written.
    element: String,
    /// Whether it has modules in it.
    is_set: bool,
}

impl fmt::Display for NoModule {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let element = quote(&self.element);
        if self.is_set {
            write!(f, "{element} is a set of modules, and none itself")
        } else {
            write!(f, "{element} is no module")
        }
    }
}

impl NoModule {
    /// What to write in its place.
    pub fn help(&self) -> String {
        if self.is_set {
            // The library's own have none that is every host's: mkHost brings that along.
            let is_ours = self.element.contains("nixfleet.nixosModules");
            let one = format!("{}.{}", self.element, if is_ours { "server" } else { "default" });
            format!("name the one that is meant, as {}", quote(&one))
        } else {
            "write `{ }`, which sets nothing, or take it out".to_owned()
        }
    }

    /// Whether these words of Nix's speak of it: the module system takes what is no set for a path, and the
    /// names in a set for options.
    pub fn is_meant_by(&self, words: &str) -> bool {
        if self.is_set {
            words.contains("you're trying to define a value of type")
                || words.contains("' does not exist. Definition values:")
        } else {
            words.starts_with("cannot coerce ") || words.starts_with("expected a path")
        }
    }
}

/// An element of a list of modules that is none, and where it is.
pub fn no_module(element: Expression) -> Option<(usize, NoModule)> {
    let kind = element.kind();
    // Every node of every file comes by here.
    if !matches!(kind, Kind::Ident | Kind::Number | Kind::Select) {
        return None;
    }
    let text = element.text();
    let is_set = kind == Kind::Select && SETS.contains(&last_word(element));
    let is_none = kind == Kind::Number || kind == Kind::Ident && CONSTANTS.contains(&text);
    if !(is_set || is_none) || Use::of(chosen(element)) != Use::Module {
        return None;
    }
    Some((element.span().start, NoModule { element: text.to_owned(), is_set }))
}

/// The element that it is what a condition chooses for: `(if a then ./b.nix else null)`.
fn chosen(mut element: Expression) -> Expression {
    while let Some(around) = element.parent() {
        let is_condition = || around.first().map(Expression::index) == Some(element.index());
        match around.kind() {
            Kind::Paren => element = around,
            Kind::If if !is_condition() => element = around,
            _ => break,
        }
    }
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    #[test]
    fn constants_and_sets_of_modules_are_no_modules() {
        let told = |source: &str| {
            let all = parse(source).expect(source);
            let found = all.all().filter_map(no_module).min_by_key(|it| it.0);
            found.map(|(at, it)| format!("{at} {it}"))
        };
        assert_eq!(told("{ modules = [ ./a true ]; }").unwrap(), "18 `true` is no module");
        assert_eq!(told("{ imports = [ 3 ]; }").unwrap(), "14 `3` is no module");
        assert_eq!(
            told("{ modules = [ (if a then ./b else null) ]; }").unwrap(),
            "34 `null` is no module"
        );
        let set = |element: &str| NoModule { element: element.into(), is_set: true }.help();
        assert!(set("inputs.disko.nixosModules").ends_with("`inputs.disko.nixosModules.default`"));
        assert!(set("inputs.nixfleet.nixosModules").ends_with("nixosModules.server`"));
        assert_eq!(
            told("{ modules = [ a.nixosModules ]; }").unwrap(),
            "14 `a.nixosModules` is a set of modules, and none itself"
        );
        for fine in [
            "{ modules = [ a.nixosModules.b (if true then ./b else { }) ]; }",
            "{ a = [ true a.nixosModules ]; }",
            "{ modules = [ { a = true; b = [ 3 ]; } (f null) ]; }",
        ] {
            assert_eq!(told(fine), None, "{fine}");
        }
    }
}
