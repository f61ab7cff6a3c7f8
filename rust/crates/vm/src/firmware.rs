//! UEFI firmware: the code, which is shared, and the variables, of which each VM has a copy.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::Platform;

/// A firmware: two flash images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firmware {
    /// The code; read-only.
    pub code: PathBuf,
    /// The variables that a new machine starts with.
    pub vars: PathBuf,
}

/// Where distributions and QEMU itself put the images: code and variables, relative to a data
/// folder such as `/usr/share`. The first that is there is taken.
const X86_64: &[(&str, &str)] = &[
    ("OVMF/OVMF_CODE_4M.fd", "OVMF/OVMF_VARS_4M.fd"),
    ("OVMF/OVMF_CODE.fd", "OVMF/OVMF_VARS.fd"),
    ("edk2/x64/OVMF_CODE.4m.fd", "edk2/x64/OVMF_VARS.4m.fd"),
    ("edk2/ovmf/OVMF_CODE.fd", "edk2/ovmf/OVMF_VARS.fd"),
    // QEMU's own: one file of variables serves both processors.
    ("qemu/edk2-x86_64-code.fd", "qemu/edk2-i386-vars.fd"),
];
const AARCH64: &[(&str, &str)] = &[
    ("AAVMF/AAVMF_CODE.fd", "AAVMF/AAVMF_VARS.fd"),
    ("edk2/aarch64/QEMU_CODE.fd", "edk2/aarch64/QEMU_VARS.fd"),
    ("edk2/aarch64/QEMU_EFI-pflash.raw", "edk2/aarch64/vars-template-pflash.raw"),
    ("qemu/edk2-aarch64-code.fd", "qemu/edk2-arm-vars.fd"),
];

impl Firmware {
    /// Finds the firmware of a platform: `NIXFLEET_FIRMWARE_CODE` and `…_VARS` when both are set,
    /// else beside the QEMU program (Nix, Homebrew), else where distributions keep it, else beside
    /// another program on PATH.
    #[must_use]
    pub fn find(platform: Platform, qemu: &Path) -> Option<Self> {
        if let (Some(code), Some(vars)) =
            (env::var_os("NIXFLEET_FIRMWARE_CODE"), env::var_os("NIXFLEET_FIRMWARE_VARS"))
        {
            return Some(Self { code: code.into(), vars: vars.into() });
        }
        Self::below(platform, &data_folders(qemu, &env::var_os("PATH").unwrap_or_default()))
    }

    /// Finds the firmware below one of the data folders.
    fn below(platform: Platform, folders: &[PathBuf]) -> Option<Self> {
        let names = match platform {
            Platform::X86_64 => X86_64,
            Platform::Aarch64 => AARCH64,
        };
        let candidates = folders.iter().flat_map(|folder| {
            names
                .iter()
                .map(|(code, vars)| Self { code: folder.join(code), vars: folder.join(vars) })
        });
        candidates.into_iter().find(|it| it.code.is_file() && it.vars.is_file())
    }

    /// The package that brings the firmware, for a message.
    #[must_use]
    pub fn package(platform: Platform) -> &'static str {
        match platform {
            Platform::X86_64 => {
                "`ovmf` (Debian, Ubuntu), `edk2-ovmf` (Fedora, Arch) or `qemu` (Nix, Homebrew)"
            }
            Platform::Aarch64 => {
                "`qemu-efi-aarch64` (Debian, Ubuntu), `edk2-aarch64` (Fedora, Arch) or `qemu` (Nix, Homebrew)"
            }
        }
    }
}

/// The data folders to look in. Those of PATH come last: the package of the tool brings a QEMU with
/// its firmware there, for the user whose own QEMU comes first and has none.
fn data_folders(qemu: &Path, path: &OsStr) -> Vec<PathBuf> {
    let real = qemu.canonicalize().unwrap_or_else(|_| qemu.to_owned());
    let beside = |folder: &Path| Some(folder.parent()?.join("share"));
    let mut folders: Vec<PathBuf> =
        [&*real, qemu].into_iter().filter_map(|it| beside(it.parent()?)).collect();
    folders.push("/usr/share".into());
    folders.extend(env::split_paths(path).filter_map(|it| beside(&it)));
    folders
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn both_images_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let find = || Firmware::below(Platform::Aarch64, &[folder.path().to_owned()]);
        fs::create_dir(folder.path().join("AAVMF")).unwrap();
        fs::write(folder.path().join("AAVMF/AAVMF_CODE.fd"), "").unwrap();
        assert_eq!(find(), None);
        fs::write(folder.path().join("AAVMF/AAVMF_VARS.fd"), "").unwrap();
        assert_eq!(find().unwrap().code, folder.path().join("AAVMF/AAVMF_CODE.fd"));
    }

    #[test]
    fn it_is_found_beside_qemu_and_beside_what_follows_on_path() {
        let folder = tempfile::tempdir().unwrap();
        // As in a Nix profile: the program is a link into the package.
        let [package, profile, other] =
            ["package", "profile", "other"].map(|it| folder.path().join(it));
        fs::create_dir_all(package.join("bin")).unwrap();
        fs::create_dir_all(profile.join("bin")).unwrap();
        let qemu = profile.join("bin/qemu-system-aarch64");
        fs::write(package.join("bin/qemu-system-aarch64"), "").unwrap();
        symlink(package.join("bin/qemu-system-aarch64"), &qemu).unwrap();
        let path = env::join_paths([profile.join("bin"), other.join("bin")]).unwrap();
        let found = || {
            let folders = data_folders(&qemu, &path);
            let own = folders.into_iter().filter(|it| it.starts_with(folder.path()));
            Firmware::below(Platform::Aarch64, &own.collect::<Vec<_>>()).map(|it| it.code)
        };

        assert_eq!(found(), None);
        for expected in [&other, &package] {
            let images = expected.join("share/qemu");
            fs::create_dir_all(&images).unwrap();
            fs::write(images.join("edk2-aarch64-code.fd"), "").unwrap();
            fs::write(images.join("edk2-arm-vars.fd"), "").unwrap();
            assert_eq!(found(), Some(images.join("edk2-aarch64-code.fd")));
        }
    }
}
