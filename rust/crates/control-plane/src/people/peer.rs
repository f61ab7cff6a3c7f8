//! Who opened the socket.

use std::fs;

use tokio::net::{TcpStream, UnixStream};

/// The user at the other end of the socket, as the kernel says it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The user's name, or number.
    pub user: String,
}

impl Peer {
    /// Who opened a socket.
    #[must_use]
    pub fn of_socket(stream: &UnixStream) -> Self {
        let user = stream.peer_cred().map_or_else(|_| "?".into(), |it| name_of(it.uid()));
        Self { user }
    }

    /// Nobody knows who asks by an address.
    #[must_use]
    pub fn of_address(_: &TcpStream) -> Self {
        Self { user: "?".into() }
    }
}

/// The name of a user, from the file of users: one that only a directory knows is named by number.
fn name_of(id: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let id = id.to_string();
    let is_it = |line: &&str| line.split(':').nth(2) == Some(&id);
    let name = users.lines().find(is_it).and_then(|it| it.split(':').next());
    name.map_or_else(|| format!("user {id}"), str::to_owned)
}
