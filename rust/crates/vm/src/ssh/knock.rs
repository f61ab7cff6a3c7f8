//! Finding out, often and cheaply, whether an SSH server answers.
//!
//! QEMU's user network accepts a connection at once, whether or not the guest listens, and tries
//! the guest ever more rarely. So a connection that was begun early answers late: a new one is
//! begun each second, and the older ones are kept a while, for a slow guest to answer. A guest that
//! refuses one has its network up, and its server is near: it is asked again sooner.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Between two new connections.
const PAUSE: Duration = Duration::from_secs(1);

/// The same once the guest has refused one, which costs it next to nothing.
const PAUSE_REFUSED: Duration = Duration::from_millis(200);

/// Kept open at a time. Each that the server sees end without a login counts against us, and
/// `OpenSSH` shuts out who has fifteen seconds' worth of such (`PerSourcePenalties` in `sshd_config(5)`).
const KEPT: usize = 8;

/// Connections to one port that wait for an answer.
#[derive(Debug, Default)]
pub struct Knock {
    waiting: Vec<TcpStream>,
    begun: Option<Instant>,
    refused: bool,
}

impl Knock {
    /// Whether a server has answered with the greeting of SSH.
    pub fn answers(&mut self, port: u16) -> bool {
        let mut answered = false;
        self.waiting.retain_mut(|stream| {
            let mut greeting = [0; 4];
            match stream.read(&mut greeting) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Ok(0) | Err(_) => self.refused = true,
                Ok(count) => answered |= &greeting[..count] == b"SSH-",
            }
            false
        });
        if answered {
            self.waiting.clear();
            return true;
        }
        let pause = if self.refused { PAUSE_REFUSED } else { PAUSE };
        if self.begun.is_none_or(|it| it.elapsed() >= pause) {
            self.begun = Some(Instant::now());
            self.refused = false;
            if self.waiting.len() == KEPT {
                self.waiting.remove(0);
            }
            self.waiting.extend(connect(port));
        }
        false
    }
}

fn connect(port: u16) -> Option<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok()?;
    stream.set_nonblocking(true).ok()?;
    Some(stream)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    fn answers_within(knock: &mut Knock, port: u16, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if knock.answers(port) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }

    #[test]
    fn only_the_greeting_of_ssh_is_an_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            // The first says nothing, the second something else, the third is an SSH server.
            let silent = listener.accept().unwrap();
            listener.accept().unwrap().0.write_all(b"HTTP/1.1 400").unwrap();
            listener.accept().unwrap().0.write_all(b"SSH-2.0-x\r\n").unwrap();
            silent
        });
        let mut knock = Knock::default();
        assert!(!answers_within(&mut knock, port, Duration::from_millis(1500)));
        assert!(answers_within(&mut knock, port, Duration::from_secs(5)));
        server.join().unwrap();
    }

    /// Ten of them take two seconds, where ten that stay open take ten.
    #[test]
    fn who_refuses_is_asked_again_soon() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            (0..10).for_each(|_| drop(listener.accept().unwrap()));
            listener.accept().unwrap().0.write_all(b"SSH-2.0-x\r\n").unwrap();
        });
        assert!(answers_within(&mut Knock::default(), port, Duration::from_secs(8)));
        server.join().unwrap();
    }
}
