use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use rnix::SyntaxKind;

use super::*;

/// The expressions of a source, written with a bracket around each.
fn shown(source: &str) -> String {
    fn show(it: Expression) -> String {
        let parts: Vec<String> = it.children().map(show).collect();
        match it.kind() {
            Kind::Paren => parts.concat(),
            _ if parts.is_empty() => it.text().to_owned(),
            kind => format!("{kind:?}({})", parts.join(" ")),
        }
    }
    match parse(source) {
        Ok(all) => show(all.root()),
        Err(refused) => format!("{refused:?}"),
    }
}

#[test]
fn expressions_bind_as_in_nix() {
    let table = [
        ("a b c.d", "Apply(Apply(a b) Select(c Path(d)))"),
        ("a.b or c d", "Apply(Select(a Path(b) c) d)"),
        ("!a == b", "Binary(Other)(Unary(a) b)"),
        ("!a + b", "Unary(Binary(Add)(a b))"),
        ("-a + b", "Binary(Add)(Unary(a) b)"),
        ("a ++ b ++ c", "Binary(Concat)(a Binary(Concat)(b c))"),
        ("a - b - c", "Binary(Other)(Binary(Other)(a b) c)"),
        ("a -> b || c && d", "Binary(Logical)(a Binary(Logical)(b Binary(Logical)(c d)))"),
        ("a // b ? c.d", "Binary(Other)(a Has(b Path(c d)))"),
        (
            "a: b@{ c, d ? e, ... }: f",
            "Lambda(a Lambda(OpenPattern(All(b) Argument(c) Argument(d e)) f))",
        ),
        ("{ a }@b: c", "Lambda(Pattern(Argument(a) All(b)) c)"),
        ("{ }: a", "Lambda({ } a)"),
        (
            "{ a.\"b\".${c} = d; inherit e; inherit (f) g; }",
            "Set(Binding(Path(a \"b\" Dynamic(c)) d) Inherit(e) Inherit(Source(f) g))",
        ),
        ("let a = b; in c", "Let(Binding(Path(a) b) c)"),
        ("let { a = b; }", "LegacyLet(Binding(Path(a) b))"),
        ("with a; assert b; if c then d else e", "With(a Assert(b If(c d e)))"),
        ("[ a.b (c d) -1 ]", "At(12)"),
        ("[ a.b (c d) ./x ]", "List(Select(a Path(b)) Apply(c d) ./x)"),
        ("\"a${b}$${c}\\${d}\"", "Text(b)"),
        ("''a ''${b} '''${c} $${d} ''\\${e} ${f}''", "Text(c f)"),
        ("''''$''", "''''$''"),
        ("./a/${b}/c.nix + d", "Binary(Add)(RelativePath(b) d)"),
        ("a/b//c", "Binary(Other)(a/b c)"),
        ("a:b", "a:b"),
        ("a /* b */ # c\n d", "Apply(a d)"),
        ("<a/b> 1.5e3 .5 ~/x /y", "Apply(Apply(Apply(Apply(<a/b> 1.5e3) .5) ~/x) /y)"),
        ("a |> b", "Binary(Other)(a b)"),
        ("{ a, a }: b", "At(5)"),
        ("a + if b then c else d", "At(4)"),
        ("\"a", "At(0)"),
        ("", "At(0)"),
    ];
    for (source, expected) in table {
        assert_eq!(shown(source), expected, "{source}");
    }
}

#[test]
fn what_is_nested_is_read_up_to_a_depth() {
    let read = || {
        let nested = |depth: usize| format!("{}1{}", "[ ".repeat(depth), " ]".repeat(depth));
        assert!(parse(&nested(2_000)).is_ok());
        assert_eq!(parse(&nested(5_001)).err(), Some(Refused::TooDeep));
        for source in ["a ", "a + ", "a ++ ", "a: ", "!", "${\"", "{ a = ", "(", "''${"] {
            let _ = parse(&source.repeat(20_000));
        }
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(read);
    thread.unwrap().join().unwrap();
}

/// Every Nix file in a folder, which `NIXFLEET_SOURCES` names in place of the project's own: rnix
/// reads it as we do.
#[test]
fn the_project_is_read_as_rnix_reads_it() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut queue = vec![env::var_os("NIXFLEET_SOURCES").map_or(own, PathBuf::from)];
    let mut count = 0;
    while let Some(path) = queue.pop() {
        let name = path.file_name().unwrap_or_default();
        if path.is_symlink() || name == "target" || name == ".git" {
        } else if path.is_dir() {
            queue.extend(fs::read_dir(&path).unwrap().map(|it| it.unwrap().path()));
        } else if path.extension().is_some_and(|it| it == "nix")
            && let Ok(source) = fs::read_to_string(&path)
        {
            count += 1;
            compare(&path, &source);
        }
    }
    // The package's build has the sources of the tool alone.
    assert!(count > 0, "no file was compared");
}

fn compare(path: &Path, source: &str) {
    let parsed = rnix::Root::parse(source);
    let ours = parse(source);
    assert_eq!(ours.is_ok(), parsed.errors().is_empty(), "{}: {:?}", path.display(), ours.err());
    let Ok(ours) = ours else { return };
    let pairs: [(&[SyntaxKind], &[Kind]); 6] = [
        (&[SyntaxKind::NODE_PATH_REL], &[Kind::RelativePath]),
        (&[SyntaxKind::NODE_LAMBDA], &[Kind::Lambda]),
        (&[SyntaxKind::NODE_STRING], &[Kind::Text]),
        (&[SyntaxKind::NODE_APPLY], &[Kind::Apply]),
        (&[SyntaxKind::NODE_ATTRPATH_VALUE], &[Kind::Binding]),
        (&[SyntaxKind::NODE_LIST], &[Kind::List]),
    ];
    for (theirs, kinds) in pairs {
        let nodes = parsed.syntax().descendants().filter(|it| theirs.contains(&it.kind()));
        let mut theirs: Vec<String> = nodes.map(|it| it.text().to_string()).collect();
        let own = ours.all().filter(|it| kinds.contains(&it.kind()));
        let mut own: Vec<String> = own.map(|it| it.text().to_owned()).collect();
        theirs.sort();
        own.sort();
        assert_eq!(own, theirs, "{}", path.display());
    }
}
