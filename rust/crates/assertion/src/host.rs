//! What must hold on every host: that it is the host that was built, up and open to its user.

mod script;

use std::collections::HashMap;

use nixfleet_inventory::keys::PublicKey;
use nixfleet_nix::Foreign;

/// What is known of a host before it boots.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// Its name.
    pub host: String,
    /// The system that was built, a store path.
    pub system: String,
    /// Its time zone.
    pub time_zone: String,
    /// Its primary user, if it has one.
    pub user: Option<String>,
    /// The keys that must open it, lines of `sshAuthorizedKeys`.
    pub keys: Vec<String>,
}

/// One of the checks: what is asserted, and what was seen when it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is asserted.
    pub title: Foreign,
    /// What was seen instead.
    pub seen: Option<Foreign>,
    /// The unit whose journal tells more.
    pub unit: Option<String>,
}

/// The script that collects everything in one call.
#[must_use]
pub fn script(expected: &Expected) -> String {
    script::collect(expected.user.as_deref().unwrap_or("root"))
}

/// Whether the guest has started all it will, so that waiting helps no more.
#[must_use]
pub fn is_settled(answer: &Foreign) -> bool {
    let facts = Facts::read(answer.raw());
    matches!(facts.one("state"), "running" | "degraded" | "maintenance")
}

/// Judges what the script wrote.
#[must_use]
pub fn judge(expected: &Expected, answer: &Foreign) -> Vec<Check> {
    let facts = Facts::read(answer.raw());
    let is = |title: String, wanted: &str, seen: &str, unit: Option<&str>| Check {
        title: title.into(),
        seen: (wanted != seen).then(|| it_is(seen)),
        unit: unit.map(str::to_owned),
    };
    let mut checks = vec![
        is(format!("the host name is {}", expected.host), &expected.host, facts.one("host"), None),
        is("multi-user.target is active".into(), "active", facts.one("target"), None),
        is("the SSH server is active".into(), "active", facts.one("sshd"), Some("sshd.service")),
        failed_units(&facts),
        is(
            "/run/current-system is the system that was built".into(),
            &expected.system,
            facts.one("system"),
            None,
        ),
        time_zone(expected, &facts),
    ];
    checks.extend(expected.user.as_ref().map(|user| primary_user(user, &facts)));
    for user in expected.user.iter().map(String::as_str).chain(["root"]) {
        checks.extend((!expected.keys.is_empty()).then(|| admitted(user, expected, &facts)));
    }
    checks
}

fn it_is(seen: &str) -> Foreign {
    format!("it is {}", Foreign::from(seen).excerpt()).into()
}

fn failed_units(facts: &Facts) -> Check {
    let failed = facts.all("failed");
    Check {
        title: "no unit has failed".into(),
        seen: (!failed.is_empty()).then(|| format!("failed: {}", failed.join(", ")).into()),
        unit: failed.first().map(|it| (*it).to_owned()),
    }
}

/// Zones have other names, and a link is followed to one of them: either may be the wanted one.
fn time_zone(expected: &Expected, facts: &Facts) -> Check {
    let wanted = expected.time_zone.as_str();
    let seen = [facts.one("zone-link"), facts.one("zone")];
    // Without /etc/localtime the time is UTC (localtime(5)).
    let same = seen.contains(&wanted)
        || (wanted == "UTC"
            && seen.iter().all(|it| it.is_empty() || it.ends_with("UTC") || *it == "Etc/UTC"));
    Check {
        title: format!("the time zone is {wanted}").into(),
        seen: (!same).then(|| it_is(seen[0])),
        unit: None,
    }
}

fn primary_user(user: &str, facts: &Facts) -> Check {
    Check {
        title: format!("the user {user} exists").into(),
        seen: (!facts.all("home").contains(&user)).then(|| "there is no such user".into()),
        unit: None,
    }
}

