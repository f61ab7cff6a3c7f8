//! When an installed disk is used again, and when it is not.

use std::path::Path;

use super::Stage;
use crate::fake::{Behaviour, Fake};
use crate::run::Options;
use crate::state::Role;

#[test]
fn an_unchanged_install_is_done_once_and_anew_on_demand() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    assert!(!stage.test(&fake, &Options::default()).reused);
    assert!(stage.test(&fake, &Options::default()).reused);
    assert!(stage.build(&fake, &Options::default()).error.is_none());
    assert_eq!(fake.installs(), 1, "one install serves tests and the VM that stays");
    let larger = Options { disk_size: Some(30), ..Options::default() };
    assert!(!stage.test(&fake, &larger).reused);
    assert!(!stage.test(&fake, &Options { rebuild: true, ..Options::default() }).reused);
    assert_eq!(fake.installs(), 3);
}

#[test]
fn every_disk_of_the_layout_is_installed_and_stands_under_the_vm() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    assert!(stage.build(&fake, &Options::default()).error.is_none());
    assert_eq!(
        fake.links(),
        ["/dev/vda '/dev/disk/by-id/nvme-1'", "/dev/vdb '/dev/disk/by-id/nvme-2'"]
    );
    let vm = stage.folder.vm().unwrap();
    let read = |folder: &Path| {
        vm.disks.in_folder(folder).iter().map(|it| std::fs::read_to_string(it).unwrap()).collect()
    };
    let installed: Vec<String> = read(&stage.folder.install(&vm.install));
    assert_eq!(installed, ["20", "101"], "each has its size");
    let overlays: Vec<String> = read(&stage.folder.role(Role::Vm));
    assert_eq!(overlays, ["overlay", "overlay"]);

    std::fs::remove_file(stage.folder.install(&vm.install).join("disk-2.qcow2")).unwrap();
    assert!(!stage.test(&fake, &Options::default()).reused, "half an install is none");
}

#[test]
fn the_disk_under_the_vm_that_stays_is_never_replaced() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    stage.build(&fake, &Options::default());
    let base = stage.folder.install(&stage.folder.vm().unwrap().install).join("disk.qcow2");
    std::fs::write(&base, "the base").unwrap();
    stage.test(&fake, &Options { rebuild: true, ..Options::default() });
    assert_eq!(std::fs::read_to_string(&base).unwrap(), "the base");
    assert_eq!(std::fs::read_dir(stage.folder.installs()).unwrap().count(), 2);
}

#[test]
fn a_vm_whose_host_has_changed_is_old_until_it_is_renewed() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    stage.build(&fake, &Options::default());
    let first = stage.folder.vm().unwrap();
    let larger = Options { disk_size: Some(30), ..Options::default() };
    assert!(stage.build(&fake, &larger).reused);
    assert_eq!(stage.folder.vm().unwrap(), first);
    assert!(!stage.build(&fake, &Options { rebuild: true, ..larger }).reused);
    assert_ne!(stage.folder.vm().unwrap().key, first.key);
}
