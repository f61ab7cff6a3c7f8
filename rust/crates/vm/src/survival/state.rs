//! State that a reboot loses: which files count, what they belong to, and the line that keeps it.

use std::collections::BTreeMap;

use super::Declared;
use super::declared::is_within;
use super::guest::Seen;

/// What NixOS writes at each boot or keeps for itself, and what tools keep of their own work: it
/// differs from one boot to the next, and nobody misses it.
const NO_STATE: &[&str] = &[
    // Accounts, from `users.users` (nixos/modules/config/update-users-groups.pl).
    "/etc/passwd",
    "/etc/passwd-",
    "/etc/group",
    "/etc/group-",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/subuid",
    "/etc/subuid-",
    "/etc/subgid",
    "/etc/subgid-",
    "/etc/.pwd.lock",
    // Markers of the activation and of systemd-update-done.service(8).
    "/etc/.clean",
    "/etc/NIXOS",
    "/etc/.updated",
    "/var/.updated",
    "/etc/resolv.conf",
    // Caches and backups of volumes that the kernel knows anyway.
    "/etc/zfs/zpool.cache",
    "/etc/lvm/archive",
    "/etc/lvm/backup",
    "/etc/lvm/cache",
    // Who logged in, beside the logs (pam_lastlog2(8)).
    "/var/lib/lastlog",
];

/// Folders in homes of which the same is true.
const NO_STATE_OF_USERS: &[&str] = &[".cache", ".nix-defexpr", ".local/state/nix", ".nix-profile"];

/// State of one service or user that was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its folder, or its file where that lies in a folder of many.
    pub path: String,
    /// How many files.
    pub count: usize,
    /// One of them.
    pub example: String,
    /// Whether they are there again, with other contents.
    pub anew: bool,
    /// The line that keeps it.
    pub line: Option<String>,
    /// Whether a user wrote it, rather than a service.
    pub of_user: bool,
}

/// The state that was written before the reboot, and is gone or another after it.
pub fn lost(declared: &Declared, before: &Seen, after: &Seen) -> Vec<Lost> {
    let is_lost = |(path, sum): &(&String, &String)| {
        after.written.get(*path) != Some(*sum) && is_state(declared, path)
    };
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, _) in before.written.iter().filter(is_lost) {
        all.entry(owner(declared, path)).or_default().push(path);
    }
    let lost = |(path, files): (&str, Vec<&str>)| Lost {
        path: path.to_owned(),
        count: files.len(),
        example: files[0].to_owned(),
        anew: files.iter().all(|it| after.written.contains_key(*it)),
        line: line(declared, path, before),
        of_user: home(declared, path).is_some(),
    };
    all.into_iter().map(lost).collect()
}

fn is_state(declared: &Declared, path: &str) -> bool {
    let ours = || path.starts_with("/etc/ssh/ssh_host_");
    let of_user = || {
        let (home, _) = home(declared, path)?;
        let rest = path.strip_prefix(home)?.trim_start_matches('/');
        Some(is_within(NO_STATE_OF_USERS, rest))
    };
    !(declared.lasts(path)
        || declared.may_be_lost(path)
        || is_within(NO_STATE, path)
        || ours()
        || of_user().unwrap_or(false))
}

/// The home that a path lies in, and whose it is.
fn home<'a>(declared: &'a Declared, path: &str) -> Option<(&'a str, &'a str)> {
    let within = |home: &&str| is_within(&[*home], path);
    let root = ("/root", "root");
    let homes = declared.homes.iter().map(|(home, user)| (home.as_str(), user.as_str()));
    homes.chain([root]).find(|(home, _)| within(home))
}

/// What a file belongs to: `/var/lib/x` of `/var/lib/x/db/file`, `/etc/x` of `/etc/x/file`, and of a
/// file in a home the folder or file there.
fn owner<'a>(declared: &Declared, path: &'a str) -> &'a str {
    let depth = if let Some((home, _)) = home(declared, path) {
        let configuration = [".config", ".local/share", ".local/state"];
        let rest = path.strip_prefix(home).unwrap_or_default().trim_start_matches('/');
        let below = configuration.iter().find(|it| is_within(&[**it], rest));
        names(home) + 1 + below.map_or(0, |it| names(it))
    } else if is_within(&["/var/lib/private"], path) {
        4
    } else if is_within(&["/var"], path) {
        3
    } else {
        2
    };
    let end = path.match_indices('/').nth(depth).map_or(path.len(), |(at, _)| at);
    &path[..end]
}

fn names(path: &str) -> usize {
    path.split('/').filter(|it| !it.is_empty()).count()
}

