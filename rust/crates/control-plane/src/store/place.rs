//! Where the database is: a file, or a server that is named by an address.

mod tls;

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use nixfleet_text::read_file;
use rustix::fs::{Access, access};
use rustix::io::Errno;
use serde::Deserialize;
use tls::Tls;
use tokio_postgres::config::Host;

/// How long a server may take to let somebody in.
const CONNECT: Duration = Duration::from_secs(5);
/// After what silence of a server a connection is tried, and after what more it is given up.
const ALIVE: Duration = Duration::from_secs(10);
/// What the server gives a turn: one that has died in the middle keeps the others waiting no longer.
const OPTIONS: &str = "-c lock_timeout=15s -c statement_timeout=25s \
    -c idle_in_transaction_session_timeout=10s -c default_transaction_isolation=read\\ committed";
/// The most bytes of a password's file.
const PASSWORD_BYTES: u64 = 4096;

/// Where the database is: the path of a file of `SQLite`, or a server of `PostgreSQL` as
/// `postgresql://HOST/DATABASE`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// A server.
    Server(Server),
}

/// A server and a database on it.
#[derive(Clone)]
pub struct Server {
    config: Box<tokio_postgres::Config>,
    /// The file with the certificates of who may vouch for it.
    roots: PathBuf,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("postgresql://") || text.starts_with("postgres://") {
            let (text, tls) = Tls::of(text)?;
            let mut config = tokio_postgres::Config::from_str(&text).map_err(|error| {
                let why = std::error::Error::source(&error)
                    .map_or_else(|| error.to_string(), ToString::to_string);
                // Not the address itself: there may be a password in it.
                format!(
                    "the address of the database is none ({why}): write it as `postgresql:///DATABASE?host=/run/postgresql` or `postgresql://USER@HOST/DATABASE`"
                )
            })?;
            if config.get_hosts().is_empty() {
                config.host_path("/run/postgresql");
            }
            let options = config.get_options().map_or_else(String::new, |it| format!("{it} "));
            config
                .options(format!("{options}{OPTIONS}"))
                .application_name("nixfleet-control-plane")
                .connect_timeout(CONNECT)
                .keepalives_idle(ALIVE)
                .tcp_user_timeout(ALIVE);
            let mode = tls.mode(config.get_hosts());
            config.ssl_mode(mode);
            return Ok(Self::Server(Server { config: Box::new(config), roots: tls.roots }));
        }
        if text.starts_with('/') {
            return Ok(Self::File(text.into()));
        }
        let shown = nixfleet_nix::visible(text.split('@').next_back().unwrap_or_default());
        Err(format!(
            "the database is `{shown}`: write the path of a file, `/var/lib/nixfleet-cp/control-plane.sqlite`, or a server's address, `postgresql:///DATABASE?host=/run/postgresql`"
        ))
    }
}

impl TryFrom<String> for Place {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl Place {
    /// Whether a database can be there, without one being made: of a file, its folder. A server is asked
    /// nothing.
    ///
    /// # Errors
    /// When none can be, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        let Self::File(file) = self else { return Ok(()) };
        let folder = file.parent().unwrap_or(file);
        let shown = folder.display();
        if !folder.is_dir() {
            let why = if folder.exists() { "is no folder" } else { "is not there" };
            return Err(format!(
                "the database's folder `{shown}` {why}: make it, and let the control plane's user have it"
            ));
        }
        access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
            let error = std::io::Error::from(error);
            format!("the database's folder `{shown}` cannot be written: {error}")
        })?;
        let there = access(file, Access::READ_OK | Access::WRITE_OK);
        match there {
            Ok(()) | Err(Errno::NOENT) if !file.is_dir() => Ok(()),
            Ok(()) => Err(format!("the database `{}` is a folder", file.display())),
            Err(error) => {
                let error = std::io::Error::from(error);
                Err(format!("the database `{}` cannot be written: {error}", file.display()))
            }
        }
    }

    /// Gives a server the password that is in a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn with_password(self, path: &Path) -> Result<Self, String> {
        let Self::Server(mut server) = self else { return Ok(self) };
        let password = read_file(path, PASSWORD_BYTES).map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => {
                format!("`{}` has more bytes than a password", path.display())
            }
            _ => format!("the database's password: `{}`: {error}", path.display()),
        })?;
        let is_end = |it: &u8| matches!(it, b'\r' | b'\n');
        let ends = password.iter().rev().take_while(|it| is_end(it)).count();
        server.config.password(&password[..password.len() - ends]);
        Ok(Self::Server(server))
    }
}

