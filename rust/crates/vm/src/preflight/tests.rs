//! Each thing taken away must be missed, by its own fault.

use nixfleet_inventory::keys::{Identity, PublicKey, Refusal, Source};
use serde_json::{Value, json};

use super::*;
use crate::Accelerator;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS a@b";
const OTHER: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9cSS+dMxLLFqCmC6yeKDWC1TTAXdmMRNVQBtcyYmDb c@d";

struct Here {
    missing: Vec<&'static str>,
    firmware: bool,
    space: u64,
    unwritable: bool,
    identities: Vec<Identity>,
}

impl Default for Here {
    fn default() -> Self {
        Self {
            missing: Vec::new(),
            firmware: true,
            space: 1 << 40,
            unwritable: false,
            identities: vec![identity(KEY)],
        }
    }
}

fn identity(line: &str) -> Identity {
    Identity {
        public: PublicKey::parse(line).unwrap(),
        source: Source::File("/home/a/.ssh/id".into()),
        encrypted: false,
        refusal: None,
    }
}

impl Surroundings for Here {
    fn program(&self, name: &str) -> Option<PathBuf> {
        (!self.missing.contains(&name)).then(|| format!("/bin/{name}").into())
    }

    fn firmware(&self, _: Platform, _: &Path) -> Option<Firmware> {
        self.firmware.then(|| Firmware { code: "/c".into(), vars: "/v".into() })
    }

    fn accelerator(&self, _: Platform, _: &Path) -> Choice {
        Choice { accelerator: Accelerator::Kvm, reason: None }
    }

    fn identities(&self) -> Vec<Identity> {
        self.identities.clone()
    }

    fn looked_at(&self) -> Vec<String> {
        vec!["`~/.ssh`".into()]
    }

    fn unwritable(&self, _: &Path) -> Option<String> {
        self.unwritable.then(|| "read-only".to_owned())
    }

    fn free_space(&self, _: &Path) -> Option<u64> {
        Some(self.space)
    }
}

fn fleet(iso: &Value, keys: &Value, platform: &str) -> Inventory {
    serde_json::from_value(json!({
        "apiVersion": 1, "isoSshKeys": iso,
        "hosts": { "web-01": { "hostName": "web-01", "platform": platform,
                               "hostSpec": { "userName": "ops", "sshAuthorizedKeys": keys } } }
    }))
    .unwrap()
}

fn codes(inventory: &Inventory, host: &str, here: &Here) -> (Vec<&'static str>, u8) {
    match check(inventory, &[host.to_owned()], Path::new("/s"), here) {
        Ok(plans) => {
            assert_eq!(plans.len(), 1);
            (Vec::new(), 0)
        }
        Err(error) => {
            let status = error.exit_status();
            let Error::Preflight { faults } = error else { panic!("{error}") };
            (faults.iter().map(|it| it.code).collect(), status)
        }
    }
}

#[test]
fn a_host_that_can_be_installed_passes() {
    let inventory = fleet(&json!([OTHER, KEY]), &json!([KEY]), "x86_64-linux");
    let plans = check(&inventory, &["web-01".into()], Path::new("/s"), &Here::default()).unwrap();
    assert_eq!(plans[0].key.line, KEY);
    assert_eq!(plans[0].expected.user.as_deref(), Some("ops"));
    assert_eq!(plans[0].expected.time_zone, "UTC");
}

#[test]
fn faults_of_the_fleet_have_their_codes() {
    let good = fleet(&json!([KEY]), &json!([KEY]), "x86_64-linux");
    let here = Here::default();
    assert_eq!(codes(&good, "web-1", &here), (vec!["host-unknown"], 2));
    let mac = fleet(&json!([KEY]), &json!([KEY]), "aarch64-darwin");
    assert_eq!(codes(&mac, "web-01", &here), (vec!["platform-not-linux"], 1));
    let none = fleet(&json!([]), &json!([KEY]), "x86_64-linux");
    assert_eq!(codes(&none, "web-01", &here), (vec!["iso-keys-missing"], 1));
    let not_here = fleet(&json!([OTHER]), &json!([OTHER]), "x86_64-linux");
    assert_eq!(codes(&not_here, "web-01", &here), (vec!["iso-key-not-local"], 1));
    let mismatch = fleet(&json!([KEY]), &json!([OTHER]), "x86_64-linux");
    assert_eq!(codes(&mismatch, "web-01", &here), (vec!["host-key-mismatch"], 1));
}