/// The line to add. What is a folder is known from the guest.
fn line(declared: &Declared, path: &str, before: &Seen) -> Option<String> {
    let option = declared.option.as_deref()?;
    if is_within(&["/var/lib/private"], path) {
        // It has to be closed to others (systemd.exec(5), DynamicUser=), and its bind mount with it.
        let entry = r#"{ directory = "/var/lib/private"; mode = "0700"; }"#;
        return Some(format!("{option}.directories = [ {entry} ];"));
    }
    let known = before.of("folder", path);
    let kind = if known.is_some() { "directories" } else { "files" };
    if let Some((home, user)) = home(declared, path).filter(|(_, user)| *user != "root") {
        let rest = path.strip_prefix(home).unwrap_or_default().trim_start_matches('/');
        return Some(format!("{option}.users.{user}.{kind} = [ \"{rest}\" ];"));
    }
    let words: Vec<&str> = known.unwrap_or_default().split(' ').collect();
    let entry = match words[..] {
        [user, group, mode] if (user, group, mode) != ("root", "root", "755") => format!(
            "{{ directory = \"{path}\"; user = \"{user}\"; group = \"{group}\"; mode = \"0{mode}\"; }}"
        ),
        _ => format!("\"{path}\""),
    };
    Some(format!("{option}.{kind} = [ {entry} ];"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> Declared {
        Declared {
            wiped: true,
            option: Some("nixfleet.impermanence".into()),
            directories: vec!["/var/log".into(), "/var/lib/kept".into()],
            files: vec!["/etc/machine-id".into()],
            ignored: vec!["/var/lib/cheap".into()],
            homes: [("/home/ops".to_owned(), "ops".to_owned())].into(),
        }
    }

    fn lines(before: &str, after: &str) -> Vec<String> {
        let lost = lost(&declared(), &Seen::read(before), &Seen::read(after));
        lost.into_iter().map(|it| it.line.unwrap()).collect()
    }

    #[test]
    fn what_is_gone_comes_with_the_line_that_keeps_it() {
        let before = "1 2 /var/lib/db/data/1\n1 2 /var/lib/db/data/2\n\
                      1 2 /var/lib/private/feed/x\n1 2 /etc/app.json\n1 2 /srv/www/index.html\n\
                      1 2 /home/ops/.config/tool/settings\n1 2 /home/ops/.history\n\
                      1 2 /opt/tool/known_hosts\n\
                      folder\t/var/lib/db\tdb dbs 750\nfolder\t/srv/www\troot root 755\n\
                      folder\t/home/ops/.config/tool\tops users 755\nfolder\t/opt/tool\troot root 700\n";
        assert_eq!(
            lines(before, ""),
            [
                r#"nixfleet.impermanence.files = [ "/etc/app.json" ];"#,
                r#"nixfleet.impermanence.users.ops.directories = [ ".config/tool" ];"#,
                r#"nixfleet.impermanence.users.ops.files = [ ".history" ];"#,
                r#"nixfleet.impermanence.directories = [ { directory = "/opt/tool"; user = "root"; group = "root"; mode = "0700"; } ];"#,
                r#"nixfleet.impermanence.directories = [ "/srv/www" ];"#,
                r#"nixfleet.impermanence.directories = [ { directory = "/var/lib/db"; user = "db"; group = "dbs"; mode = "0750"; } ];"#,
                r#"nixfleet.impermanence.directories = [ { directory = "/var/lib/private"; mode = "0700"; } ];"#,
            ]
        );
    }

    #[test]
    fn what_is_made_anew_with_other_contents_is_lost_and_what_is_the_same_is_not() {
        let before = Seen::read("1 2 /var/lib/db/id\n3 4 /var/lib/web/page\n");
        let after = Seen::read("9 2 /var/lib/db/id\n3 4 /var/lib/web/page\n");
        let lost = lost(&declared(), &before, &after);
        let told: Vec<_> = lost.iter().map(|it| (it.path.as_str(), it.anew)).collect();
        assert_eq!(told, [("/var/lib/db", true)]);
    }

    #[test]
    fn what_nobody_misses_is_passed_over() {
        let before = "1 2 /etc/shadow\n1 2 /etc/.updated\n1 2 /etc/machine-id\n\
                      1 2 /etc/ssh/ssh_host_rsa_key\n1 2 /var/lib/kept/a\n1 2 /var/lib/cheap/a\n\
                      1 2 /home/ops/.cache/x\n1 2 /var/lib/lastlog/l.db\n";
        assert_eq!(lines(before, ""), Vec::<String>::new());
    }

    #[test]
    fn a_path_with_blanks_is_one() {
        let lost = lost(&declared(), &Seen::read("1 2 /var/lib/a b/c d\n"), &Seen::default());
        assert_eq!((lost[0].path.as_str(), lost[0].count), ("/var/lib/a b", 1));
        assert_eq!(lost[0].example, "/var/lib/a b/c d");
    }
}
