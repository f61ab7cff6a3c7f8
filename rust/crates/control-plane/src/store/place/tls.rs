//! Whether a server has to prove who it is, and to whom, as its address says.

use std::net::IpAddr;
use std::path::PathBuf;

use tokio_postgres::config::{Host, SslMode};

/// Whose certificates are trusted, where nothing else is said: those that the machine trusts.
pub(super) const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What an address says of TLS, in libpq's words.
pub(super) struct Tls {
    verifies: Option<bool>,
    /// The file with the certificates of who may vouch for the server.
    pub(super) roots: PathBuf,
}

impl Tls {
    /// Takes it out of an address. A server that is asked for TLS proves who it is, always.
    pub(super) fn of(address: &str) -> Result<(String, Self), String> {
        let mut tls = Self { verifies: None, roots: ROOTS.into() };
        let Some((head, query)) = address.split_once('?') else {
            return Ok((address.to_owned(), tls));
        };
        let mut rest = Vec::new();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", mode)) => {
                    tls.verifies = Some(match mode {
                        "disable" => false,
                        "require" | "verify-full" => true,
                        mode => {
                            return Err(format!(
                                "`sslmode={}` would trust who has not proved to be the database: write `sslmode=verify-full`, or `sslmode=disable` where its network is your own",
                                nixfleet_nix::visible(mode)
                            ));
                        }
                    });
                }
                Some(("sslrootcert", path)) => {
                    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
                    tls.roots = path.into_owned().into();
                }
                _ => rest.push(pair),
            }
        }
        Ok((format!("{head}?{}", rest.join("&")), tls))
    }

    /// Whether a server has to prove who it is. Not said, it has to unless it is on this machine.
    pub(super) fn mode(&self, hosts: &[Host]) -> SslMode {
        let verifies = self.verifies.unwrap_or_else(|| !hosts.iter().all(is_here));
        if verifies { SslMode::Require } else { SslMode::Disable }
    }
}

/// Whether nobody is between here and there.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
        }
    }
}
