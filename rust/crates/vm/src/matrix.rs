//! The fault matrix: everything that can go wrong, each with its exit status and message, and
//! after each nothing is left: no machine, no lock, no half of a file, and the next run goes well.

mod clock;
mod emulation;
mod ends;
mod faults;
mod folders;
mod installs;
mod room;
mod survival;
mod together;

use std::path::{Path, PathBuf};

use crate::fake::{Fake, plan};
use crate::lifecycle;
use crate::report::HostReport;
use crate::run::Options;
use crate::state::{Fleet, Folder, Lock, Role};
use crate::test::test;

struct Stage {
    root: PathBuf,
    folder: Folder,
    temporary: Option<tempfile::TempDir>,
}

impl Stage {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut stage = Self::at(temporary.path());
        stage.temporary = Some(temporary);
        stage
    }

    /// In a folder that another made.
    fn at(root: &Path) -> Self {
        let folder = Fleet::below(root, root, "f").unwrap().host("web-01").unwrap();
        Self { root: root.to_owned(), folder, temporary: None }
    }

    fn test(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.join("store"));
        test(&world, &plan(&self.root), &self.folder, options)
    }

    fn build(&self, fake: &Fake, options: &Options) -> HostReport {
        let world = fake.world(&self.root.join("store"));
        lifecycle::build(&world, &plan(&self.root), &self.folder, options)
    }

    /// Nothing of a run is left.
    fn is_clean(&self, what: &str) {
        for role in [Role::Installing, Role::Test] {
            assert!(!self.folder.role(role).exists(), "{what}: {role:?} is left");
        }
        Lock::take(&self.folder).unwrap_or_else(|error| panic!("{what}: {error}"));
        no_half_files(&self.root, what);
    }
}

fn no_half_files(folder: &Path, what: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.starts_with(".new-"), "{what}: {name} is left");
        no_half_files(&entry.path(), what);
    }
}
