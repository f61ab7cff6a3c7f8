//! Finding out that nobody is at the other end any more: a machine that lost its power, or its
//! network, says nothing.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt;

/// From when on a silent connection is asked whether anybody is there, and how often.
const ASK_AFTER: Duration = Duration::from_secs(30);
const ASK_EVERY: Duration = Duration::from_secs(10);
/// How many times before it is given up.
const ASK_TIMES: u32 = 3;

/// Has the kernel ask whether anybody is at the other end, so that one who is gone is known a minute
/// later. Where it cannot, the limits of waiting hold alone.
pub fn keep_alive(socket: impl AsFd) {
    let _ = sockopt::set_socket_keepalive(&socket, true);
    let _ = sockopt::set_tcp_keepidle(&socket, ASK_AFTER);
    let _ = sockopt::set_tcp_keepintvl(&socket, ASK_EVERY);
    let _ = sockopt::set_tcp_keepcnt(&socket, ASK_TIMES);
    // The same for what was sent and is not received.
    #[cfg(target_os = "linux")]
    let _ = sockopt::set_tcp_user_timeout(&socket, 60_000);
}
