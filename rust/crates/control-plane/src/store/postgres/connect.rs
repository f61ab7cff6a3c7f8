//! How a server is reached: in the clear on this machine, elsewhere by TLS, in which it proves by a
//! certificate who it is.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use nixfleet_link::Clock;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::Server;
use super::trouble::Trouble;

/// What a server may take to let somebody in, with all that comes before.
const CONNECT: Duration = Duration::from_secs(10);
/// The most bytes of the file with who may vouch; Mozilla's 150 are 250 KB.
const ROOT_BYTES: u64 = 16 * 1024 * 1024;

/// What comes and goes on a connection. Somebody has to drive it.
pub(super) type Driver = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// Connects.
pub(super) async fn connect(server: &Server) -> Result<(Client, Driver), Trouble> {
    let by_tls = server.config().get_ssl_mode() == SslMode::Require;
    let roots = if by_tls { roots(server.roots())? } else { RootCertStore::empty() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_details(provider, Arc::new(Clock))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| Trouble::Failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    match timeout(CONNECT, server.config().connect(MakeRustlsConnect::new(tls))).await {
        Ok(connected) => connected.map_err(|error| helped(error.into(), server)),
        Err(_) => Err(Trouble::Failed(format!("no answer within {} s", CONNECT.as_secs()))),
    }
}

/// Who may vouch for a server.
fn roots(path: &Path) -> Result<RootCertStore, Trouble> {
    let failed = |why: String| {
        Trouble::Failed(format!("the certificates of `{}` (`sslrootcert`): {why}", path.display()))
    };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_reader_iter(BufReader::new(file.take(ROOT_BYTES))) {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        // One of many that is of an odd kind vouches for nobody.
        let _ = roots.add(certificate);
    }
    if roots.is_empty() { Err(failed("there are none in it".into())) } else { Ok(roots) }
}

/// What to write where it was TLS that failed.
fn helped(trouble: Trouble, server: &Server) -> Trouble {
    let Trouble::Failed(why) = trouble else { return trouble };
    let help = if why.contains("does not support TLS") {
        ". Give it a certificate (`ssl = on`), or write `sslmode=disable` where its network is your own".into()
    } else if why.contains("UnknownIssuer") || why.contains("BadSignature") {
        format!(
            ": nobody in `{}` vouches for it. Write the file with its authority's certificate as `sslrootcert=/PATH`",
            server.roots().display()
        )
    } else {
        String::new()
    };
    Trouble::Failed(format!("{why}{help}"))
}
