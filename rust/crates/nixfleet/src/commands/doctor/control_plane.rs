//! The control plane: whether it can do its work, and hosts find it.

mod machine;

use nixfleet_inventory::Inventory;
use nixfleet_rollout::{HostView, Standing, Trouble, TroubleKind, View};

use super::finding::Finding;
use crate::commands::control_plane::{Door, Status};
use crate::error::Plane;
use crate::text::quote::{listed, quote};

/// What is known here, to compare with.
#[derive(Debug, Default)]
pub struct Known {
    /// The fleet's name.
    pub fleet: Option<String>,
    /// The key of the control plane that the fleet pins.
    pub key: Option<String>,
    /// The newest release that was made here.
    pub newest: Option<u64>,
}

impl Known {
    /// What a fleet says.
    pub fn of(inventory: &Inventory, newest: Option<u64>) -> Self {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let key = text(&inventory.release["controlPlane"]["key"]);
        Self { fleet: text(&inventory.name), key, newest }
    }
}

/// Asks it, and looks at what it says.
pub fn findings(door: &Door, known: &Known) -> Vec<Finding> {
    let status = match door.status() {
        Ok(status) => status,
        Err(plane) => return vec![unreached(&plane)],
    };
    let answers = format!("it answers at {}", door.place());
    let mut findings = vec![Finding::fine("control-plane", answers)];
    findings.extend(machine::findings(door, known.key.as_deref()));
    findings.extend(itself(&status, known));
    // None before the first release.
    if status.release.is_some() {
        findings.push(door.view().map_or_else(|plane| unreached(&plane), |it| hosts(&it)));
    }
    findings
}

fn unreached(plane: &Plane) -> Finding {
    let help = plane.help().unwrap_or_else(|| {
        "`journalctl -u nixfleet-control-plane` on its machine says how it is".to_owned()
    });
    Finding::lacking("control-plane", plane.to_string(), help)
}

fn itself(status: &Status, known: &Known) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(ours) = known.fleet.as_ref().filter(|it| **it != status.fleet) {
        findings.push(Finding::lacking(
            "fleet",
            format!("it is of the fleet {}, and this is {}", quote(&status.fleet), quote(ours)),
            "name the right machine with `--control-plane HOST`",
        ));
    }
    if status.trouble.is_none() {
        findings.push(Finding::fine("writing", "it has written down all that it heard"));
    }
    findings.push(release(status.release.as_ref().map(|it| it.sequence), known.newest));
    findings.extend(status.troubles().into_iter().map(trouble));
    findings
}

fn trouble(it: Trouble) -> Finding {
    let (what, help) = (it.what, it.help);
    match it.kind {
        TroubleKind::Unwritten => Finding::lacking("writing", what, help),
        TroubleKind::Ahead => Finding::lacking("release", what, help),
        TroubleKind::WithoutKey => Finding::note("host-keys", what, help),
        TroubleKind::Doubled => Finding::lacking("host-keys", what, help),
    }
}

fn release(theirs: Option<u64>, ours: Option<u64>) -> Finding {
    const PUBLISH: &str = "`nixfleet release publish --to control-plane://HOST`";
    match (theirs, ours) {
        (None, None) => Finding::note(
            "release",
            "it has none, and none was made here",
            "`nixfleet release --to control-plane://HOST` makes the first",
        ),
        (None, Some(ours)) => {
            Finding::lacking("release", format!("it has none, and {ours} was made here"), PUBLISH)
        }
        (Some(theirs), Some(ours)) if theirs < ours => {
            let text = format!("it has {theirs}, and {ours} was made here");
            Finding::note("release", text, PUBLISH)
        }
        (Some(theirs), _) => Finding::fine("release", format!("it has {theirs}")),
    }
}

/// Those that it has not heard of.
fn hosts(view: &View) -> Finding {
    let named = |is: fn(&HostView) -> bool| -> Vec<String> {
        view.hosts.iter().filter(|it| is(it)).map(|it| it.name.clone()).collect()
    };
    let never = named(|it| it.seen.is_none());
    let away = named(|it| {
        let away = [Standing::Offline, Standing::Silent, Standing::Unheard];
        away.contains(&it.standing) && it.seen.is_some()
    });
    let parts = [("never seen", &never), ("not seen lately", &away)];
    let parts = parts.iter().filter(|(_, names)| !names.is_empty());
    let parts: Vec<_> = parts.map(|(what, names)| format!("{what}: {}", listed(names))).collect();
    if parts.is_empty() {
        let count = view.hosts.len();
        return Finding::fine("hosts", format!("it has heard of all {count} lately"));
    }
    let help = "`nixfleet doctor --agent root@HOST` says what keeps a host's agent from asking";
    Finding::note("hosts", parts.join("; "), help)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Status as How;
    use super::*;

    fn lines(status: serde_json::Value, known: &Known) -> Vec<(How, String)> {
        let status: Status = serde_json::from_value(status).unwrap();
        itself(&status, known).into_iter().map(|it| (it.status, it.text)).collect()
    }

    #[test]
    fn what_it_says_is_judged_beside_the_fleet() {
        let known = Known { fleet: Some("home".into()), key: None, newest: Some(41) };
        let fine =
            serde_json::json!({ "fleet": "home", "release": { "sequence": 41 }, "later": 1 });
        assert!(lines(fine, &known).iter().all(|it| it.0 == How::Fine));
        let found = lines(
            serde_json::json!({ "fleet": "work", "trouble": "database or disk is full", "ahead": ["a"], "aheadMore": 9_990,
                "release": { "sequence": 40, "withoutKey": ["b"] }, "doubled": [{ "host": "c", "addresses": ["10.0.0.1", "10.0.0.2"] }] }),
            &known,
        );
        for (at, (status, words)) in [
            (How::Lacking, "of the fleet `work`, and this is `home`"),
            (How::Note, "it has 40, and 41 was made here"),
            (
                How::Lacking,
                "nothing can be written down, so no host is let go: database or disk is full",
            ),
            (How::Lacking, "a newer release is known at a and 9990 more"),
            (How::Note, "the release has no key of b"),
            (How::Lacking, "with the key of c (at 10.0.0.1 and 10.0.0.2)"),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(found[at].0 == status && found[at].1.contains(words), "{:?}", found[at]);
        }
        assert_eq!(found.len(), 6);
    }
}
