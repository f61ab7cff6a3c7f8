//! How the services of a system fare, by launchd's own list: process, last status, label.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::launchd;

/// The most services that are looked at.
const SERVICES: usize = 1_000;

/// Services of a system that ended badly the last time. Apple's own are no system's of ours, and many of
/// them end with a status as a matter of course. `None` where launchd does not answer.
pub(super) fn failed(system: &Path) -> Option<Vec<String>> {
    let label = |file: String| Some(file.strip_suffix(".plist")?.to_owned());
    let own: Vec<String> = files(&system.join("Library/LaunchDaemons")).filter_map(label).collect();
    let said = launchd::ask(&["list"])?;
    let mut failed: Vec<String> = ended_badly(&said)
        .filter(|it| own.iter().any(|own| own == it))
        .map(str::to_owned)
        .collect();
    failed.sort();
    Some(failed)
}

/// Whether nix-darwin's daemon is at work that names the profile's system the running one: at the machine's
/// start, and in an activation that brings another such daemon.
pub(super) fn are_being_named() -> bool {
    launchd::ask(&["list"]).is_some_and(|it| is_naming(&it))
}

fn is_naming(list: &str) -> bool {
    list.lines().any(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [process, _status, label] => process != "-" && label.ends_with(".activate-system"),
        _ => false,
    })
}

/// The files of services that one system has brought to the machine, and another has not.
pub(super) fn left_by(system: &Path, other: &Path) -> Vec<PathBuf> {
    let mut left = Vec::new();
    for folder in ["Library/LaunchDaemons", "Library/LaunchAgents"] {
        for name in files(&system.join(folder)).filter(|it| !other.join(folder).join(it).exists()) {
            let (given, present) =
                (system.join(folder).join(&name), Path::new("/").join(folder).join(&name));
            // What somebody else has put there is theirs.
            if fs::read(given).is_ok_and(|it| fs::read(&present).is_ok_and(|now| now == it)) {
                left.push(present);
            }
        }
    }
    left
}

/// The files of services on the machine that are one system's, `other`, and that a switch to another ends: it
/// has none of the name, or one of another content.
pub(super) fn kept(system: &Path, other: &Path) -> Vec<PathBuf> {
    let root = Path::new("/");
    let in_folder = |folder: &'static str| {
        let (given, theirs) = (system.join(folder), other.join(folder));
        let own = differing(&theirs, &given);
        own.filter(move |(name, text)| {
            fs::read(root.join(folder).join(name)).is_ok_and(|it| it == *text)
        })
        .map(move |(name, _)| root.join(folder).join(name))
    };
    ["Library/LaunchDaemons", "Library/LaunchAgents"].into_iter().flat_map(in_folder).collect()
}

/// Where a system has what nix-darwin copies to its user's home: services for one person's session.
const OF_PEOPLE: &str = "user/Library/LaunchAgents";

/// The files of services for one person's session that one system has brought and another has not, and whose
/// they are.
pub(super) fn left_with_people(system: &Path, other: &Path, homes: &Path) -> Vec<(PathBuf, u32)> {
    let (given, theirs) = (system.join(OF_PEOPLE), other.join(OF_PEOPLE));
    let own = differing(&given, &theirs).filter(|(name, _)| !theirs.join(name).exists());
    own.flat_map(|(name, text)| in_homes(&name, &text, homes)).collect()
}

/// The same of those that are one system's, `other`, and that a switch to another ends.
pub(super) fn kept_with_people(system: &Path, other: &Path, homes: &Path) -> Vec<(PathBuf, u32)> {
    let own = differing(&other.join(OF_PEOPLE), &system.join(OF_PEOPLE));
    own.flat_map(|(name, text)| in_homes(&name, &text, homes)).collect()
}

/// The files of a folder that another folder has not, or with another content.
fn differing(folder: &Path, other: &Path) -> impl Iterator<Item = (String, Vec<u8>)> + use<> {
    let (folder, other) = (folder.to_owned(), other.to_owned());
    files(&folder).filter_map(move |name| {
        let text = fs::read(folder.join(&name)).ok()?;
        let is_same = fs::read(other.join(&name)).is_ok_and(|it| it == text);
        (!is_same).then_some((name, text))
    })
}

/// The files of a name and a content that people have for their sessions, and whose they are.
fn in_homes(name: &str, text: &[u8], homes: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    for home in fs::read_dir(homes).into_iter().flatten().flatten().take(SERVICES) {
        let file = home.path().join("Library/LaunchAgents").join(name);
        let small = fs::metadata(&file).ok().filter(|it| it.len() == text.len() as u64);
        if let Some(about) = small
            && fs::read(&file).is_ok_and(|it| it == text)
        {
            found.push((file, about.uid()));
        }
    }
    found
}

/// The names of the files in a folder.
fn files(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    all.filter_map(|it| it.file_name().into_string().ok()).take(SERVICES)
}

fn ended_badly(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter_map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
        [_process, status, label] if status.parse().is_ok_and(|it: i32| it != 0) => Some(label),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_being_named_while_its_daemon_runs() {
        let list =
            |process| format!("PID\tStatus\tLabel\n{process}\t0\torg.nixos.activate-system\n");
        assert!(
            is_naming(&list("12")) && !is_naming(&list("-")) && !is_naming("12\t0\torg.nixos.a")
        );
    }

    #[test]
    fn what_a_person_was_given_and_has_changed_is_theirs() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text).unwrap();
        };
        for name in ["a", "b", "both"] {
            write(&format!("new/user/Library/LaunchAgents/{name}.plist"), name);
            write(&format!("homes/me/Library/LaunchAgents/{name}.plist"), name);
        }
        write("old/user/Library/LaunchAgents/both.plist", "older");
        write("homes/me/Library/LaunchAgents/b.plist", "B");
        fs::create_dir(path("homes/other")).unwrap();
        let left = left_with_people(&path("new"), &path("old"), &path("homes"));
        let own = fs::metadata(root.path()).unwrap().uid();
        assert_eq!(left, [(path("homes/me/Library/LaunchAgents/a.plist"), own)]);
    }

    #[test]
    fn what_a_person_had_before_and_a_switch_ends_is_found() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), text).unwrap();
        };
        for name in ["gone", "changed", "same", "theirs"] {
            write(&format!("old/user/Library/LaunchAgents/{name}"), name);
            write(&format!("homes/me/Library/LaunchAgents/{name}"), name);
        }
        write("new/user/Library/LaunchAgents/changed", "other");
        write("new/user/Library/LaunchAgents/same", "same");
        write("homes/me/Library/LaunchAgents/theirs", "by hand");
        let kept = kept_with_people(&path("new"), &path("old"), &path("homes"));
        let mut names: Vec<_> = kept.iter().map(|it| it.0.file_name().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["changed", "gone"]);
    }

    #[test]
    fn what_ended_badly_is_found() {
        let list = "PID\tStatus\tLabel\n-\t0\torg.nixos.a\n12\t0\torg.nixos.b\n-\t78\torg.nixos.c\n9\t-9\torg.nixos.d\nx\n";
        assert_eq!(ended_badly(list).collect::<Vec<_>>(), ["org.nixos.c", "org.nixos.d"]);
    }
}
