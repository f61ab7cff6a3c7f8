//! What the control plane knows of the hosts, in the words of `status`.

use jiff::Timestamp;
use nixfleet_nix::{Foreign, visible};
use nixfleet_rollout::{HostView, Standing, View};

use super::show::{Fleet, Known, Row, Source};
use crate::commands::control_plane::Door;
use crate::error::Error;

/// Asks it.
pub fn look(door: &Door, names: &[String]) -> Result<Fleet, Error> {
    let itself = door.status()?;
    let view = itself.release.is_some().then(|| door.view()).transpose()?;
    let mut notes: Vec<String> = view.iter().map(|it| shown(&it.sentence)).collect();
    notes.extend(itself.notes());
    let release =
        view.as_ref().map(|it| Known { number: it.sequence, fleet: itself.fleet.clone() });
    let hosts = names.iter().map(|name| row(view.as_ref(), name)).collect();
    Ok(Fleet { source: Source::ControlPlane, release, notes, hosts })
}

fn shown(text: &str) -> String {
    Foreign::from(text).excerpt()
}

fn row(view: Option<&View>, name: &str) -> Row {
    let host = view.and_then(|it| Some((it, it.hosts.iter().find(|host| host.name == name)?)));
    match (view, host) {
        (Some(_), Some((view, host))) => of(view, host),
        (Some(view), None) => {
            let why = format!("release {} does not have it: the next one will", view.sequence);
            Row { why: Some(why), ..Row::new(name, "free") }
        }
        (None, _) => Row::new(name, "free"),
    }
}

fn of(view: &View, host: &HostView) -> Row {
    let before = |at: Timestamp| u64::try_from(view.at.duration_since(at).as_secs()).unwrap_or(0);
    let arrived = host.standing == Standing::Arrived;
    Row {
        runs: host.running.as_deref().map(|it| visible(it).into_owned()),
        since: host.since.map(before),
        seen: host.seen.map(before),
        should: Some(visible(&host.system).into_owned()),
        release: arrived.then_some(view.sequence),
        why: (!arrived).then(|| shown(&host.sentence)),
        ..Row::new(&host.name, word(host.standing))
    }
}

/// The word that has the same meaning where hosts are asked.
fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Arrived => "current",
        Standing::OnTheWay => "underway",
        Standing::Going | Standing::Waiting => "waiting",
        Standing::Offline | Standing::Unheard | Standing::Silent => "offline",
        Standing::Failed => "failed",
        Standing::Held => "held",
        Standing::Skipped => "skipped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_the_release_lacks_is_told() {
        let view: View = serde_json::from_value(serde_json::json!({
            "apiVersion": 1, "sequence": 7, "began": "2026-11-26T00:00:00Z", "at": "2026-11-26T01:00:00Z",
            "state": "running", "sentence": "", "tally": nixfleet_rollout::Tally::default(), "waves": [],
            "hosts": [{ "name": "a", "wave": "w", "standing": "silent", "since": "2026-11-26T00:59:00Z",
                "may": "go", "again": false, "sentence": "a is \u{1b}[2J silent", "running": "/nix/store/\u{1b}old",
                "system": "/nix/store/new", "seen": "2026-11-26T02:00:00Z" }],
        }))
        .unwrap();
        let lacking = row(Some(&view), "b");
        assert_eq!(lacking.state, "free");
        assert!(lacking.why.unwrap().contains("release 7 does not have it"));
        let silent = row(Some(&view), "a");
        assert_eq!((silent.state, silent.since, silent.seen), ("offline", Some(60), Some(0)));
        assert!(
            !silent.why.unwrap().contains('\u{1b}') && !silent.runs.unwrap().contains('\u{1b}')
        );
        assert_eq!(row(None, "a").state, "free");
    }
}
