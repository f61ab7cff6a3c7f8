//! What lasted, what did not, and what should have.

use std::collections::BTreeSet;

use super::{Persisted, SENTINEL, Survival};

/// Judges what was planted and written before a reboot by what is there after it.
pub fn judge(persisted: &Persisted, before: &str, after: &str) -> Survival {
    let present: BTreeSet<&str> = after.lines().collect();
    let of = |kind: &'static str| {
        before.lines().filter_map(move |it| it.split_once('\t').filter(|(it, _)| *it == kind))
    };
    let mut survival = Survival::default();
    for (_, path) in of("planted") {
        let folder = path.strip_suffix(SENTINEL).unwrap_or(path).trim_end_matches('/');
        let is_there = present.contains(path);
        survival.outcomes.push(if !persisted.wiped || lasts(persisted, folder) {
            let seen = "it was lost: is its storage mounted, and `neededForBoot`?";
            (format!("{folder} lasts through a reboot"), (!is_there).then(|| seen.to_owned()))
        } else {
            let seen = "it is still there: is the root wiped at boot?";
            (format!("{folder} is wiped at a reboot"), is_there.then(|| seen.to_owned()))
        });
    }
    let lost = of("written").map(|(_, path)| path).filter(|it| !present.contains(it));
    let folders: BTreeSet<&str> = lost.map(state_folder).collect();
    survival.advice = folders
        .into_iter()
        .map(|it| format!("{it} was written since the last boot and is lost at the next; to keep it: nixfleet.impermanence.directories = [ \"{it}\" ];"))
        .collect();
    survival
}

/// Whether a folder lies in one that lasts.
fn lasts(persisted: &Persisted, folder: &str) -> bool {
    let within = |outer: &String| {
        let outer = outer.trim_end_matches('/');
        folder == outer || folder.strip_prefix(outer).is_some_and(|it| it.starts_with('/'))
    };
    persisted.directories.iter().any(within)
}

/// The folder of one service: `/var/lib/x` of `/var/lib/x/db/file`, else the file's own.
fn state_folder(path: &str) -> &str {
    let depth =
        if path.starts_with("/var/lib/") || path.starts_with("/home/") { 4 } else { usize::MAX };
    let ends = path.match_indices('/').map(|(index, _)| index);
    let slashes: Vec<usize> = ends.collect();
    match slashes.get(depth - 1).or(slashes.last()) {
        Some(&end) if end > 0 => &path[..end],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn persisted() -> Persisted {
        Persisted {
            wiped: true,
            directories: vec!["/var/log".into(), "/home/ops".into()],
            files: vec![],
        }
    }

    const BEFORE: &str = "planted\t/var/log/.nixfleet-survival\nplanted\t/etc/.nixfleet-survival\n\
                          written\t/var/lib/db/data/1\nwritten\t/etc/made\n";

    fn failed(after: &str) -> Vec<String> {
        let outcomes = judge(&persisted(), BEFORE, after).outcomes;
        outcomes.into_iter().filter(|(_, seen)| seen.is_some()).map(|(it, _)| it).collect()
    }

    #[test]
    fn what_should_last_and_what_should_not_are_told() {
        assert_eq!(failed("/var/log/.nixfleet-survival"), Vec::<String>::new());
        assert_eq!(failed(""), ["/var/log lasts through a reboot"]);
        let both = "/var/log/.nixfleet-survival\n/etc/.nixfleet-survival";
        assert_eq!(failed(both), ["/etc is wiped at a reboot"]);
    }

    #[test]
    fn state_that_is_lost_comes_with_the_line_that_keeps_it() {
        let advice = judge(&persisted(), BEFORE, "/etc/made").advice;
        assert_eq!(advice.len(), 1);
        assert!(
            advice[0].contains("nixfleet.impermanence.directories = [ \"/var/lib/db\" ];"),
            "{advice:?}"
        );
    }

    #[test]
    fn a_host_that_is_not_wiped_keeps_everything() {
        let all = Persisted::default();
        let outcomes = judge(&all, BEFORE, "/var/log/.nixfleet-survival").outcomes;
        assert_eq!(outcomes[1].0, "/etc lasts through a reboot");
        assert!(outcomes[1].1.is_some());
    }

    #[test]
    fn a_folder_that_only_begins_alike_does_not_last() {
        assert!(!lasts(&persisted(), "/var/logs"));
        assert!(lasts(&persisted(), "/var/log/nginx"));
    }
}
