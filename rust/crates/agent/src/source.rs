//! Where releases come from: folders, and servers of files. All of them are asked in their order,
//! and none is believed: what counts is the signature.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ureq::tls::TlsConfig;

use crate::certificate;
use crate::control_plane::ControlPlane;
use crate::found::Found;

/// What a whole answer may take: one that drips for ever is left.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// What a server may take to be reached.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);
/// How often an answer may point elsewhere.
const REDIRECTS: u32 = 4;

/// One source.
#[derive(Clone)]
pub enum Source {
    /// A folder of this machine: a mounted stick, what an operator brought.
    Folder(PathBuf),
    /// A server of files.
    Server(String),
    /// The control plane.
    ControlPlane(Arc<ControlPlane>),
}

impl Source {
    /// A source as the configuration writes it.
    ///
    /// # Errors
    /// When it is neither a folder nor a server that can be asked.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("file://") {
            return Ok(Self::Folder(path.into()));
        }
        if text.starts_with('/') {
            return Ok(Self::Folder(text.into()));
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Self::Server(text.trim_end_matches('/').to_owned()));
        }
        Err(format!("`{text}` is no source: write `https://…`, or a folder of this host"))
    }

    /// What is there under a name, at most so many bytes; `mark` is that of the version that is
    /// known.
    ///
    /// # Errors
    /// When it cannot be had, in a sentence.
    pub fn fetch(&self, name: &str, limit: usize, mark: Option<&str>) -> Result<Found, String> {
        match self {
            Self::Folder(folder) => {
                let path = folder.join(name);
                let failed = |error| format!("cannot read `{}`: {error}", path.display());
                let file = File::open(&path).map_err(failed)?;
                let bytes = bounded(file, limit, &path.display().to_string())?;
                Ok(Found::Bytes { bytes, mark: None })
            }
            Self::Server(url) => get(&format!("{url}/{name}"), limit, mark, ANSWER_LIMIT),
            Self::ControlPlane(it) => it.fetch(name, limit, mark),
        }
    }

    /// How people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Folder(path) => path.display().to_string(),
            Self::Server(url) => url.clone(),
            Self::ControlPlane(it) => it.name(),
        }
    }
}

/// A new connection each time: one that was kept open would outlive what lets it be made anew, and
/// prove nothing.
fn get(
    url: &str,
    limit: usize,
    mark: Option<&str>,
    answer_limit: Duration,
) -> Result<Found, String> {
    let now = Timestamp::now();
    if let Some(why) = certificate::before_1970(url, now) {
        return Err(format!("`{url}` is not believed: {why}"));
    }
    // A redirect may go from one to the other; where that would not be judged, it is not followed.
    let roots = certificate::roots();
    let redirects = if now < Timestamp::UNIX_EPOCH { 0 } else { REDIRECTS };
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(answer_limit))
        .timeout_connect(Some(CONNECT_LIMIT))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .max_redirects(redirects)
        .http_status_as_error(false)
        .user_agent(concat!("nixfleet-agent/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut request = agent.get(url);
    if let Some(mark) = mark {
        request = request.header("if-none-match", mark);
    }
    let answer = request.call().map_err(|error| match certificate::against_the_clock(&error) {
        Some(why) => format!("`{url}` is not believed: {why}"),
        None => format!("`{url}` does not answer: {error}"),
    })?;
    let status = answer.status().as_u16();
    let mark = answer.headers().get("etag").and_then(|it| it.to_str().ok()).map(str::to_owned);
    match status {
        304 => Ok(Found::Unchanged),
        200 => {
            let bytes = bounded(answer.into_body().into_reader(), limit, url)?;
            Ok(Found::Bytes { bytes, mark })
        }
        404 => Err(format!("`{url}` is not there (404)")),
        _ => Err(format!("`{url}` answers with status {status}")),
    }
}

fn bounded(from: impl Read, limit: usize, name: &str) -> Result<Vec<u8>, String> {
    let most = limit as u64 + 1;
    let mut bytes = Vec::new();
    from.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("`{name}` could not be read to its end: {error}"))?;
    if bytes.len() > limit {
        return Err(format!("`{name}` has more than {limit} bytes"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that gives one answer.
    fn server(answer: Vec<u8>) -> Source {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(&answer);
        });
        Source::read(&format!("http://{address}/")).unwrap()
    }

    fn said(source: &Source, limit: usize) -> String {
        match source.fetch("release.json", limit, None) {
            Ok(Found::Bytes { bytes, .. }) => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(Found::Unchanged) => "unchanged".into(),
            Err(why) => why,
        }
    }

    #[test]
    fn a_file_comes_whole_or_not_at_all() {
        let good = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        assert_eq!(said(&server(good.to_vec()), 10), "{}");
        assert!(said(&server(good.to_vec()), 1).contains("more than 1 bytes"));
        let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{}";
        assert!(said(&server(cut.to_vec()), 100).contains("could not be read to its end"));
        let gone = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        assert!(said(&server(gone.to_vec()), 100).contains("is not there (404)"));
        let same = b"HTTP/1.1 304 Same\r\nConnection: close\r\n\r\n";
        assert_eq!(said(&server(same.to_vec()), 100), "unchanged");
        assert!(said(&server(b"hello".to_vec()), 100).contains("does not answer"));
    }

    #[test]
    fn a_source_that_drips_is_left() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n");
            // Each byte comes well within any limit on a single read.
            while stream.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let limit = Duration::from_millis(400);
        let began = std::time::Instant::now();
        let why = get(&format!("http://{address}/"), 10_000, None, limit).err().unwrap();
        assert!(why.contains("could not be read to its end"), "{why}");
        assert!(began.elapsed() < limit * 20, "{:?}", began.elapsed());
    }

    #[test]
    fn a_source_is_a_folder_or_a_server() {
        assert!(
            matches!(Source::read("file:///a"), Ok(Source::Folder(it)) if it.as_os_str() == "/a")
        );
        assert!(Source::read("ftp://a").err().unwrap().contains("is no source"));
        let folder = tempfile::tempdir().unwrap();
        let source = Source::Folder(folder.path().into());
        assert!(said(&source, 10).contains("cannot read"));
        std::fs::write(folder.path().join("release.json"), "12345678901").unwrap();
        assert!(said(&source, 10).contains("more than 10 bytes"));
    }
}
