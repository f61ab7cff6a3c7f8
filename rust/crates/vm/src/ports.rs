//! Free ports of 127.0.0.1.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// A free port: `wanted` when it is free, else one that the kernel chooses.
///
/// Another program may take it before QEMU does. QEMU then says so, and is started with another.
///
/// # Errors
/// When there is none.
pub fn free(wanted: Option<u16>) -> io::Result<u16> {
    if let Some(port) = wanted.filter(|it| *it != 0)
        && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
    {
        return Ok(port);
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr().map(|it| it.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wanted_port_is_kept_unless_it_is_taken() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free(Some(port)).unwrap(), port);
        drop(taken);
        assert_eq!(free(Some(port)).unwrap(), port);
    }
}
