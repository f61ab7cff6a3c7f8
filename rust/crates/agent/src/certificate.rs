//! Whose certificates a server of files may show, and what is said of one that the clock speaks against.

use std::env;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// Where NixOS, and Debian, keep whom the machine trusts, the authorities of its owner among them
/// (NixOS, `security.pki`).
const TRUSTED: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The most bytes of it that are read: Mozilla's take 230 kB.
const TRUSTED_BYTES: u64 = 8 * 1024 * 1024;

/// The list that was read last. A host that asks once a minute need not read it each time.
static LAST: Mutex<Option<(List, RootCerts)>> = Mutex::new(None);

/// A list as it stands: on NixOS another one has another name in the store, elsewhere another time.
#[derive(Debug, PartialEq)]
struct List {
    file: PathBuf,
    changed: SystemTime,
}

impl List {
    fn of(path: &Path) -> io::Result<Self> {
        let file = path.canonicalize()?;
        let changed = file.metadata()?.modified()?;
        Ok(Self { file, changed })
    }

    fn read(&self) -> io::Result<RootCerts> {
        let mut text = Vec::new();
        File::open(&self.file)?.take(TRUSTED_BYTES).read_to_end(&mut text)?;
        let found = certificates(&text);
        Ok(if found.is_empty() { RootCerts::WebPki } else { RootCerts::from(found) })
    }
}

/// Those whom this machine trusts; where it names none, those whom Mozilla does.
pub fn roots() -> RootCerts {
    let path = env::var_os("SSL_CERT_FILE").map_or_else(|| PathBuf::from(TRUSTED), PathBuf::from);
    roots_in(&path).unwrap_or(RootCerts::WebPki)
}

fn roots_in(path: &Path) -> io::Result<RootCerts> {
    let list = List::of(path)?;
    let mut kept = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, roots)) = kept.as_ref().filter(|it| it.0 == list) {
        return Ok(roots.clone());
    }
    let roots = list.read()?;
    *kept = Some((list, roots.clone()));
    Ok(roots)
}

fn certificates(text: &[u8]) -> Vec<Certificate<'static>> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(it)) => Some(it),
        _ => None,
    };
    parse_pem(text).filter_map(certificate).collect()
}

/// Why no certificate can be judged, if the clock stands before 1970: rustls would panic on it.
pub fn before_1970(url: &str, now: Timestamp) -> Option<String> {
    (url.starts_with("https:") && now < Timestamp::UNIX_EPOCH).then(|| {
        format!("by this machine's clock, which says {now:.0}, no certificate can be judged: set the clock")
    })
}

/// Why a server's certificate does not hold by the clock of this machine, if that is what is wrong: a
/// machine whose clock has stopped would else look for the fault at the server.
pub fn against_the_clock(error: &ureq::Error) -> Option<String> {
    let error = match error {
        ureq::Error::Rustls(it) => it,
        ureq::Error::Io(it) => it.get_ref()?.downcast_ref()?,
        _ => return None,
    };
    match error {
        rustls::Error::InvalidCertificate(it) => of_certificate(it),
        _ => None,
    }
}

fn of_certificate(error: &CertificateError) -> Option<String> {
    match *error {
        CertificateError::NotValidYetContext { time, not_before } => Some(format!(
            "its certificate holds from {} on, and this machine's clock says {}: set the clock",
            date(not_before)?,
            date(time)?,
        )),
        CertificateError::ExpiredContext { time, not_after } => Some(format!(
            "its certificate held until {}, and this machine's clock says {}: set the clock, or renew the certificate",
            date(not_after)?,
            date(time)?,
        )),
        _ => None,
    }
}

fn date(time: UnixTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.as_secs()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds))
    }

    #[test]
    fn a_clock_that_stands_elsewhere_is_what_is_named() {
        let early = CertificateError::NotValidYetContext { time: at(60), not_before: at(1 << 30) };
        let late = CertificateError::ExpiredContext { time: at(1 << 32), not_after: at(1 << 30) };
        let said = |error: CertificateError| {
            let error = rustls::Error::InvalidCertificate(error);
            let error = io::Error::new(io::ErrorKind::InvalidData, error);
            against_the_clock(&ureq::Error::Io(error))
        };
        assert_eq!(
            said(early).unwrap(),
            "its certificate holds from 2004-01-10T13:37:04Z on, and this machine's clock says 1970-01-01T00:01:00Z: set the clock"
        );
        assert_eq!(
            said(late).unwrap(),
            "its certificate held until 2004-01-10T13:37:04Z, and this machine's clock says 2106-02-07T06:28:16Z: set the clock, or renew the certificate"
        );
        assert_eq!(said(CertificateError::UnknownIssuer), None);
    }

    #[test]
    fn a_list_that_is_another_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let known = || match roots_in(&path).unwrap() {
            RootCerts::Specific(all) => all.len(),
            _ => 0,
        };
        assert!(roots_in(&path).is_err());
        for (count, second) in [(1, 10), (2, 20)] {
            fs::write(&path, one.repeat(count)).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
            assert_eq!((known(), known()), (count, count));
        }
        fs::write(&path, "none").unwrap();
        assert_eq!(known(), 0);
    }

    #[test]
    fn what_is_no_certificate_is_passed_over() {
        let text = "# a list\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n*\n";
        assert_eq!(certificates(text.as_bytes()).len(), 1);
        assert!(certificates(b"").is_empty());
    }
}
