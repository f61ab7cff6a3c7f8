//! Functions that stand in a list of modules without brackets: the list takes each of them, and what it
//! was to be given, for a module of its own.

use std::fmt;

use super::links::{Use, last_word};
use super::module::OF_VALUES;
use crate::faults::source::{Expression, Kind};
use crate::text::quote::quote;

/// The library's own, which make what is no module.
const MAKERS: [&str; 4] = ["mkApps", "mkFleet", "mkHost", "mkIso"];

/// What a message shows of a value that is given to a function.
const SHORT: usize = 40;

/// A function that is an element of such a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapplied {
    /// It, as it is written.
    pub function: String,
    /// What to do.
    pub cure: Cure,
}

impl fmt::Display for Unapplied {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let function = quote(&self.function);
        match self.cure {
            Cure::Remove => write!(f, "{function} makes what is no module"),
            _ => write!(f, "{function} and what it takes are modules of their own in this list"),
        }
    }
}

/// What is right where a function was written so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cure {
    /// Write this in place of it and what it takes.
    Write(String),
    /// What it gives is a list.
    Join(String),
    /// What it gives is no module.
    Remove,
}

/// The first in a list of modules, and where it is.
pub fn unapplied(list: Expression) -> Option<(usize, Unapplied)> {
    // Every node of every file comes by here.
    if list.kind() != Kind::List {
        return None;
    }
    let elements: Vec<_> = list.children().collect();
    (0..elements.len()).find_map(|at| {
        let (function, given) = (elements[at], &elements[at + 1..]);
        let is_name = matches!(function.kind(), Kind::Ident | Kind::Select);
        if !is_name || Use::of(function) != Use::Module {
            return None;
        }
        let cure = cure(function, given)?;
        let name = function.text().to_owned();
        Some((function.span().start, Unapplied { function: name, cure }))
    })
}

fn cure(function: Expression, given: &[Expression]) -> Option<Cure> {
    let name = last_word(function);
    let call = |most: usize| {
        let given = given.iter().take(most).map(|it| shown(*it));
        let words = std::iter::once(function.text().to_owned()).chain(given);
        words.collect::<Vec<_>>().join(" ")
    };
    // A name that the author binds may be a module.
    let is_of_library = function.kind() == Kind::Select;
    match name {
        "import" if function.kind() == Kind::Ident => {
            let more = given.get(1).filter(|it| matches!(it.kind(), Kind::Set | Kind::Ident));
            let most = if more.is_some() { 2 } else { 1 };
            (!given.is_empty()).then(|| Cure::Write(format!("({})", call(most))))
        }
        _ if is_of_library && MAKERS.contains(&name) => Some(Cure::Remove),
        "optional" | "optionals" if is_of_library => Some(Cure::Join(call(2))),
        "mkMerge" | "mkBefore" | "mkAfter" => {
            Some(Cure::Write(format!("{{ config = {}; }}", call(1))))
        }
        "mkIf" | "mkOverride" => Some(Cure::Write(format!("({})", call(2)))),
        _ if OF_VALUES.contains(&name) => Some(Cure::Write(format!("({})", call(1)))),
        // A text that is no path is no module, so it is given to what stands before it.
        _ => {
            given.first().filter(|it| is_word(**it)).map(|_| Cure::Write(format!("({})", call(1))))
        }
    }
}

/// Whether it is a text that nobody takes for a path.
fn is_word(given: Expression) -> bool {
    given.kind() == Kind::Text
        && given.first().is_none()
        && given.text().starts_with('"')
        && !given.text().contains('/')
        && !given.text().contains(".nix")
}

fn shown(given: Expression) -> String {
    let text = given.text();
    let is_short = text.len() <= SHORT && !text.contains('\n');
    match given.kind() {
        _ if is_short => text.to_owned(),
        Kind::Set => "{ … }".to_owned(),
        Kind::List => "[ … ]".to_owned(),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    fn first(modules: &str) -> Option<(String, Cure)> {
        let source = format!("{{ imports = [ {modules} ]; }}");
        let all = parse(&source).expect(modules);
        all.all().find_map(unapplied).map(|(_, it)| (it.function, it.cure))
    }

    #[test]
    fn a_function_in_a_list_of_modules_takes_nothing() {
        let write = |it: &str| Cure::Write(it.to_owned());
        for (modules, function, cure) in [
            ("import ./a.nix", "import", write("(import ./a.nix)")),
            ("import ./a.nix { }", "import", write("(import ./a.nix { })")),
            ("./b.nix import inputs.a", "import", write("(import inputs.a)")),
            ("lib.mkIf c { }", "lib.mkIf", write("(lib.mkIf c { })")),
            ("lib.mkForce { }", "lib.mkForce", write("(lib.mkForce { })")),
            ("lib.mkMerge [ a b ]", "lib.mkMerge", write("{ config = lib.mkMerge [ a b ]; }")),
            ("lib.optional c ./a.nix", "lib.optional", Cure::Join("lib.optional c ./a.nix".into())),
            ("mkDisk \"x\"", "mkDisk", write("(mkDisk \"x\")")),
            ("nixfleet.lib.mkHost", "nixfleet.lib.mkHost", Cure::Remove),
        ] {
            assert_eq!(first(modules), Some((function.to_owned(), cure)), "{modules}");
        }
    }

    #[test]
    fn what_may_be_a_module_is_none_of_them() {
        for modules in [
            "(import ./a.nix) (lib.mkIf c { }) (mkDisk \"x\")",
            "mkModule { } ({ lib, ... }: { })",
            "inputs.a.nixosModules.b \"/nix/store/x/a.nix\" \"${a}/b.nix\"",
        ] {
            assert_eq!(first(modules), None, "{modules}");
        }
        let all = parse("{ words = [ lib.mkIf \"x\" ]; }").expect("it is Nix");
        assert_eq!(all.all().find_map(unapplied), None);
    }
}
