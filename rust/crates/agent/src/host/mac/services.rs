//! How the services of a system fare, by launchd's own list: process, last status, label.

use std::fs;
use std::path::Path;

use super::launchd;

/// The most services that are looked at.
const SERVICES: usize = 1_000;

/// Services of a system that ended badly the last time. Apple's own are no system's of ours, and many of
/// them end with a status as a matter of course.
pub(super) fn failed(system: &Path) -> Vec<String> {
    let Ok(files) = fs::read_dir(system.join("Library/LaunchDaemons")) else { return Vec::new() };
    let label =
        |file: fs::DirEntry| Some(file.file_name().to_str()?.strip_suffix(".plist")?.to_owned());
    let own: Vec<String> = files.flatten().filter_map(label).take(SERVICES).collect();
    let said = launchd::ask(&["list"]).unwrap_or_default();
    let mut failed: Vec<String> = ended_badly(&said)
        .filter(|it| own.iter().any(|own| own == it))
        .map(str::to_owned)
        .collect();
    failed.sort();
    failed
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
    fn what_ended_badly_is_found() {
        let list = "PID\tStatus\tLabel\n-\t0\torg.nixos.a\n12\t0\torg.nixos.b\n-\t78\torg.nixos.c\n9\t-9\torg.nixos.d\nx\n";
        assert_eq!(ended_badly(list).collect::<Vec<_>>(), ["org.nixos.c", "org.nixos.d"]);
    }
}
