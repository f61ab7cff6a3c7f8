//! Guests that QEMU has paused: for want of space, for errors, or since somebody asked it to.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::qmp::Qmp;
use crate::Cancel;
use crate::hypervisor::Status;

/// How long QEMU may take to greet who only looks: it talks to one at a time.
const LOOK_LIMIT: Duration = Duration::from_millis(500);

/// What stopped the guest of a QEMU that runs, by its control socket; `None` where nothing did, or
/// where it does not say.
#[must_use]
pub fn stop_of(socket: &Path) -> Option<Status> {
    stop(&mut Qmp::connect(socket, LOOK_LIMIT, &Cancel::default()).ok()?)
}

/// QEMU's word for how the guest is.
pub fn query(qmp: &mut Qmp) -> Option<String> {
    let answer = qmp.execute("query-status", None).ok()?;
    answer["status"].as_str().map(str::to_owned)
}

/// Why a guest does not run, as QEMU has it (`RunState` in its `qapi/run-state.json`).
pub fn stop(qmp: &mut Qmp) -> Option<Status> {
    let status = query(qmp)?;
    match &*status {
        "io-error" => {
            let disks = qmp.execute("query-block", None).unwrap_or_default();
            let is_full = |it: &Value| it["io-status"] == "nospace";
            let full = disks.as_array().is_some_and(|it| it.iter().any(is_full));
            Some(if full { Status::DiskFull } else { paused_by("an error of its disk") })
        }
        "internal-error" => Some(paused_by(&status)),
        "paused" => Some(paused_by("somebody asked it to")),
        _ => None,
    }
}

/// A guest that QEMU has paused.
pub fn paused_by(reason: &str) -> Status {
    Status::Failed(format!("QEMU paused the guest: {reason}").into())
}
