//! Whose certificates a server of files may show, and what is said of one that the clock speaks against.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

/// Where NixOS, and Debian, keep whom the machine trusts, the authorities of its owner among them
/// (NixOS, `security.pki`).
const TRUSTED: &str = "/etc/ssl/certs/ca-certificates.crt";
/// The most bytes of it that are read: Mozilla's take 230 kB.
const TRUSTED_BYTES: u64 = 8 * 1024 * 1024;

/// Those whom this machine trusts; where it names none, those whom Mozilla does.
pub fn roots() -> RootCerts {
    let path = env::var_os("SSL_CERT_FILE").map_or_else(|| PathBuf::from(TRUSTED), PathBuf::from);
    let mut text = Vec::new();
    let read = File::open(path).and_then(|it| it.take(TRUSTED_BYTES).read_to_end(&mut text));
    match read.map(|_| certificates(&text)) {
        Ok(found) if !found.is_empty() => RootCerts::from(found),
        _ => RootCerts::WebPki,
    }
}

fn certificates(text: &[u8]) -> Vec<Certificate<'static>> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(it)) => Some(it),
        _ => None,
    };
    parse_pem(text).filter_map(certificate).collect()
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
    use std::io;
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
    fn what_is_no_certificate_is_passed_over() {
        let text = "# a list\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n*\n";
        assert_eq!(certificates(text.as_bytes()).len(), 1);
        assert!(certificates(b"").is_empty());
    }
}
