use std::net::TcpListener;
use std::thread;

use rustls::ServerConnection;

use super::*;
use crate::{HostKey, client_config, peer_key, server_config};

const LIMITS: Limits =
    Limits { connect: Duration::from_secs(5), answer: Duration::from_millis(400) };

fn key(of: u8) -> HostKey {
    HostKey::of_seed(&[of; 32]).unwrap()
}

/// A control plane of key 1 that writes these answers, a pause between them, and the key that
/// it saw.
fn server(answers: Vec<Vec<u8>>) -> (String, thread::JoinHandle<Option<crate::PublicKey>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let handle = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let tls = ServerConnection::new(server_config(&key(1)).unwrap()).unwrap();
        let mut stream = StreamOwned::new(tls, socket);
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).ok()?;
        for answer in answers {
            if stream.write_all(&answer).is_err() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        peer_key(stream.conn.peer_certificates())
    });
    (address, handle)
}

fn asked(pin: u8, answers: Vec<Vec<u8>>) -> Result<Reply, String> {
    let (address, _) = server(answers);
    let config = client_config(&key(2), key(pin).public()).unwrap();
    let mut connection = Connection::open(&address, &config, LIMITS)?;
    connection.ask("GET", "/", &[], b"", 10, LIMITS.answer)
}

#[test]
fn both_know_each_other_by_their_keys() {
    let (address, server) =
        server(vec![b"HTTP/1.1 200 OK\r\netag: \"x\"\r\ncontent-length: 2\r\n\r\n{}".to_vec()]);
    let config = client_config(&key(2), key(1).public()).unwrap();
    let mut connection = Connection::open(&address, &config, LIMITS).unwrap();
    let reply = connection.ask("GET", "/", &[], b"", 10, LIMITS.answer).unwrap();
    assert_eq!(
        (reply.status, reply.etag.as_deref(), reply.body),
        (200, Some("\"x\""), b"{}".to_vec())
    );
    assert_eq!(server.join().unwrap(), Some(key(2).public()));
}

#[test]
fn a_control_plane_with_another_key_is_not_spoken_to() {
    assert!(asked(3, vec![]).unwrap_err().contains("another key than the configuration names"));
}

#[test]
fn an_answer_comes_whole_in_time_and_within_its_size_or_not_at_all() {
    let said = |answers: Vec<&[u8]>| {
        asked(1, answers.into_iter().map(<[u8]>::to_vec).collect()).unwrap_err()
    };
    assert!(
        said(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n"]).contains("11 bytes, and 10")
    );
    assert!(
        said(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}"])
            .contains("closed the connection")
    );
    assert!(said(vec![b"HTTP/1.1 200 OK\r\n\r\n"]).contains("how long it is"));
    assert!(said(vec![b"hello, who is there?\r\n\r\n"]).contains("does not speak HTTP"));
    assert!(said(vec![]).contains("closed the connection"));
    let mut slow: Vec<&[u8]> = vec![b"HTTP/1.1 200 OK\r\nx: "];
    slow.extend(std::iter::repeat_n(b"x".as_slice(), 100));
    assert!(said(slow).contains("took too long"));
    let endless = vec![b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'x'; 64 * 1024]];
    assert!(asked(1, endless).unwrap_err().contains("no end to its headers"));
}
