//! The reboot: the guest goes down for it, and a machine of the same disks starts afresh. QEMU tells
//! when the guest is down, so that nothing is asked of one that goes; and started anew, it does not
//! execute the firmware's reset under emulation, which takes minutes.

use std::fs;

use crate::run::{Run, Running};
use crate::{Error, Phase};

/// Reboots a guest and waits until it admits us again. `start` starts its machine. Whether it still
/// has the SSH host key that it had.
///
/// # Errors
/// When it does not go down or come back.
pub fn reboot(
    run: &mut Run,
    running: &mut Running,
    start: &dyn Fn(&Run, u16) -> Result<Running, Error>,
) -> Result<bool, Error> {
    run.world.observer.step(&run.plan.host, &"reboot".into());
    running.machine.end_on_restart()?;
    // In the background: the connection need not end with the guest.
    let script = "sync; (sleep 0.3; systemctl reboot) </dev/null >/dev/null 2>&1 &";
    run.power_off(Phase::PowerOff, running, script)?;

    // A key that is made anew at each boot would be taken for another host's.
    let known = host_key(running);
    crate::files::remove(&running.root.known_hosts)?;
    *running = start(run, running.root.port)?;
    run.wait_for_ssh(Phase::WaitHost, running)?;
    Ok(known == host_key(running))
}

/// The host key that was seen, without the port of its host.
fn host_key(running: &Running) -> Option<String> {
    let known = fs::read_to_string(&running.root.known_hosts).ok()?;
    Some(known.lines().next()?.split_once(' ')?.1.to_owned())
}
