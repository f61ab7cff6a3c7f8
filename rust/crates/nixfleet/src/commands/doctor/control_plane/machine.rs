//! The machine of a control plane: its clock, its room, and its key.

use jiff::Timestamp;
use nixfleet_release::Key;

use super::super::finding::Finding;
use crate::commands::control_plane::Door;
use crate::text::quote::quote;

const LOOK: &str = include_str!("look.sh");

/// A clock that is so many seconds off shows: windows and soaks go by it.
const OFF: i64 = 30;

/// MiB below which a database comes to its end.
const ROOM: u64 = 256;

/// What it tells; nothing where nothing can be run there.
pub fn findings(door: &Door, pinned: Option<&str>) -> Vec<Finding> {
    let before = Timestamp::now();
    let Ok(output) = door.run(LOOK) else { return Vec::new() };
    judge(output.stdout.raw(), (before, Timestamp::now()), pinned)
}

/// It was asked between two moments.
fn judge(
    said: &str,
    (before, after): (Timestamp, Timestamp),
    pinned: Option<&str>,
) -> Vec<Finding> {
    let mut lines = said.lines().map(str::trim);
    let mut findings = Vec::new();
    if let Some(at) = lines.next().and_then(|it| it.parse::<i64>().ok()) {
        let off = before.as_second().saturating_sub(at).max(at.saturating_sub(after.as_second()));
        findings.push(if off > OFF {
            let text = format!("it is {off} s off this machine's");
            Finding::lacking(
                "clock",
                text,
                "let both ask a time server: windows and soaks go by it",
            )
        } else {
            Finding::fine("clock", "it is that of this machine")
        });
    }
    if let Some(free) = lines.next().and_then(|it| it.parse::<u64>().ok()) {
        let text = format!("{} MiB are free where it is", free >> 10);
        findings.push(if free >> 10 < ROOM {
            let help = "make room: it lets no host go of which it can write nothing down";
            Finding::lacking("database", text, help)
        } else {
            Finding::fine("database", text)
        });
    }
    findings.push(key(pinned, lines.next().and_then(|it| it.parse().ok())));
    findings
}

/// The key that the fleet pins beside the machine's own.
fn key(pinned: Option<&str>, theirs: Option<Key>) -> Finding {
    let Some(pinned) = pinned else {
        let line = theirs.map_or_else(|| "ssh-ed25519 …".to_owned(), |it| it.line().to_owned());
        let help = format!("write `release.controlPlane.key = \"{line}\";`");
        return Finding::note("key", "the fleet pins none, so no host asks it", help);
    };
    let Ok(ours) = pinned.parse::<Key>() else {
        let text = format!("{} in the fleet's `release.controlPlane.key` is no key", quote(pinned));
        let help = "write the line of `/etc/ssh/ssh_host_ed25519_key.pub` on its machine";
        return Finding::lacking("key", text, help);
    };
    match theirs {
        None => Finding::note(
            "key",
            "its machine does not show the one that hosts know it by",
            "compare `release.controlPlane.key` with `/etc/ssh/ssh_host_ed25519_key.pub` there",
        ),
        Some(theirs) if theirs == ours => {
            Finding::fine("key", format!("the fleet pins it, {}", ours.fingerprint()))
        }
        Some(theirs) => Finding::lacking(
            "key",
            format!("the fleet pins {}, and it has {}", ours.fingerprint(), theirs.fingerprint()),
            format!(
                "where that is right, `release.controlPlane.key = \"{}\";`, and `nixfleet deploy` takes \
                 it to the hosts, which do not ask it any more",
                theirs.line()
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::finding::Status;
    use super::*;

    const ANN: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann";
    const BOB: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/ bob";

    fn found(said: &str, pinned: Option<&str>) -> Vec<(Status, String)> {
        let at = |second| Timestamp::from_second(second).unwrap();
        let found = judge(said, (at(1000), at(1010)), pinned);
        found.into_iter().map(|it| (it.status, it.text)).collect()
    }

    #[test]
    fn a_machine_is_judged_by_three_lines() {
        let well = found(&format!("1005\n9999999\n{ANN}\n"), Some(ANN));
        assert!(well.len() == 3 && well.iter().all(|it| it.0 == Status::Fine), "{well:?}");
        let ill = found(&format!("900\n2048\n{BOB}\n"), Some(ANN));
        assert!(ill.iter().all(|it| it.0 == Status::Lacking), "{ill:?}");
        assert!(ill[0].1.contains("100 s off") && ill[1].1.contains("2 MiB"), "{ill:?}");
        assert_eq!(
            found("1030\n-\n-\n", Some(ANN)).iter().map(|it| it.0).collect::<Vec<_>>(),
            [Status::Fine, Status::Note]
        );
        assert!(found("", None)[0].1.contains("pins none"));
        assert!(found("", Some("ssh-ed25519 x"))[0].1.contains("is no key"));
        for hostile in ["-9223372036854775808\n-1\n", "9223372036854775807\n18446744073709551615\n"]
        {
            assert_eq!(found(hostile, None)[0].0, Status::Lacking);
        }
    }
}
