//! The stable words for kinds of faults. Scripts rely on them: one is never renamed, and each has a
//! page in the docs.

/// Every code.
pub const CODES: &[&str] = &[
    "address-duplicate",
    "address-invalid",
    "argument-unknown",
    "arguments-closed",
    "assertion-failed",
    "attribute-duplicate",
    "cache-key-invalid",
    "disk-duplicate",
    "disk-name-unstable",
    "disks-missing",
    "dns-invalid",
    "duration-invalid",
    "evaluation-failed",
    "evaluation-warning",
    "field-fixed",
    "field-type-wrong",
    "field-unknown",
    "field-without-effect",
    "file-ignored",
    "file-missing",
    "file-unread",
    "file-untracked",
    "firmware-missing",
    "fleet-unreadable",
    "folder-unwritable",
    "gateway-invalid",
    "gateway-outside-subnet",
    "home-invalid",
    "host-foreign",
    "host-key-duplicate",
    "host-key-mismatch",
    "host-key-missing",
    "host-key-type-wrong",
    "host-name-differs",
    "host-name-duplicate",
    "host-name-invalid",
    "host-unknown",
    "impermanence-without-persist",
    "imports-circular",
    "input-missing",
    "interface-invalid",
    "interface-missing",
    "iso-key-encrypted",
    "iso-key-mode",
    "iso-key-not-local",
    "iso-keys-missing",
    "keyboard-layout-unknown",
    "locale-unknown",
    "name-unbound",
    "nobody-can-log-in",
    "password-file-in-repository",
    "password-file-in-store",
    "password-file-is-hash",
    "password-file-relative",
    "path-outside",
    "platform-not-linux",
    "platform-unknown",
    "private-key-tracked",
    "program-missing",
    "qemu-missing",
    "release-incomplete",
    "release-key-invalid",
    "secrets-path-invalid",
    "share-invalid",
    "space-missing",
    "ssh-key-duplicate",
    "ssh-key-is-private",
    "ssh-key-malformed",
    "ssh-key-weak",
    "state-version-invalid",
    "syntax-invalid",
    "tag-unknown",
    "threshold-invalid",
    "time-zone-unknown",
    "user-name-invalid",
    "wave-ambiguous",
    "wave-empty",
    "wave-host-unknown",
    "wave-missing",
    "wave-name-duplicate",
    "wave-need-unmet",
    "window-invalid",
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What stops a VM before it starts, or a command before it looks at a fleet.
    const OF_VMS: &[&str] = &[
        "disks-missing",
        "firmware-missing",
        "fleet-unreadable",
        "folder-unwritable",
        "host-foreign",
        "host-unknown",
        "iso-key-encrypted",
        "iso-key-mode",
        "iso-key-not-local",
        "platform-not-linux",
        "program-missing",
        "qemu-missing",
        "space-missing",
    ];

    #[test]
    fn every_fault_of_validate_has_a_message() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
        for code in CODES.iter().filter(|code| !OF_VMS.contains(code)) {
            assert!(folder.join(code).join("message.snap").exists(), "{code} has no golden file");
        }
        assert!(OF_VMS.iter().all(|code| CODES.contains(code)));
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/src/faults");
        // The package's build has the sources of the tool alone.
        let Ok(pages) = fs::read_dir(pages) else { return };
        let mut pages: Vec<String> = pages
            .map(|page| page.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|page| page != "README" && page != "index")
            .collect();
        pages.sort();
        assert_eq!(pages, CODES);
    }
}
