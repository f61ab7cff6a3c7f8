//! Whether an SSH server greets at an address. `ssh` says of a port that is silent no more than
//! that time ran out, so this looks first.

use std::io::{ErrorKind, Read};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use thiserror::Error;

/// To connect.
const CONNECT: Duration = Duration::from_secs(5);
/// For the greeting: an emulated guest under load takes its time.
const GREETING: Duration = Duration::from_secs(10);
/// A server may write lines of its own before its greeting (RFC 4253, section 4.2).
const LONGEST: usize = 8 * 1024;

/// Why no SSH server greets.
#[derive(Debug, Error)]
pub enum Trouble {
    #[error("the name `{0}` is not known")]
    UnknownName(String),
    #[error("{0} refuses the connection")]
    Refused(SocketAddr),
    #[error("{0} does not answer within {limit} s", limit = CONNECT.as_secs())]
    NoAnswer(SocketAddr),
    #[error("{0}: {1}")]
    Unreachable(SocketAddr, std::io::Error),
    #[error("{0} accepts the connection, and nothing comes within {limit} s", limit = GREETING.as_secs())]
    Silent(SocketAddr),
    #[error("{0} accepts the connection and closes it at once")]
    Closed(SocketAddr),
    #[error("{0} is not an SSH server: it greets with `{1}`")]
    NotSsh(SocketAddr, String),
}

impl Trouble {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::UnknownName(_) => {
                "write its address, or a name that DNS or your SSH configuration knows"
            }
            Self::Refused(_) => {
                "the machine is there, and nothing listens at the port: start its SSH server, or \
                 name its port with `--port`; the fleet's ISO, `nix build .#iso`, starts one"
            }
            Self::NoAnswer(_) | Self::Unreachable(..) => {
                "is the machine on, and its address right (`ip address` on its screen shows it)? \
                 Is it in this network, and no firewall in between?"
            }
            Self::Silent(_) | Self::Closed(_) => {
                "it may still boot, or something in between, such as a VM's or a router's port \
                 forwarding, accepts for a machine that does not listen: look at its screen, and \
                 try again"
            }
            Self::NotSsh(..) => "name the port of its SSH server with `--port`",
        }
    }
}

/// The line that the server greets with.
///
/// # Errors
/// When none comes.
pub fn greeting(host: &str, port: u16) -> Result<String, Trouble> {
    let unknown = || Trouble::UnknownName(host.to_owned());
    let addresses = (host, port).to_socket_addrs().map_err(|_| unknown())?;
    let mut trouble = unknown();
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return listen(stream, address),
            Err(error) => {
                trouble = match error.kind() {
                    ErrorKind::ConnectionRefused => Trouble::Refused(address),
                    ErrorKind::TimedOut => Trouble::NoAnswer(address),
                    _ => Trouble::Unreachable(address, error),
                }
            }
        }
    }
    Err(trouble)
}

fn listen(mut stream: TcpStream, address: SocketAddr) -> Result<String, Trouble> {
    let end = Instant::now() + GREETING;
    let mut heard = Vec::new();
    let mut step = [0; 256];
    loop {
        let text = String::from_utf8_lossy(&heard);
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        if let Some(line) = whole.lines().find(|line| line.starts_with("SSH-")) {
            return Ok(line.trim_end().to_owned());
        }
        let left = end.saturating_duration_since(Instant::now());
        // A time limit of zero would be none.
        let _ = stream.set_read_timeout(Some(left.max(Duration::from_millis(1))));
        let count = match stream.read(&mut step) {
            _ if left.is_zero() || heard.len() > LONGEST => None,
            Ok(0) => None,
            Ok(count) => Some(count),
            Err(error) if error.kind() == ErrorKind::Interrupted => Some(0),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut if heard.is_empty() => {
                    return Err(Trouble::Silent(address));
                }
                _ => None,
            },
        };
        match (count, text.lines().next()) {
            (Some(count), _) => heard.extend_from_slice(&step[..count]),
            (None, Some(line)) => {
                let line = line.chars().take(80).collect();
                return Err(Trouble::NotSsh(address, line));
            }
            (None, None) => return Err(Trouble::Closed(address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{Shutdown, TcpListener};
    use std::thread;

    use super::*;

    /// What is heard from a server that says this and hangs up.
    fn heard(words: &'static [u8]) -> Result<String, String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.write_all(words).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
        });
        let heard = greeting("127.0.0.1", address.port());
        server.join().unwrap();
        heard.map_err(|it| it.to_string().replace(&address.to_string(), "it"))
    }

    #[test]
    fn an_ssh_server_is_told_from_others() {
        assert_eq!(heard(b"SSH-2.0-x y\r\n").unwrap(), "SSH-2.0-x y");
        assert_eq!(heard(b"welcome\r\nSSH-2.0-x\r\n").unwrap(), "SSH-2.0-x");
        assert_eq!(
            heard(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap_err(),
            "it is not an SSH server: it greets with `HTTP/1.1 400 Bad Request`"
        );
        assert_eq!(heard(b"").unwrap_err(), "it accepts the connection and closes it at once");
    }

    #[test]
    fn a_closed_port_and_an_unknown_name_are_told() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(matches!(greeting("127.0.0.1", port), Err(Trouble::Refused(_))));
        assert!(matches!(greeting("no-such-host.invalid", 22), Err(Trouble::UnknownName(_))));
    }
}
