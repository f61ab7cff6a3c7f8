//! What is given something as if it were a function: a path whose `import` was forgotten, or a value
//! that another was written beside.

use std::fmt;

use crate::faults::source::{Expression, Kind};
use crate::text::quote::{quote, quote_path, shorten};

/// What Nix calls a value that it could not call.
const OF_NIX: &str = "attempt to call something which is not a function but ";

/// A value that is written where a function is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// It, as it is written.
    pub written: String,
    what: &'static str,
}

impl Called {
    /// Whether it is what Nix speaks of.
    pub fn is_meant_by(&self, words: &str) -> bool {
        let article = if self.what == "integer" { "an" } else { "a" };
        words
            .strip_prefix(OF_NIX)
            .is_some_and(|it| it.starts_with(&format!("{article} {}", self.what)))
    }

    pub fn help(&self) -> String {
        match self.what {
            "path" => format!("write {}", quote_path(&format!("import {}", self.written))),
            _ => "two values stand side by side: a `;`, an operator or a bracket may be missing"
                .to_owned(),
        }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.what {
            "path" => write!(f, "the path {} is no function", quote(&self.written)),
            "set" => f.write_str("a set is no function, and is given a value"),
            _ => {
                write!(f, "{} is no function, and is given a value", quote(&shorten(&self.written)))
            }
        }
    }
}

/// Whether a node gives something to what is no function, and where that is.
pub fn called(node: Expression) -> Option<(usize, Called)> {
    let value = node.first().filter(|_| node.kind() == Kind::Apply)?;
    let what = match value.kind() {
        Kind::RelativePath | Kind::AbsolutePath => "path",
        Kind::Text => "string",
        Kind::List => "list",
        Kind::Number => "integer",
        // One with this is called as a function (Nix manual, "Functors").
        Kind::Set if !value.text().contains("__functor") => "set",
        _ => return None,
    };
    Some((value.span().start, Called { written: value.text().to_owned(), what }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    fn first(source: &str) -> Option<String> {
        let all = parse(source).expect(source);
        all.all().find_map(called).map(|(at, it)| format!("{at}: {it}: {}", it.help()))
    }

    #[test]
    fn a_path_is_imported_before_it_is_called() {
        let told = "16: the path `./a.nix` is no function: write `import ./a.nix`";
        assert_eq!(first("{ modules = [ ( ./a.nix { x = 1; }) ]; }").as_deref(), Some(told));
        assert_eq!(first("{ hosts.a = (import ./a.nix { }) // f ./b.nix { }; }"), None);
    }

    #[test]
    fn a_value_beside_another_is_no_function() {
        for source in
            ["{ a = 1; }\n{ b = 2; }", "{ a = \"x\" y; }", "{ a = [ 1 ] [ 2 ]; }", "{ a = 1 2; }"]
        {
            assert!(first(source).is_some_and(|it| it.contains("side by side")), "{source}");
        }
        assert_eq!(first("{ a = [ \"x\" y ]; b = f \"x\" y; c = { __functor = f; } 1; }"), None);
    }

    #[test]
    fn it_is_what_nix_stumbles_over() {
        let of = |source: &str| {
            let all = parse(source).expect(source);
            all.all().find_map(called).expect(source).1
        };
        let words = "attempt to call something which is not a function but a path: /nix/store/x";
        assert!(of("./a.nix { }").is_meant_by(words));
        assert!(!of("\"a\" { }").is_meant_by(words));
        assert!(of("1 { }").is_meant_by(&format!("{OF_NIX}an integer: 1")));
    }
}
