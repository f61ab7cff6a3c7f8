//! Arrows point down only, so that the tree says where a line belongs: in every crate, files that lie
//! side by side never read from each other in a circle, and the wings of the tool stand in one order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The tool, from what reads all others to what reads none.
const WINGS: [&str; 11] = [
    "main",
    "cli",
    "commands",
    "faults",
    "error",
    "global",
    "eval_jobs",
    "interrupt",
    "exit",
    "side_by_side",
    "text",
];

/// Modules that only tests have, which may look at anything.
const OF_TESTS: [&str; 4] = ["fake", "matrix", "properties", "tests"];

type Module = Vec<String>;

#[test]
fn no_files_read_from_each_other_in_a_circle() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let sources = fs::read_dir(crates).unwrap().map(|it| it.unwrap().path().join("src"));
    let mut circles = Vec::new();
    for source in sources {
        let found = siblings(&arrows(&source)).into_values().filter_map(|it| circle(&it));
        circles.extend(found.map(|it| format!("{}: {it}", source.display())));
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn the_wings_of_the_tool_stand_in_one_order() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let siblings = siblings(&arrows(&source));
    let wings = &siblings[&Module::new()];
    assert!(wings.contains(&("cli".into(), "commands".into())), "{wings:?}");
    let rank = |wing: &str| WINGS.iter().position(|it| *it == wing);
    let up: Vec<_> = wings.iter().filter(|(from, to)| rank(from) >= rank(to)).collect();
    assert!(up.is_empty(), "arrows that point up, or to no wing: {up:?}");
}

/// What may not be met elsewhere in a program, with the files that have it.
const WRITING: [(&str, &[&str]); 10] = [
    ("println!", OUTPUT),
    ("print!(", OUTPUT),
    ("eprint!(", OUTPUT),
    ("dbg!(", OUTPUT),
    ("anstream::", OUTPUT),
    ("stdout().lock", OUTPUT),
    ("stderr().lock", OUTPUT),
    ("!(io::std", OUTPUT),
    ("().write", OUTPUT),
    ("indicatif", &["text/progress.rs", "release/build.rs", "faults/eval.rs", "eval/answers.rs"]),
];

/// A report of tests goes to where the user names, be it the standard output.
const OUTPUT: &[&str] = &["text/src/output.rs", "report/human.rs", "vm/src/report/place.rs"];

/// What leaves the programs goes through the one file that takes no text but lines which are fit for
/// it. Programs that only we start are not looked at.
#[test]
fn one_file_writes() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for source in fs::read_dir(crates).unwrap().map(|it| it.unwrap().path().join("src")) {
        let mut of_crate = BTreeMap::new();
        collect(&source, &mut Module::new(), &mut of_crate);
        files.extend(of_crate.into_values());
    }
    files.retain(|it| !it.starts_with(crates.join("simulation")));
    let mut found = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let code = text.lines().filter(|it| !it.trim_start().starts_with("//"));
        for line in code.take_while(|line| !line.contains("#[cfg(test)]")) {
            let is_writing = |(sign, places): &(&str, &[&str])| {
                line.contains(sign) && !places.iter().any(|it| path.ends_with(it))
            };
            if WRITING.iter().any(is_writing) {
                found.push(format!("{}: {line}", path.display()));
            }
        }
    }
    assert!(files.len() > 300, "{}", files.len());
    assert!(found.is_empty(), "write by `nixfleet_text::output`: {found:#?}");
}

/// For each folder of modules the arrows between those that lie in it.
fn siblings(arrows: &[(Module, Module)]) -> BTreeMap<Module, BTreeSet<(String, String)>> {
    let mut folders: BTreeMap<Module, BTreeSet<_>> = BTreeMap::new();
    for (from, to) in arrows {
        let shared = from.iter().zip(to).take_while(|(from, to)| from == to).count();
        if let (Some(one), Some(other)) = (from.get(shared), to.get(shared)) {
            let folder = folders.entry(from[..shared].to_vec()).or_default();
            folder.insert((one.clone(), other.clone()));
        }
    }
    folders
}

/// An arrow that lies on a circle.
fn circle(arrows: &BTreeSet<(String, String)>) -> Option<String> {
    let leads_back = |(start, first): &&(String, String)| {
        let mut seen = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(module) = open.pop() {
            let next = arrows.iter().filter(|(from, _)| from == module).map(|(_, to)| to);
            open.extend(next.filter(|it| seen.insert(it)));
        }
        seen.contains(start)
    };
    let (from, to) = arrows.iter().find(leads_back)?;
    Some(format!("{from} reads from {to}, which leads back to it"))
}

/// Which module of a crate reads from which.
fn arrows(source: &Path) -> Vec<(Module, Module)> {
    let mut files = BTreeMap::new();
    collect(source, &mut Module::new(), &mut files);
    let modules: BTreeSet<&Module> = files.keys().collect();
    let mut arrows = Vec::new();
    for (module, path) in &files {
        let text = fs::read_to_string(path).unwrap();
        let code: Vec<&str> = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        for path in paths(&code.join("\n")) {
            arrows.push((module.clone(), target(module, &path, &modules)));
        }
    }
    arrows
}

fn collect(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if OF_TESTS.contains(&name.as_str()) {
            continue;
        }
        module.push(name.clone());
        if path.is_dir() {
            collect(&path, module, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.insert(if name == "lib" { Module::new() } else { module.clone() }, path);
        }
        module.pop();
    }
}

/// The module that a path such as `super::fault::Fault` leads to, as seen from another.
fn target(from: &Module, path: &[String], modules: &BTreeSet<&Module>) -> Module {
    let ups = path.iter().take_while(|it| *it == "super").count();
    let mut target = if ups == 0 { Module::new() } else { from[..from.len() - ups].to_vec() };
    for part in path.iter().skip(ups.max(1)) {
        target.push(part.clone());
        if !modules.contains(&target) {
            target.pop();
            break;
        }
    }
    target
}

/// Every path that begins with `crate` or `super`, those in braces one by one.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let before = &code[..start];
        if !before.ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':') {
            branches(&code[start..], &mut Vec::new(), &mut found);
        }
    }
    found
}

/// Reads `a::b` or `a::{b, c::d}`; what is left over.
fn branches<'a>(code: &'a str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        while !rest.trim_start().starts_with('}') {
            rest = branches(rest, prefix, found).trim_start();
            // Past a comma, or what stands between: `as Name`.
            rest = rest.find([',', '}']).map_or("}", |end| &rest[end..]);
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        return &rest.trim_start()[1..];
    }
    let end = code.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(code.len());
    prefix.push(code[..end].to_owned());
    let rest = if let Some(rest) = code[end..].strip_prefix("::") {
        branches(rest, prefix, found)
    } else {
        found.push(prefix.clone());
        &code[end..]
    };
    prefix.pop();
    rest
}

#[test]
fn paths_are_read_as_rust_does() {
    let code = "use crate::a::{b, c::{D, e as f}};\nlet x = super::g(nixfleet_crate::h);";
    let paths: Vec<String> = paths(code).iter().map(|it| it.join("::")).collect();
    assert_eq!(paths, ["crate::a::b", "crate::a::c::D", "crate::a::c::e", "super::g"]);
    let circles = |arrows: &[(&str, &str)]| {
        let arrows = arrows.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        circle(&arrows.collect()).is_some()
    };
    assert!(circles(&[("a", "b"), ("b", "c"), ("c", "a")]));
    assert!(!circles(&[("a", "b"), ("b", "c"), ("a", "c")]));
}
