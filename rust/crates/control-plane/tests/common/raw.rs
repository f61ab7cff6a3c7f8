//! A connection on which anything can be sent.

use std::io::Read;

use nixfleet_link::{HostKey, client_config};

use super::LIMITS;
use super::plane::Plane;

/// A connection on which anything can be sent.
pub struct Raw(rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>);

impl Raw {
    /// What comes first.
    pub fn answer(&mut self) -> String {
        let (mut answer, mut read) = (vec![0; 64 * 1024], 0);
        let is_whole = |it: &[u8]| {
            let head = it.windows(4).position(|it| it == b"\r\n\r\n").map(|end| &it[..end + 4]);
            let is_empty =
                |head: &[u8]| String::from_utf8_lossy(head).contains("content-length: 0\r");
            head.is_some_and(|head| head.len() < it.len() || is_empty(head))
        };
        while !is_whole(&answer[..read]) {
            match self.read(&mut answer[read..]) {
                Ok(0) | Err(_) => break,
                Ok(more) => read += more,
            }
        }
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }
}

impl std::ops::Deref for Raw {
    type Target = rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Raw {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

pub fn raw(plane: &Plane, seed: u8) -> Raw {
    let key = HostKey::of_seed(&[seed; 32]).unwrap();
    let pin = HostKey::of_seed(&[2; 32]).unwrap().public();
    let name = rustls::pki_types::ServerName::try_from("control-plane").unwrap();
    let tls = rustls::ClientConnection::new(client_config(&key, pin).unwrap(), name).unwrap();
    let socket = std::net::TcpStream::connect(&plane.address).unwrap();
    socket.set_read_timeout(Some(LIMITS.answer)).unwrap();
    Raw(rustls::StreamOwned::new(tls, socket))
}
