//! The fields of hostSpec that a Nix file declares, as options of its own.

use super::inputs::names_around;
use crate::faults::source::{Expressions, Kind, Text};

/// The fields that are written out, in `options.hostSpec.<name> = …` or in sets.
pub fn declared(text: &Text, all: &Expressions) -> Vec<String> {
    if !text.says("hostSpec") || !text.says("options") {
        return Vec::new();
    }
    let entries = all.all().filter(|it| it.kind() == Kind::Binding);
    let field = |names: Vec<&str>| {
        let at = names.windows(2).position(|it| it == ["options", "hostSpec"])?;
        names.get(at + 2).map(|it| (*it).to_owned())
    };
    entries.filter_map(|entry| field(names_around(entry))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::source::parse;

    #[test]
    fn a_field_is_declared_by_a_path_or_in_sets() {
        let of = |source: &str| {
            let text = Text::new(source.to_owned());
            let mut found = declared(&text, &parse(&text).expect(source));
            found.sort();
            found.dedup();
            found.join(" ")
        };
        assert_eq!(
            of("{ lib, ... }: { options.hostSpec.local = lib.mkOption { type = 1; }; }"),
            "local"
        );
        assert_eq!(of("{ options = { hostSpec = { a = f { }; \"b\".c = 1; }; d = 1; }; }"), "a b");
        assert_eq!(
            of("{ options.services.x = 1; config.hostSpec.local = 1; hostSpec.a = 1; }"),
            ""
        );
    }
}
