//! A flake of flake-parts that sets our options and does not import the module that declares them.

use nixfleet_nix::Position;

use crate::faults::source::{self, Expression, Kind, Tree, parse, position_of};
use crate::faults::survey::last_word;

/// The module, as `inputs` has it.
const MODULE: &str = "inputs.nixfleet.flakeModules.default";

/// Where it is to be imported, and what to write there, when its options are what Nix does not know.
pub fn lacking(message: &str, tree: &Tree) -> Option<(Position, String)> {
    let option = message.strip_prefix("The option `")?.split_once('\'')?;
    let is_ours = |it: &str| it == "nixfleet" || it.starts_with("nixfleet.");
    if !is_ours(option.0) || !option.1.starts_with(" does not exist") {
        return None;
    }
    let path = tree.root()?.join(tree.flake_file()?);
    let text = source::read(&path)?;
    let all = parse(&text).ok()?;
    let settings = all.all().find_map(of_parts)?;
    let entry = |name: &str| settings.children().find(|it| is_named(*it, name));
    let (at, cure) = match entry("imports") {
        Some(imports) => {
            (imports, format!("import the module that has it: `imports = [ {MODULE} ];`"))
        }
        None => (
            entry("nixfleet").or(settings.first())?,
            format!("import the module that has it, beside this: `imports = [ {MODULE} ];`"),
        ),
    };
    Some((position_of(&path, &text, at.span().start), cure))
}

/// The set that `mkFlake` is given.
fn of_parts(call: Expression<'_>) -> Option<Expression<'_>> {
    let function = call.first().filter(|_| call.kind() == Kind::Apply)?;
    let is_it = last_word(function) == "mkFlake" && function.kind() == Kind::Apply;
    let mut given = call.last().filter(|_| is_it)?;
    while matches!(given.kind(), Kind::Paren | Kind::Lambda | Kind::Let) {
        given = given.last()?;
    }
    Some(given).filter(|it| it.kind() == Kind::Set)
}

fn is_named(entry: Expression, name: &str) -> bool {
    let path = entry.first().filter(|_| entry.kind() == Kind::Binding);
    path.and_then(Expression::first).and_then(Expression::plain_name) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nixfleet_inventory::Flake;

    fn told(settings: &str, message: &str) -> Option<(u32, u32, String)> {
        let folder = tempfile::tempdir().unwrap();
        let flake = format!(
            "{{\n  inputs.nixfleet.url = \"x\";\n  outputs = inputs: inputs.parts.lib.mkFlake \
             {{ inherit inputs; }}\n{settings};\n}}\n"
        );
        std::fs::write(folder.path().join("flake.nix"), flake).unwrap();
        let tree = Tree::new(&Flake::new(folder.path().to_str().unwrap()));
        lacking(message, &tree).map(|(at, cure)| (at.line, at.column, cure))
    }

    #[test]
    fn it_is_to_be_imported_where_the_others_are() {
        let lacks = "The option `nixfleet' does not exist. Definition values:";
        let (line, column, cure) = told("{ imports = [ ]; nixfleet = { }; }", lacks).unwrap();
        assert_eq!((line, column), (4, 3));
        assert!(cure.ends_with("`imports = [ inputs.nixfleet.flakeModules.default ];`"), "{cure}");
        let (line, column, _) =
            told("({ ... }: { systems = [ ]; nixfleet.a = 1; })", lacks).unwrap();
        assert_eq!((line, column), (4, 28));
        let other = "The option `nixfleets' does not exist. Definition values:";
        assert_eq!(told("{ imports = [ ]; }", other), None);
        assert_eq!(told("{ imports = [ ]; }", "The option `nixfleet' has no value"), None);
    }
}
