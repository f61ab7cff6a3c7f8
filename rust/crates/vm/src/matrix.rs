//! The fault matrix: everything that can go wrong, each with its exit status and message, and
//! after each nothing is left: no machine, no lock, no half of a file, and the next run goes well.

mod ends;
mod faults;
mod folders;
mod installs;

use std::path::Path;

use crate::fake::{Fake, plan};
use crate::lifecycle;
use crate::report::HostReport;
use crate::run::Options;
use crate::state::{Fleet, Folder, Lock, Role};
use crate::test::test;

struct Stage {
    root: tempfile::TempDir,
    folder: Folder,
}

impl Stage {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = Fleet::below(root.path(), root.path(), "f").unwrap().host("web-01").unwrap();
        Self { root, folder }
    }

    fn test(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.path().join("store"));
        test(&world, &plan(self.root.path()), &self.folder, options)
    }

    fn build(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.path().join("store"));
        lifecycle::build(&world, &plan(self.root.path()), &self.folder, options)
    }

    /// Nothing of a run is left.
    fn is_clean(&self, what: &str) {
        for role in [Role::Installing, Role::Test] {
            assert!(!self.folder.role(role).exists(), "{what}: {role:?} is left");
        }
        Lock::take(&self.folder).unwrap_or_else(|error| panic!("{what}: {error}"));
        no_half_files(self.root.path(), what);
    }
}

fn no_half_files(folder: &Path, what: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with(".new-"), "{what}: {name} is left");
        no_half_files(&entry.path(), what);
    }
}