impl Server {
    pub(super) fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    pub(super) fn roots(&self) -> &Path {
        &self.roots
    }
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(to, "{}", path.display()),
            Self::Server(server) => write!(to, "{server}"),
        }
    }
}

/// Without its password.
impl fmt::Display for Server {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or_default();
        match self.config.get_hosts() {
            [Host::Tcp(host), ..] => write!(to, "postgresql://{host}/{name}"),
            [Host::Unix(path), ..] => write!(to, "postgresql:///{name}?host={}", path.display()),
            [] => write!(to, "postgresql:///{name}"),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn a_password_is_a_files_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        let with = |text: &str| {
            fs::write(&path, text).unwrap();
            "postgresql://cp@db/fleet".parse::<Place>().unwrap().with_password(&path)
        };
        let Ok(Place::Server(server)) = with("it is secret\n") else { panic!("no server") };
        assert_eq!(server.config().get_password(), Some(b"it is secret".as_slice()));
        assert!(with(&"x".repeat(5000)).unwrap_err().contains("more bytes than a password"));
        fs::remove_file(&path).unwrap();
        let why = "postgresql:///x".parse::<Place>().unwrap().with_password(&path).unwrap_err();
        assert!(why.contains("No such file"), "{why}");
    }

    #[test]
    fn a_database_is_a_file_or_a_server_and_is_shown_without_a_password() {
        let shown = |text: &str| text.parse::<Place>().map(|it| it.to_string());
        assert_eq!(shown("/var/lib/x.sqlite").unwrap(), "/var/lib/x.sqlite");
        assert_eq!(
            shown("postgres://cp:secret@db.example.org:5433/fleet").unwrap(),
            "postgresql://db.example.org/fleet"
        );
        assert_eq!(
            shown("postgresql:///fleet").unwrap(),
            "postgresql:///fleet?host=/run/postgresql"
        );
        for wrong in ["", "db.sqlite", "mysql://root:secret@db/fleet", "postgresql://x/y?prot=1"] {
            let why = shown(wrong).unwrap_err();
            assert!(why.contains("postgresql://") && !why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn a_server_elsewhere_proves_who_it_is_unless_that_is_said() {
        let of = |text: &str| match text.parse().unwrap() {
            Place::Server(it) => (it.config.get_ssl_mode() == SslMode::Require, it.roots),
            Place::File(path) => panic!("{path:?}"),
        };
        for (address, verifies) in [
            ("postgresql:///fleet", false),
            ("postgresql://cp@localhost/fleet", false),
            ("postgresql://cp@[::1]/fleet", false),
            ("postgresql://cp@db/fleet", true),
            ("postgresql://localhost,10.0.0.5/fleet", true),
            ("postgresql://cp@10.0.0.5/fleet?sslmode=disable", false),
            ("postgresql://cp@localhost/fleet?sslmode=verify-full", true),
            ("postgresql://cp@db/fleet?application_name=x&sslmode=require", true),
        ] {
            assert_eq!(of(address), (verifies, tls::ROOTS.into()), "{address}");
        }
        assert_eq!(of("postgresql://db/x?sslrootcert=%2Fetc/ca.pem").1, Path::new("/etc/ca.pem"));
        for mode in ["prefer", "allow", "verify-ca", "", "<b>"] {
            let why = format!("postgresql://db/x?sslmode={mode}").parse::<Place>().unwrap_err();
            assert!(why.contains("verify-full"), "{why}");
        }
    }
}
