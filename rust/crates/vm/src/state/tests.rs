//! Folders of other layouts, half installs, and what runs left over.

use super::*;

fn folder(root: &Path) -> Folder {
    Fleet::below(root, root, "fleet").unwrap().host("web-01").unwrap()
}

#[test]
fn a_folder_of_another_layout_is_refused_and_says_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    folder.open().unwrap();
    folder.open().unwrap();
    fs::write(folder.path().join("layout"), "7").unwrap();
    let error = folder.open().unwrap_err();
    assert!(error.to_string().contains("layout 7"), "{error}");
    assert!(error.to_string().contains("nixfleet clean-vm -h web-01"), "{error}");
    fs::remove_file(folder.path().join("layout")).unwrap();
    fs::create_dir(folder.role(Role::Vm)).unwrap();
    assert!(folder.open().unwrap_err().to_string().contains("layout 0"));
}

#[test]
fn half_an_install_is_removed_and_never_taken_for_a_whole_one() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    folder.open().unwrap();
    let half = folder.role(Role::Installing);
    fs::create_dir(&half).unwrap();
    fs::write(half.join("disk.qcow2"), "half").unwrap();
    assert!(folder.installed("k").is_none());
    assert_eq!(folder.mend().unwrap().len(), 1);
    assert!(!half.exists());
    fs::create_dir_all(folder.install("k-1")).unwrap();
    fs::write(folder.install("k-1").join("disk.qcow2"), "no record").unwrap();
    fs::write(folder.install("k-1").join("vars.fd"), "").unwrap();
    assert!(folder.installed("k").is_none());
    let record = InstallRecord { key: "k".into(), ..InstallRecord::default() };
    files::write_json(&folder.install("k-1").join("install.json"), &record).unwrap();
    assert_eq!(folder.installed("k").as_deref(), Some("k-1"));
    assert_eq!(folder.installed("other"), None);
    let two = InstallRecord { disks: Disks::new(2), ..record };
    files::write_json(&folder.install("k-1").join("install.json"), &two).unwrap();
    assert_eq!(folder.installed("k"), None, "the second disk is not there");
    fs::write(folder.install("k-1").join("disk-2.qcow2"), "").unwrap();
    assert_eq!(folder.installed("k").as_deref(), Some("k-1"));
}

#[test]
fn an_install_that_the_vm_stands_on_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let folder = folder(root.path());
    folder.open().unwrap();
    for key in ["old", "used", "new"] {
        fs::create_dir_all(folder.install(key)).unwrap();
    }
    fs::create_dir_all(folder.role(Role::Vm)).unwrap();
    fs::write(folder.role(Role::Vm).join("disk.qcow2"), "").unwrap();
    let record = VmRecord { install: "used".into(), ..VmRecord::default() };
    files::write_json(&folder.role(Role::Vm).join("vm.json"), &record).unwrap();
    folder.prune("new").unwrap();
    let left = |key: &str| folder.install(key).exists();
    assert_eq!([left("old"), left("used"), left("new")], [false, true, true]);
}
