//! A connection to a control plane: HTTP/1.1 over TLS, one request at a time, by a blocking socket,
//! which one thread can wait at and another close.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::keep_alive::keep_alive;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

/// The most bytes of an answer's head.
const HEAD_BYTES: usize = 16 * 1024;
/// The most lines of an answer's head.
const HEADERS: usize = 64;

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the server is reached, and has proved who it is.
    pub connect: Duration,
    /// For a whole answer; one that drips for ever is left.
    pub answer: Duration,
}

/// An open connection.
pub struct Connection {
    stream: StreamOwned<ClientConnection, Timed>,
    address: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP's status.
    pub status: u16,
    /// The mark of this version of what was asked for.
    pub etag: Option<String>,
    /// What was asked for.
    pub body: Vec<u8>,
}

/// A socket whose every read and write ends when the time is over.
struct Timed {
    socket: TcpStream,
    until: Instant,
}

impl Connection {
    /// Reaches a control plane, `HOST:PORT`, and has it prove who it is.
    ///
    /// # Errors
    /// When it does not answer, or has another key, in a sentence.
    pub fn open(address: &str, config: &Arc<ClientConfig>, limits: Limits) -> Result<Self, String> {
        let failed = |error: io::Error| format!("`{address}` does not answer: {}", reason(&error));
        let until = Instant::now() + limits.connect;
        let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
        let mut reached = None;
        for candidate in address.to_socket_addrs().map_err(failed)? {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            match TcpStream::connect_timeout(&candidate, left) {
                Ok(socket) => {
                    reached = Some(socket);
                    break;
                }
                Err(error) => last = error,
            }
        }
        let socket = reached.ok_or_else(|| failed(last))?;
        socket.set_nodelay(true).map_err(failed)?;
        keep_alive(&socket);
        // Never sent, and never compared: the key says who it is.
        let name = ServerName::try_from("control-plane").map_err(|error| error.to_string())?;
        let tls = ClientConnection::new(config.clone(), name).map_err(|error| error.to_string())?;
        let mut stream = StreamOwned::new(tls, Timed { socket, until });
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(failed)?;
        }
        Ok(Self { stream, address: address.to_owned() })
    }

    /// The socket, for who wants to end the waiting.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn socket(&self) -> io::Result<TcpStream> {
        self.stream.sock.socket.try_clone()
    }

    /// Asks, and waits for the answer, which may have so many bytes. After an error the connection
    /// is not used again.
    ///
    /// # Errors
    /// When no whole answer comes in time, in a sentence.
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        limit: usize,
        within: Duration,
    ) -> Result<Reply, String> {
        self.stream.sock.until = Instant::now() + within;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: control-plane\r\nuser-agent: nixfleet/{}\r\ncontent-length: {}\r\n",
            env!("CARGO_PKG_VERSION"),
            body.len()
        );
        for (name, value) in headers {
            let _ = write!(request, "{name}: {value}\r\n");
        }
        request.push_str("\r\n");
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        let sent = self.stream.write_all(&bytes).and_then(|()| self.stream.flush());
        sent.and_then(|()| self.reply(limit)).map_err(|error| {
            let _ = self.stream.sock.socket.shutdown(Shutdown::Both);
            format!("`{}` does not answer: {}", self.address, reason(&error))
        })
    }

    fn reply(&mut self, limit: usize) -> io::Result<Reply> {
        let mut read = Vec::new();
        let (status, etag, length, body) = loop {
            if read.len() > HEAD_BYTES {
                return Err(broken("its answer has no end to its headers"));
            }
            self.more(&mut read)?;
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut response = httparse::Response::new(&mut headers);
            let parsed = response.parse(&read).map_err(|_| broken("it does not speak HTTP"))?;
            if let httparse::Status::Complete(body) = parsed {
                let header = |name: &str| {
                    let found =
                        response.headers.iter().find(|it| it.name.eq_ignore_ascii_case(name));
                    found.and_then(|it| std::str::from_utf8(it.value).ok()).map(str::to_owned)
                };
                let status = response.code.unwrap_or_default();
                let length = match header("content-length") {
                    None if status == 304 || status == 204 => 0,
                    None => return Err(broken("its answer does not say how long it is")),
                    Some(it) => {
                        it.parse().map_err(|_| broken("its answer's length is no number"))?
                    }
                };
                break (status, header("etag"), length, body);
            }
        };
        if length > limit {
            return Err(broken(&format!(
                "its answer has {length} bytes, and {limit} are the most"
            )));
        }
        let mut body = read.split_off(body);
        while body.len() < length {
            self.more(&mut body)?;
        }
        body.truncate(length);
        Ok(Reply { status, etag, body })
    }

    fn more(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        let mut buffer = [0; 8192];
        match self.stream.read(&mut buffer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            some => {
                into.extend_from_slice(&buffer[..some]);
                Ok(())
            }
        }
    }
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        match self.until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(left),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.left()?))?;
        self.socket.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.left()?))?;
        self.socket.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// What happened, for people.
fn reason(error: &io::Error) -> String {
    let tls = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    match (tls, error.kind()) {
        (
            Some(rustls::Error::InvalidCertificate(
                rustls::CertificateError::ApplicationVerificationFailure,
            )),
            _,
        ) => "it has another key than the configuration names, `controlPlane.key`".into(),
        (_, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) => "it took too long".into(),
        (_, io::ErrorKind::UnexpectedEof) => "it closed the connection".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
