//! A release that the fleet's hosts would take, and as much of it as one host is handed.

use nixfleet_inventory::Inventory;
use nixfleet_release::{HEAD_FILE, SIGNATURES_FILE, entry_file, rotation_file};

use super::args::Which;
use super::files::{self, Release};
use super::history::History;
use super::place::{Part, tar};
use super::plan::Plan;
use super::{find_of, now, trouble_of, trust};
use crate::error::{Error, Trouble};

/// A release that enough of the fleet's present keys have signed.
pub struct Ready {
    /// The release.
    pub release: Release,
    /// The releases that changed the keys, as far as they are known here: a host that missed one
    /// follows it.
    rotations: Vec<Release>,
}

/// The release that the command line names, judged as a host would that has the fleet's present keys.
pub fn ready(inventory: &Inventory, named: Option<&str>) -> Result<Ready, Error> {
    let plan = Plan::read(inventory)?;
    let release = find_of(named, &[], || Ok(plan.fleet.clone()))?;
    let trust = trust(&plan, plan.signers.clone());
    let bytes = release.head.bytes().to_vec();
    trust.admit(bytes, &release.signatures, &[now()]).map_err(Trouble::from)?;
    let which = Which::parse(named)?;
    let history = History::of(&plan.fleet)?;
    let rotation = |number: &u64| match &which {
        Which::At(place) => place.read(Part::Number(*number), &[]).ok(),
        _ => history.read(*number).ok(),
    };
    let rotations = release.head.value().rotations.iter().filter_map(rotation).collect();
    Ok(Ready { release, rotations })
}

/// The newest release that is known here, of a fleet that has releases; none where none was made.
pub fn newest(inventory: &Inventory, named: Option<&str>) -> Result<Option<Release>, Error> {
    match find_of(named, &[], || Ok(Plan::read(inventory)?.fleet)) {
        Ok(release) => Ok(Some(release)),
        Err(Error::Release(Trouble::None(_) | Trouble::NoPlan)) if named.is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Ready {
    /// What one host is handed, as tar writes it: the head, the signatures, its own entry.
    pub fn parcel(&self, host: &str) -> Result<Vec<u8>, Trouble> {
        let made = tempfile::Builder::new().prefix("nixfleet-deploy-").tempdir();
        let io = |error| Trouble::Io { path: std::env::temp_dir(), done: "written", error };
        let folder = made.map_err(io)?;
        files::make_folder(&folder.path().join("hosts"))?;
        files::make_folder(&folder.path().join("rotations"))?;
        let save = |name: &str, bytes: &[u8]| files::save(&folder.path().join(name), bytes);
        if let Some(entry) = self.release.entries.get(host) {
            save(&entry_file(host), entry.bytes())?;
        }
        for rotation in &self.rotations {
            let name = rotation_file(rotation.number());
            save(&format!("{name}.sig"), &rotation.signatures)?;
            save(&name, rotation.head.bytes())?;
        }
        save(SIGNATURES_FILE, &self.release.signatures)?;
        save(HEAD_FILE, self.release.head.bytes())?;
        let output =
            tar(folder.path()).output().map_err(|error| trouble_of("tar", &error.to_string()))?;
        if !output.status.success() {
            return Err(trouble_of("tar", &String::from_utf8_lossy(&output.stderr)));
        }
        Ok(output.stdout)
    }
}
