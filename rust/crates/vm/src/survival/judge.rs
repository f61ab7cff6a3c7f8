//! What lasted, what did not, and what should have.

use super::guest::Seen;
use super::state::{self, Lost};
use super::{Declared, Survival};

const LOST: &str = "it was lost: is its storage mounted, and `neededForBoot`?";
const STAYED: &str = "it is still there: is the root wiped at boot?";

/// Judges what was planted and written before a reboot by what is there after it.
pub fn judge(declared: &Declared, before: &Seen, after: &Seen) -> Survival {
    let mut survival = Survival::default();
    let mut say = |assertion: String, seen: Option<&str>| {
        survival.outcomes.push((assertion, seen.map(str::to_owned)));
    };
    for folder in before.all("planted") {
        let held = after.of("planted", folder).is_some();
        say(format!("{folder} lasts through a reboot"), (!held).then_some(LOST));
    }
    for kind in ["lasting", "file"] {
        for path in before.all(kind) {
            let held = after.of(kind, path) == before.of(kind, path);
            say(format!("{path} lasts through a reboot"), (!held).then_some(LOST));
        }
    }
    for path in before.all("missing") {
        let seen = "it is not there, nor is anything bound or linked to its place";
        say(format!("{path} lasts through a reboot"), Some(seen));
    }
    for path in before.all("link") {
        let held = after.of("link", path).or(after.of("file", path)).is_some();
        say(format!("{path} lasts through a reboot"), (!held).then_some(LOST));
    }
    let mut wiped = true;
    for folder in before.all("fleeting") {
        let stays = after.of("planted", folder).is_some();
        wiped &= !stays;
        say(format!("{folder} is wiped at a reboot"), stays.then_some(STAYED));
    }
    // On a root that stays nothing is lost, and what has changed was changed by its owner.
    if wiped {
        for lost in state::lost(declared, before, after) {
            tell(&mut survival, &lost);
        }
    }
    survival
}

/// A service's state must not be lost unsaid. A user's may be nothing but traces of a login.
fn tell(survival: &mut Survival, lost: &Lost) {
    let Lost { path, count, example, .. } = lost;
    let files = match count {
        1 if path == example => String::new(),
        1 => format!(" ({example})"),
        _ => format!(" ({count} files, such as {example})"),
    };
    let how = if lost.anew { "made anew, with other contents" } else { "lost" };
    let keep = lost.line.as_ref().map(|line| format!("; to keep it: {line}"));
    if lost.of_user {
        let keep = keep.unwrap_or_default();
        survival.advice.push(format!("{path} is {how} at a reboot{files}{keep}"));
    } else {
        // A line of Nix ends with a semicolon of its own.
        let keep = keep.unwrap_or_else(|| ";".to_owned());
        let seen = format!(
            "it is {how}{files}{keep} what may be lost goes to `nixfleet.impermanence.auditIgnore`"
        );
        survival.outcomes.push((format!("state in {path} lasts through a reboot"), Some(seen)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(before: &str, after: &str) -> Vec<String> {
        let declared = Declared { wiped: true, ..Declared::default() };
        let survival = judge(&declared, &Seen::read(before), &Seen::read(after));
        survival.outcomes.into_iter().filter(|(_, it)| it.is_some()).map(|(it, _)| it).collect()
    }

    const BEFORE: &str = "planted\t/var/log\t\nlasting\t/mnt/share\t7 100\nfile\t/etc/id\t8 100\n\
                          link\t/etc/adjtime\t\nfleeting\t/etc\t\n";
    const AFTER: &str = "planted\t/var/log\t\nlasting\t/mnt/share\t7 100\nfile\t/etc/id\t8 100\n\
                         file\t/etc/adjtime\t9 100\nlasting\t/etc\t1 200\n";

    #[test]
    fn what_lasts_and_what_is_wiped_is_told() {
        assert_eq!(failed(BEFORE, AFTER), Vec::<String>::new());
    }

    #[test]
    fn each_that_should_last_and_does_not_is_told() {
        assert_eq!(
            failed(BEFORE, "lasting\t/mnt/share\t7 300\nfile\t/etc/id\t8 300\n"),
            [
                "/var/log lasts through a reboot",
                "/mnt/share lasts through a reboot",
                "/etc/id lasts through a reboot",
                "/etc/adjtime lasts through a reboot",
            ]
        );
        assert_eq!(failed("missing\t/var/lib/db\t\n", ""), ["/var/lib/db lasts through a reboot"]);
    }

    #[test]
    fn what_should_be_gone_and_stays_is_told_and_nothing_is_lost_then() {
        let before = format!("{BEFORE}1 2 /var/lib/db/1\n");
        let after = format!("{AFTER}planted\t/etc\t\n");
        assert_eq!(failed(&before, &after), ["/etc is wiped at a reboot"]);
    }

    #[test]
    fn without_an_option_that_keeps_it_the_loss_alone_is_told() {
        let declared = Declared { wiped: true, ..Declared::default() };
        let survival = judge(&declared, &Seen::read("1 2 /var/lib/db/1\n"), &Seen::default());
        let [(_, Some(seen))] = &survival.outcomes[..] else { panic!("{survival:?}") };
        assert_eq!(
            seen,
            "it is lost (/var/lib/db/1); what may be lost goes to \
             `nixfleet.impermanence.auditIgnore`"
        );
    }

    #[test]
    fn state_of_a_service_that_is_lost_fails_and_a_users_is_advice() {
        let declared = Declared {
            wiped: true,
            option: Some("nixfleet.impermanence".into()),
            homes: [("/home/ops".to_owned(), "ops".to_owned())].into(),
            ..Declared::default()
        };
        let before = Seen::read("1 2 /var/lib/db/1\n1 2 /var/lib/db/2\n1 2 /home/ops/.zcompdump\n");
        let survival = judge(&declared, &before, &Seen::default());
        let [(assertion, Some(seen))] = &survival.outcomes[..] else { panic!("{survival:?}") };
        assert_eq!(assertion, "state in /var/lib/db lasts through a reboot");
        assert_eq!(
            seen,
            "it is lost (2 files, such as /var/lib/db/1); to keep it: \
             nixfleet.impermanence.files = [ \"/var/lib/db\" ]; what may be lost goes to \
             `nixfleet.impermanence.auditIgnore`"
        );
        assert_eq!(
            survival.advice,
            ["/home/ops/.zcompdump is lost at a reboot; to keep it: \
              nixfleet.impermanence.users.ops.files = [ \".zcompdump\" ];"]
        );
    }
}
