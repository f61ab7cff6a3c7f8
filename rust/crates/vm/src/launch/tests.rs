//! The words of QEMU's command line.

use super::*;

/// A VM with everything that one can have.
pub(crate) fn sample(platform: Platform, accelerator: Accelerator) -> Launch {
    Launch {
        name: "web-01".into(),
        qemu: "/bin/qemu".into(),
        platform,
        accelerator,
        memory: 1024,
        cores: 2,
        firmware: "/fw/code.fd".into(),
        vars: "/vm/vars.fd".into(),
        disks: vec!["/vm/a,b/disk.qcow2".into(), "/vm/a,b/disk-2.qcow2".into()],
        scratch: true,
        iso: Some("/iso/x.iso".into()),
        machine: Guest::default(),
        forwards: vec![Forward { host: 2222, guest: 22 }, Forward { host: 8080, guest: 80 }],
        offline: true,
        lan: Some(Lan { port: 4000, member: 10 }),
        display: Display::None,
        bound: true,
        files: Files {
            qmp: "/run/q.sock".into(),
            pid: "/vm/qemu.pid".into(),
            console: "/vm/console.log".into(),
            log: "/vm/qemu.log".into(),
        },
    }
}

fn line(launch: &Launch) -> String {
    let arguments = launch.arguments();
    let words: Vec<_> = arguments.iter().map(|it| it.to_string_lossy()).collect();
    words.join(" ")
}

#[test]
fn every_platform_has_its_machine_and_processor() {
    let line_of = |platform, accelerator| line(&sample(platform, accelerator));
    let intel = line_of(Platform::X86_64, Accelerator::Kvm);
    assert!(intel.contains("-machine q35 -accel kvm -cpu host"), "{intel}");
    let emulated = line_of(Platform::X86_64, Accelerator::Tcg);
    assert!(
        emulated.contains("-machine q35 -accel tcg -cpu max,la57=off,erms=off,fsrm=off "),
        "{emulated}"
    );
    let arm = line_of(Platform::Aarch64, Accelerator::Tcg);
    assert!(arm.contains("-machine virt -accel tcg -cpu max,pauth-impdef=on"), "{arm}");
    let mac = line_of(Platform::Aarch64, Accelerator::Hvf);
    assert!(mac.contains("-machine virt -accel hvf -cpu host"), "{mac}");
}

#[test]
fn a_watchdog_restarts_a_guest_that_is_not_emulated() {
    let ignored =
        |accelerator| line(&sample(Platform::X86_64, accelerator)).contains("watchdog=none");
    assert!(ignored(Accelerator::Tcg));
    assert!(!ignored(Accelerator::Kvm));
}

#[test]
fn forwards_are_on_loopback_only() {
    let line = line(&sample(Platform::X86_64, Accelerator::Tcg));
    assert!(line.contains(
        "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80"
    ));
    assert!(line.contains("mcast=230.0.0.1:4000,localaddr=127.0.0.1"));
    assert_eq!(line.matches("hostfwd=tcp:").count(), line.matches("tcp:127.0.0.1:").count());
}

#[test]
fn a_host_for_a_bios_has_no_other_firmware() {
    let line = |platform, bios| {
        let machine = Guest { bios, cards: Vec::new() };
        line(&Launch { machine, ..sample(platform, Accelerator::Tcg) })
    };
    assert!(line(Platform::X86_64, false).contains("pflash"));
    assert!(!line(Platform::X86_64, true).contains("pflash"));
    assert!(line(Platform::Aarch64, true).contains("pflash"), "there is no BIOS");
}

#[test]
fn the_screen_is_shown_to_nobody_else() {
    let line = |display| line(&Launch { display, ..sample(Platform::X86_64, Accelerator::Tcg) });
    assert!(line(Display::None).contains("-display none"));
    assert!(line(Display::Gtk).contains(&format!("-display {WINDOW}")));
    let spice = line(Display::Spice("/run/a,b.spice".into()));
    assert!(
        spice.contains("-display none -spice unix=on,disable-ticketing=on,addr=/run/a,,b.spice")
    );
    assert!(!spice.contains("port="), "no port, which others could connect to: {spice}");
}

#[test]
fn a_comma_in_a_path_does_not_end_it() {
    let line = line(&sample(Platform::X86_64, Accelerator::Tcg));
    assert!(line.contains("file=/vm/a,,b/disk.qcow2"), "{line}");
}

#[test]
fn disks_come_in_their_order() {
    let line = line(&sample(Platform::Aarch64, Accelerator::Tcg));
    let place = |part: &str| line.find(part).unwrap_or_else(|| panic!("{part}: {line}"));
    assert!(place("bootindex=1") < place("disk-2.qcow2"));
    assert!(place("disk-2.qcow2") < place("virtio-blk-pci,drive=disk2,werror=stop,bootindex=2"));
}

#[test]
fn the_installed_disk_is_kept_safe_and_boots_alone() {
    let mut launch = sample(Platform::X86_64, Accelerator::Tcg);
    launch.iso = None;
    launch.scratch = false;
    let line = line(&launch);
    assert!(!line.contains("cdrom") && !line.contains("-no-reboot"), "{line}");
    assert!(line.contains("cache=writeback"), "{line}");
}
