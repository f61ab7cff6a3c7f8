//! The releases that were made on this machine: `$XDG_DATA_HOME/nixfleet/releases/<fleet>/<number>/`.

use std::fs;
use std::path::{Path, PathBuf};

use nixfleet_vm::state::data_folder;

use super::files::{self, Release};
use crate::error::Trouble;

/// Releases by number.
pub struct History {
    fleet: String,
    folder: PathBuf,
}

impl History {
    /// The releases of a fleet. Its name was checked, so it is one of a folder.
    pub fn of(fleet: &str) -> Result<Self, Trouble> {
        let data = data_folder().map_err(|error| Trouble::Io {
            path: "~".into(),
            done: "found",
            error: std::io::Error::other(error.to_string()),
        })?;
        Ok(Self { fleet: fleet.to_owned(), folder: data.join("nixfleet/releases").join(fleet) })
    }

    /// The numbers of those that are there, in order.
    pub fn numbers(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut numbers: Vec<u64> =
            entries.filter_map(|it| it.file_name().to_str()?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// The folder of a release, which may not be there.
    pub fn folder(&self, number: u64) -> PathBuf {
        self.folder.join(number.to_string())
    }

    /// A release.
    pub fn read(&self, number: u64) -> Result<Release, Trouble> {
        self.read_of(number, &[])
    }

    /// A release, of these hosts alone when any are named.
    pub fn read_of(&self, number: u64, hosts: &[String]) -> Result<Release, Trouble> {
        if !self.numbers().contains(&number) {
            return Err(self.unknown(number));
        }
        Release::read_of(&self.folder(number), hosts)
    }

    /// What is said of a number that none of them has.
    pub fn unknown(&self, number: u64) -> Trouble {
        Trouble::Unknown { fleet: self.fleet.clone(), number, known: self.numbers() }
    }

    /// The newest release, when there is one.
    pub fn last(&self) -> Result<Option<Release>, Trouble> {
        self.numbers().last().map(|number| Release::read(&self.folder(*number))).transpose()
    }

    /// Makes the folder that it adds to.
    pub fn begin(&self) -> Result<(), Trouble> {
        files::make_folder(&self.folder)
    }

    /// Adds a release whose number is not there yet; its folder appears whole.
    pub fn add(&self, release: &Release) -> Result<PathBuf, Trouble> {
        self.begin()?;
        let io = |error| Trouble::io(&self.folder, "written", error);
        let begun = tempfile::Builder::new().prefix(".begun-").tempdir_in(&self.folder);
        let begun = begun.map_err(io)?;
        release.write(begun.path())?;
        let folder = self.folder(release.number());
        // Onto a release that is there, a rename fails: no number is used twice.
        if let Err(error) = files::rename(begun.path(), &folder) {
            let taken = Trouble::Taken(release.number());
            return Err(if folder.exists() { taken } else { error });
        }
        let _ = begun.keep();
        Ok(folder)
    }

    /// Adds signatures to a release that is there.
    pub fn sign(folder: &Path, signatures: &[u8]) -> Result<(), Trouble> {
        files::save(&folder.join(nixfleet_release::SIGNATURES_FILE), signatures)
    }
}
