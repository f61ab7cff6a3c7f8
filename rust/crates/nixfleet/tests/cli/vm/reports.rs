//! Reports for others: their place is known to be good before a test begins, and they are written
//! also where none began.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::fleet;
use crate::{INVENTORY, text};

const TEST: [&str; 5] = ["test-vm", INVENTORY, "-h", "web-01", "--junit"];

#[test]
fn a_report_is_written_when_nothing_was_begun() {
    let fleet = fleet();
    fs::remove_file(fleet.path().join("bin/qemu-system-x86_64")).unwrap();
    for place in ["results.xml", "a/b/results.xml"] {
        let output = fleet.run(&[&TEST[..], &[place]].concat());
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        let xml = fs::read_to_string(fleet.path().join(place)).unwrap();
        assert!(
            xml.contains(r#"<testsuite name="web-01""#) && xml.contains("failures=\"1\""),
            "{xml}"
        );
        assert!(xml.contains("`qemu-system-x86_64` is not on PATH"), "{xml}");
    }
    let unread = ["test-vm", "--all", "--junit", "unread.xml", "--report", "page"];
    assert_eq!(fleet.run(&unread).status.code(), Some(3));
    let xml = fs::read_to_string(fleet.path().join("unread.xml")).unwrap();
    assert!(xml.contains("`nix` is not on PATH"), "{xml}");
    assert!(fleet.path().join("page/index.html").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_goes_to_where_standard_output_goes() {
    use crate::ended::Ended;
    use std::process::Stdio;

    let fleet = fleet();
    let arguments = [&TEST[..], &["/dev/stdout"]].concat();
    let piped = fleet.run(&arguments);
    assert!(text(&piped.stdout).contains("<testsuite name=\"web-01\""), "{}", text(&piped.stdout));
    let path = fleet.path().join("out");
    let file = fs::File::create(&path).unwrap();
    fleet.command(&arguments).stdout(file).stderr(Stdio::null()).spawn().unwrap().output_of();
    assert!(fs::read_to_string(&path).unwrap().contains("<testsuite name=\"web-01\""));
    assert!(fs::symlink_metadata("/dev/stdout").unwrap().is_symlink());
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_anything() {
    let fleet = fleet();
    fs::create_dir(fleet.path().join("folder")).unwrap();
    fs::write(fleet.path().join("file"), "").unwrap();
    for (place, told) in
        [("folder", "it is a folder"), ("file/x.xml", "could not"), ("/proc/x/y", "could not")]
    {
        let output = fleet.run(&[&TEST[..], &[place]].concat());
        assert_eq!(output.status.code(), Some(3));
        let err = text(&output.stderr);
        assert!(err.contains(told) && !err.contains("firmware"), "{place}: {err}");
    }
}

#[test]
fn the_mode_is_that_of_every_new_file() {
    let fleet = fleet();
    fleet.run(&[&TEST[..], &["results.xml"]].concat());
    fs::write(fleet.path().join("usual"), "").unwrap();
    let mode = |name: &str| fs::metadata(fleet.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("results.xml"), mode("usual"));
}
