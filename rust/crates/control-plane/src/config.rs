//! What the host's configuration says of its control plane: a file that the module writes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nixfleet_release::{Key, Signers};
use nixfleet_text::read_file;
use serde::Deserialize;

use crate::store::Place;

/// The most bytes of a configuration.
const CONFIG_BYTES: u64 = 1024 * 1024;

/// The configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The fleet's name.
    pub fleet: String,
    /// Who may make a release.
    pub keys: Vec<Key>,
    /// How many of them it takes.
    pub threshold: usize,
    /// Where hosts ask, `ADDRESS:PORT`.
    pub listen: Vec<String>,
    /// Where people read: an address of the loopback, or a socket's path.
    pub page: Option<String>,
    /// The socket where people ask and command.
    pub socket: PathBuf,
    /// The file with the private key that hosts know it by.
    pub host_key: PathBuf,
    /// Where the database is.
    pub database: Place,
    /// The file with the database server's password, where it wants one.
    #[serde(default)]
    pub database_password: Option<PathBuf>,
}

impl Config {
    /// Reads the configuration, and says all that is wrong with it.
    ///
    /// # Errors
    /// When it cannot be read, or nothing could work with it, in sentences.
    pub fn read(path: &Path) -> Result<Self, Vec<String>> {
        let shown = path.display();
        let text = read_file(path, CONFIG_BYTES)
            .map_err(|error| vec![format!("cannot read `{shown}`: {error}")])?;
        let config: Self = serde_json::from_slice(&text).map_err(|error| {
            vec![format!("`{shown}` is no configuration of the control plane: {error}")]
        })?;
        let faults = config.faults();
        if faults.is_empty() { Ok(config) } else { Err(faults) }
    }

    /// Who may make a release, by the configuration.
    #[must_use]
    pub fn signers(&self) -> Signers {
        Signers { keys: self.keys.clone(), threshold: self.threshold }
    }

    /// Where the database is, with its password.
    ///
    /// # Errors
    /// When the password cannot be read.
    pub fn database(&self) -> Result<Place, String> {
        let place = self.database.clone();
        match &self.database_password {
            Some(path) => place.with_password(path),
            None => Ok(place),
        }
    }

    /// The files that it names and that others are not to read.
    pub fn secrets(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(&self.host_key).chain(&self.database_password).map(PathBuf::as_path)
    }

    /// What is wrong with the secrets' files: `ssh` would not take them either.
    #[must_use]
    pub fn exposed(&self) -> Vec<String> {
        let is_exposed = |path: &&Path| {
            fs::metadata(path).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o007 != 0)
        };
        let exposed = self.secrets().filter(is_exposed).map(Path::display);
        exposed
            .map(|it| format!("everybody on this machine may open `{it}`: `chmod 600 {it}`"))
            .collect()
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.fleet.is_empty() {
            faults.push("`fleet` is empty: no release is of a fleet without a name".into());
        }
        if let Err(why) = self.signers().check() {
            faults.push(format!("no release could ever be taken: {why}"));
        }
        if self.listen.is_empty() {
            faults.push("`listen` is empty, so no host could ask".into());
        }
        for address in &self.listen {
            if !is_address(address) {
                faults.push(format!("`{address}` is no address and port, as `[::]:7250`"));
            }
        }
        let is_socket = |it: &String| it.starts_with('/');
        if let Some(page) = self.page.as_ref().filter(|it| !is_socket(it) && !is_loopback(it)) {
            faults.push(format!(
                "`page` is `{page}`, and everybody can read it: write an address of the loopback, `127.0.0.1:7251`, or the path of a socket"
            ));
        }
        faults
    }
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_loopback(text: &str) -> bool {
    text.parse::<std::net::SocketAddr>().map_or_else(
        |_| is_address(text) && text.starts_with("localhost:"),
        |it| it.ip().is_loopback(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: impl FnOnce(&mut serde_json::Value)) -> Result<Config, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control-plane.json");
        let mut value: serde_json::Value =
            serde_json::from_str(include_str!("../tests/control-plane.json")).unwrap();
        change(&mut value);
        fs::write(&path, value.to_string()).unwrap();
        Config::read(&path)
    }

    #[test]
    fn what_the_module_writes_is_read() {
        let config = read(|_| {}).unwrap();
        assert_eq!((config.fleet.as_str(), config.threshold), ("home", 1));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let faults = read(|it| {
            it["threshold"] = 2.into();
            it["listen"] = serde_json::json!(["fleet.example.org"]);
            it["page"] = "0.0.0.0:80".into();
        })
        .unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("`threshold` is 2"));
        assert!(faults[1].contains("no address and port"));
        assert!(faults[2].contains("everybody can read it"));
        assert!(
            read(|it| it["listn"] = 1.into()).unwrap_err()[0].contains("unknown field `listn`")
        );
    }
}
