//! The real `ssh`.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::client;
use super::knock::Knock;
use super::shared::Shared;
use super::{Connection, Remote, SshError, Target};
use crate::Cancel;
use nixfleet_assertion::Ran;

/// The `ssh` on PATH.
#[derive(Debug, Default)]
pub struct Ssh {
    knocks: Mutex<HashMap<u16, Knock>>,
    cancel: Cancel,
}

impl Ssh {
    /// An `ssh` whose commands end when the user wants the work to end.
    #[must_use]
    pub fn new(cancel: Cancel) -> Self {
        Self { knocks: Mutex::default(), cancel }
    }
}

impl Remote for Ssh {
    fn answers(&self, port: u16) -> bool {
        let mut knocks = self.knocks.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = knocks.entry(port).or_default().answers(port);
        if answers {
            knocks.remove(&port);
        }
        answers
    }

    fn run(&self, target: &Target, script: &str, limit: Duration) -> Result<Ran, SshError> {
        client::run(target, script, limit, &self.cancel)
    }

    fn connect(&self, target: &Target, limit: Duration) -> Box<dyn Connection> {
        Box::new(Shared::start(target, limit, self.cancel.clone()))
    }

    fn holds(&self, port: u16, during: &mut dyn FnMut() -> bool) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(2)) else {
            return false;
        };
        let held = during();
        // QEMU accepts before it asks the guest, and hangs up when that refuses.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        let open = match stream.read(&mut [0; 1]) {
            Ok(read) => read > 0,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        };
        held && open
    }
}