#[test]
fn keys_that_ssh_cannot_use_are_told_apart() {
    let good = fleet(&json!([KEY]), &json!([KEY]), "x86_64-linux");
    let with = |change: fn(&mut Identity)| {
        let mut identity = identity(KEY);
        change(&mut identity);
        codes(&good, "web-01", &Here { identities: vec![identity], ..Here::default() }).0
    };
    assert_eq!(with(|it| it.encrypted = true), ["iso-key-encrypted"]);
    assert_eq!(with(|it| it.refusal = Some(Refusal::Mode)), ["iso-key-mode"]);
    assert_eq!(with(|it| it.refusal = Some(Refusal::NoLastEnd)), ["iso-key-not-local"]);
    assert_eq!(with(|it| it.source = Source::Agent), Vec::<&str>::new());
}

#[test]
fn what_the_machine_lacks_has_its_codes_and_status() {
    let good = fleet(&json!([KEY]), &json!([KEY]), "x86_64-linux");
    let without =
        |missing| codes(&good, "web-01", &Here { missing: vec![missing], ..Here::default() });
    assert_eq!(without("qemu-system-x86_64"), (vec!["qemu-missing"], 3));
    assert_eq!(without("nixos-anywhere"), (vec!["program-missing"], 3));
    let bare = Here { firmware: false, space: 1 << 20, ..Here::default() };
    assert_eq!(codes(&good, "web-01", &bare), (vec!["space-missing", "firmware-missing"], 3));
}

#[test]
fn all_faults_are_reported_together() {
    let mismatch = fleet(&json!([KEY]), &json!([OTHER]), "x86_64-linux");
    let bare = Here { missing: vec!["ssh"], firmware: false, ..Here::default() };
    let (codes, status) = codes(&mismatch, "web-01", &bare);
    assert_eq!(codes, ["program-missing", "host-key-mismatch", "firmware-missing"]);
    assert_eq!(status, 1);
}

#[test]
fn what_the_machine_lacks_is_told_once_whatever_its_hosts_lack() {
    let mut inventory = fleet(&json!([KEY]), &json!([OTHER]), "x86_64-linux");
    let host = inventory.hosts["web-01"].clone();
    inventory.hosts.insert("web-02".into(), host);
    let here = Here { missing: vec!["qemu-system-x86_64"], ..Here::default() };
    let both = ["web-01".to_owned(), "web-02".to_owned()];
    let error = check(&inventory, &both, Path::new("/s"), &here).unwrap_err();
    let Error::Preflight { faults } = error else { panic!("{error}") };
    let codes: Vec<_> = faults.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["host-key-mismatch", "qemu-missing", "host-key-mismatch"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let good = fleet(&json!([KEY]), &json!([KEY]), "x86_64-linux");
    let here = Here { unwritable: true, ..Here::default() };
    assert_eq!(codes(&good, "web-01", &here), (vec!["folder-unwritable"], 3));
    let folder = tempfile::tempdir().unwrap();
    let here = ThisMachine::default();
    assert_eq!(here.unwritable(&folder.path().join("a/b")), None);
    std::fs::write(folder.path().join("file"), "").unwrap();
    let reason = here.unwritable(&folder.path().join("file/b")).unwrap();
    assert!(reason.ends_with("file` is no folder"), "{reason}");
    std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
    assert!(here.unwritable(&folder.path().join("link/b")).is_some());
    if Path::new("/proc/sys").is_dir() {
        assert!(here.unwritable(Path::new("/proc/sys/vms")).is_some());
    }
}

#[test]
fn a_host_without_disks_and_a_fleet_without_hosts_are_told() {
    let with = |modules: &Value, is_vm: bool| {
        let mut inventory = fleet(&json!([KEY]), &json!([KEY]), "x86_64-linux");
        let host = inventory.hosts.get_mut("web-01").unwrap();
        host.modules = modules.as_u64();
        host.is_vm = is_vm.into();
        codes(&inventory, "web-01", &Here::default())
    };
    assert_eq!(with(&json!(0), false), (vec!["disks-missing"], 1));
    // Modules may bring them.
    for (modules, is_vm) in [(json!(0), true), (json!(1), false), (json!(null), false)] {
        assert_eq!(with(&modules, is_vm), (vec![], 0));
    }
    let none = |inventory: &Inventory| {
        let error = check(inventory, &[], Path::new("/s"), &Here::default()).unwrap_err();
        (error.to_string(), error.exit_status())
    };
    let mut fleet = fleet(&json!([KEY]), &json!([KEY]), "aarch64-darwin");
    assert_eq!(none(&fleet), ("all hosts of the fleet are Macs".to_owned(), 1));
    fleet.hosts.clear();
    assert_eq!(none(&fleet), ("the fleet has no hosts".to_owned(), 2));
}
