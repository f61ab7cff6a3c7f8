//! When an installed disk is used again, and when it is not.

use std::path::Path;

use super::Stage;
use crate::fake::{Behaviour, Fake, Outcome};
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
        ["/dev/vda /dev/disk/by-id/nvme-1", "/dev/vdb /dev/disk/by-id/nvme-2"]
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

#[test]
fn a_vm_lasts_until_another_takes_its_place() {
    let stage = Stage::new();
    stage.build(&Fake::new(Behaviour::default()), &Options::default());
    let first = stage.folder.vm().unwrap();
    let anew = Options { rebuild: true, ..Options::default() };
    let failing = Fake::new(Behaviour { installer: Outcome::Fails, ..Behaviour::default() });
    assert_eq!(stage.build(&failing, &anew).exit_status(), 1);
    assert_eq!(stage.folder.vm(), Some(first.clone()));

    assert_eq!(stage.build(&Fake::new(Behaviour::default()), &anew).exit_status(), 0);
    assert_ne!(stage.folder.vm().unwrap().install, first.install);
    assert!(!stage.folder.install(&first.install).exists(), "nothing stands on it any more");
}

#[test]
fn each_host_has_extra_files_of_its_own_where_the_folder_says_so() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    let folder = stage.root.join("files/web-01");
    std::fs::create_dir_all(&folder).unwrap();
    let extra_files = Some(stage.root.join("files/{host}"));
    let options = Options { extra_files, ..Options::default() };
    let reused = || stage.test(&fake, &options).reused;
    assert!(!reused() && reused());
    std::fs::write(folder.join("secret"), "one").unwrap();
    assert!(!reused() && reused(), "they are the host's own");
}

#[test]
fn extra_files_of_other_bytes_are_another_install() {
    let stage = Stage::new();
    let fake = Fake::new(Behaviour::default());
    let folder = stage.root.join("extra");
    std::fs::create_dir(&folder).unwrap();
    let options = Options { extra_files: Some(folder.clone()), ..Options::default() };
    let mut reused = |secret: u8| {
        // No text in UTF-8, either of them.
        std::fs::write(folder.join("secret"), [secret]).unwrap();
        stage.test(&fake, &options).reused
    };
    assert_eq!([0xfe, 0xfe, 0xff].map(&mut reused), [false, true, false]);
}