fn admitted(user: &str, expected: &Expected, facts: &Facts) -> Check {
    let there: Vec<PublicKey> = facts
        .all(&format!("key {user}"))
        .iter()
        .filter_map(|it| PublicKey::parse(it).ok())
        .collect();
    let lacking: Vec<String> = expected
        .keys
        .iter()
        .filter_map(|it| PublicKey::parse(it).ok())
        .filter(|it| !there.contains(it))
        .map(|it| it.to_string())
        .collect();
    Check {
        title: format!("{user} is admitted with each of the sshAuthorizedKeys").into(),
        seen: (!lacking.is_empty()).then(|| format!("not admitted: {}", lacking.join(", ")).into()),
        unit: None,
    }
}

/// What the script wrote: a word, a tab and a value a line.
struct Facts<'a>(HashMap<&'a str, Vec<&'a str>>);

impl<'a> Facts<'a> {
    fn read(answer: &'a str) -> Self {
        let mut facts: HashMap<_, Vec<_>> = HashMap::new();
        for (name, value) in answer.lines().filter_map(|it| it.split_once('\t')) {
            facts.entry(name).or_default().push(value.trim());
        }
        Self(facts)
    }

    fn one(&self, name: &str) -> &'a str {
        self.0.get(name).and_then(|it| it.first()).copied().unwrap_or_default()
    }

    fn all(&self, name: &str) -> Vec<&'a str> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS a";

    fn expected() -> Expected {
        Expected {
            host: "web-01".into(),
            system: "/nix/store/x-system".into(),
            time_zone: "Europe/Berlin".into(),
            user: Some("ops".into()),
            keys: vec![KEY.into()],
        }
    }

    fn answer() -> String {
        format!(
            "host\tweb-01\ntarget\tactive\nsshd\tactive\nstate\trunning\nsystem\t/nix/store/x-system\n\
             zone\tEurope/Berlin\nzone-link\tEurope/Berlin\nhome\troot\nkey root\t{KEY}\nhome\tops\nkey ops\t{KEY}\n"
        )
    }

    #[test]
    fn a_host_as_it_was_built_passes() {
        let checks = judge(&expected(), &answer().into());
        assert_eq!(checks.len(), 9);
        assert!(checks.iter().all(|it| it.seen.is_none()), "{checks:?}");
    }

    /// Each fact, spoilt, must fail its own check and no other.
    #[test]
    fn each_check_can_fail() {
        let spoilt = [
            ("host\tweb-01", "host\tother", "the host name"),
            ("target\tactive", "target\tinactive", "multi-user.target"),
            ("sshd\tactive", "sshd\t", "the SSH server"),
            ("state\trunning", "failed\tx.service", "no unit"),
            ("system\t/nix/store/x-system", "system\t/nix/store/y", "/run/current-system"),
            ("zone-link\tEurope/Berlin\nhome\troot", "zone-link\tUTC\nhome\troot", ""),
            ("home\tops", "home\tother", "the user ops"),
            (&format!("key ops\t{KEY}"), "", "ops is admitted"),
            (&format!("key root\t{KEY}"), "", "root is admitted"),
        ];
        for (from, to, title) in spoilt {
            let answer = answer();
            assert!(answer.contains(from));
            let checks = judge(&expected(), &answer.replace(from, to).into());
            let failed: Vec<_> = checks.iter().filter(|it| it.seen.is_some()).collect();
            if title.is_empty() {
                assert!(failed.is_empty(), "a link that leads to the zone is enough: {failed:?}");
            } else {
                assert!(
                    matches!(&failed[..], [one] if one.title.raw().starts_with(title)),
                    "{title}: {failed:?}"
                );
            }
        }
    }

    #[test]
    fn a_wrong_time_zone_is_seen() {
        let answer = answer().replace("Europe/Berlin", "Europe/Paris");
        let checks = judge(&expected(), &answer.into());
        assert!(checks.iter().any(|it| it.seen == Some("it is Europe/Paris".into())));
    }
}
