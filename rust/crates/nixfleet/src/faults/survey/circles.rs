//! Files that import each other in a circle. The module system looks at all that a module imports before
//! it leaves out what it has already (nixpkgs, `lib/modules.nix`, `collectStructuredModules`), so it
//! never comes to an end, as Nix does not where a file is what it imports.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use thiserror::Error;

use super::links::{DEFAULT, Link, Use};
use crate::faults::{Fault, Problem};
use crate::text::quote::{quote, quote_path};

/// What Nix says where it never comes to an end, and where it sees that it would not.
pub const DEEP: &str = "stack overflow";
pub const ROUND: &str = "infinite recursion";

#[derive(Debug, Error)]
#[error("{}", circle(.files))]
struct Circular {
    /// The files, each of which imports the next, and the last the first.
    files: Vec<String>,
    literal: String,
}

fn circle(files: &[String]) -> String {
    let quoted: Vec<_> = files.iter().map(|it| quote_path(it)).collect();
    match &quoted[..] {
        [one] => format!("{one} imports itself, so Nix never comes to an end"),
        [one, other] => {
            format!("{other} imports {one}, which imports it: Nix never comes to an end")
        }
        all => format!(
            "files import each other in a circle, so Nix never comes to an end: {}, and the last one the \
             first",
            all.join(", ")
        ),
    }
}

impl Problem for Circular {
    fn code(&self) -> &'static str {
        "imports-circular"
    }

    fn is_meant_by(&self, words: &str) -> bool {
        words.starts_with(DEEP)
    }

    fn help(&self) -> String {
        let literal = quote(&self.literal);
        match self.files.len() {
            1 => format!("take {literal} out"),
            _ => format!(
                "take {literal} out here; what these files share goes into one that imports none of them"
            ),
        }
    }
}

/// What the imports of files make of them.
#[derive(Debug, Default)]
pub struct Circles {
    /// Circles of modules that Nix comes to read, whatever else holds: it never ends.
    pub sure: Vec<Circle>,
    /// Others, which are no fault as long as nothing asks for what is in them.
    pub others: Vec<Circle>,
}

/// The imports of a circle, the last of which leads back.
pub type Circle = Vec<Link>;

/// The circles, each told where it closes: at the import that leads back.
pub fn circles(links: &[Link]) -> Circles {
    let imports = || links.iter().filter(|it| it.used != Use::Other && !it.is_optional);
    let sources: HashSet<&Path> = imports().map(|it| it.source.as_path()).collect();
    // What imports nothing is in no circle.
    let target = |link: &Link| {
        let file = sources.get(&*link.file).or_else(|| sources.get(&*link.file.join(DEFAULT)));
        file.copied()
    };
    let mut from: HashMap<&Path, Vec<(&Link, &Path)>> = HashMap::new();
    for (link, file) in imports().filter_map(|it| Some((it, target(it)?))) {
        from.entry(&link.source).or_default().push((link, file));
    }
    let mut found = Circles::default();
    let mut done: HashSet<&Path> = HashSet::new();
    // What others lead to is not begun with.
    let led_to: HashSet<&Path> = from.values().flatten().map(|(_, file)| *file).collect();
    let mut begins: Vec<&Path> = from.keys().copied().collect();
    begins.sort_by_key(|it| (led_to.contains(it), *it));
    for begin in begins {
        // The links that lead to where the walk is, each with how many of its file's were followed.
        let mut way: Vec<(&Path, usize)> = vec![(begin, 0)];
        let mut taken: Vec<&Link> = Vec::new();
        while let Some((file, next)) = way.last_mut() {
            let links = from.get(file).map_or(&[][..], Vec::as_slice);
            let Some((link, to)) = links.get(*next).filter(|_| !done.contains(file)) else {
                done.insert(*file);
                way.pop();
                taken.pop();
                continue;
            };
            *next += 1;
            if let Some(place) = way.iter().position(|(it, _)| it == to) {
                let around: Circle =
                    taken[place..].iter().chain([link]).copied().cloned().collect();
                let is_sure = around.iter().all(|it| it.is_sure && it.used == Use::Module);
                let list = if is_sure { &mut found.sure } else { &mut found.others };
                list.push(around);
            } else if !done.contains(to) {
                way.push((*to, 0));
                taken.push(*link);
            }
        }
    }
    found
}

/// The fault of a circle.
pub fn fault(around: &[Link]) -> Fault {
    let files = around.iter().map(|it| it.source.display().to_string()).collect();
    let last = around.last();
    let literal = last.map(|it| it.literal.clone()).unwrap_or_default();
    Fault {
        hosts: Vec::new(),
        field: String::new(),
        position: last.map(|it| it.position.clone()),
        text: Some(literal.clone()),
        problem: Box::new(Circular { files, literal }),
    }
}

#[cfg(test)]
mod tests {
    use nixfleet_nix::Position;

    use super::*;

    fn link(source: &str, file: &str, used: Use) -> Link {
        Link {
            source: source.into(),
            file: file.into(),
            literal: format!("./{file}"),
            position: Position { file: source.into(), line: 1, column: 1 },
            used,
            is_sure: true,
            is_optional: false,
            reads_folders: false,
        }
    }

    fn told(links: &[Link]) -> (Vec<String>, Vec<String>) {
        let Circles { sure, others } = circles(links);
        let told = |circles: Vec<Circle>| {
            let told = circles
                .iter()
                .map(|it| fault(it))
                .map(|it| format!("{}: {}", it.position.as_ref().unwrap().file, it.problem));
            told.collect::<Vec<_>>()
        };
        (told(sure), told(others))
    }

    #[test]
    fn a_circle_is_told_once_where_it_closes() {
        let module = |from, to| link(from, to, Use::Module);
        let all = [
            module("flake.nix", "a.nix"),
            module("flake.nix", "b"),
            module("a.nix", "b"),
            module("b/default.nix", "a.nix"),
            module("b/default.nix", "c.nix"),
        ];
        let (sure, others) = told(&all);
        assert_eq!(
            sure,
            [
                "b/default.nix: `b/default.nix` imports `a.nix`, which imports it: Nix never comes to an end"
            ]
        );
        assert!(others.is_empty());
        let (sure, _) = told(&[module("a.nix", "a.nix")]);
        assert_eq!(sure, ["a.nix: `a.nix` imports itself, so Nix never comes to an end"]);
        let three = [module("a", "b"), module("b", "c"), module("c", "a"), module("a", "d")];
        let (sure, _) = told(&three);
        assert!(sure[0].starts_with("c: ") && sure[0].contains("`a`, `b`, `c`, and"), "{sure:?}");
        assert_eq!(sure.len(), 1);
    }

    #[test]
    fn what_need_not_be_read_is_no_fault() {
        let (sure, others) = told(&[link("a", "b", Use::Import), link("b", "a", Use::Import)]);
        assert_eq!((sure.len(), others.len()), (0, 1));
        let (sure, others) = told(&[link("a", "b", Use::Module), link("b", "a", Use::Other)]);
        assert_eq!((sure.len(), others.len()), (0, 0));
        let shared = [
            link("f", "a", Use::Module),
            link("f", "b", Use::Module),
            link("a", "c", Use::Module),
            link("b", "c", Use::Module),
        ];
        assert_eq!(told(&shared).0.len(), 0);
    }
}
